//! Sessions: users manage their own, and a session that was created from another ends with it.

use crate::auth::caller::Caller;
use crate::auth::token;
use crate::db::session::{self, NewSession, SessionRow};
use crate::db::session_limit::{self, Enforced};
use crate::db::{Constraint, DbError, List, TokenHash, Writer};
use crate::error::Error;
use crate::service::{lists, sizes};
use crate::state::AppState;
use futures_util::{Stream, TryStreamExt as _};
use immich_wire::Secret;
use std::future::ready;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// When a client may try again that creates sessions faster than they can be removed.
const RETRY: std::time::Duration = std::time::Duration::from_secs(1);

/// Creates a session as a child of the caller's.
///
/// # Errors
/// 400 when the call was made with an API key, a value is too long or the caller's session has as many ancestors as
/// there may be sessions; 401 when the caller's session has just ended; 503 as for [`insert`].
pub async fn create(
    state: &AppState,
    caller: &Caller,
    duration: Option<i64>,
    device_type: Option<String>,
    device_os: Option<String>,
) -> Result<(SessionRow, Secret), Error> {
    let Some(parent) = caller.session() else {
        return Err(Error::bad_request("This endpoint can only be used with a session token"));
    };
    sizes::require_short("deviceType", device_type.as_deref())?;
    sizes::require_short("deviceOS", device_os.as_deref())?;
    let wanted = duration.map(expiry).transpose()?;
    let expires_at = match state.info.session_lifetime {
        Some(lifetime) => Some(lifetime.end_of_child(parent, wanted)),
        None => wanted,
    };
    let token = Secret::from(token::generate().map_err(Error::internal)?);
    let new = NewSession {
        token: TokenHash::of(token.expose()),
        user_id: caller.user.id,
        parent_id: Some(parent.id),
        expires_at,
        device_type: device_type.unwrap_or_default(),
        device_os: device_os.unwrap_or_default(),
        app_version: None,
    };
    let row = insert(state, &new).await.map_err(|error| match error {
        // The parent ended in the meantime, and its token with it.
        Error::Database(DbError::Violated(Constraint::SessionParent | Constraint::SessionUser)) => {
            Error::unauthorized("Invalid user token")
        }
        other => other,
    })?;
    Ok((row, token))
}

/// Stores a new session. If the user has more than allowed, the longest unused ones end.
///
/// # Errors
/// 400 when the ancestors of the session alone are too many; 503 when the user creates too many sessions at once, or
/// the database is unavailable.
pub async fn insert(state: &AppState, new: &NewSession) -> Result<SessionRow, Error> {
    let most = state.info.user_limits.sessions;
    let mut writer = state.database.writer().await?;
    let (row, exceeds) = session::insert(&mut writer, new, most).await?;
    if exceeds {
        end_unused(&mut writer, &row, most).await?;
    }
    Ok(row)
}

async fn end_unused(writer: &mut Writer, new: &SessionRow, most: i64) -> Result<(), Error> {
    let user = new.user_id;
    match session_limit::enforce(writer, new, most).await {
        // Another request is removing them.
        Ok(Enforced::Removed(0)) => Ok(()),
        Ok(Enforced::Removed(ended)) => {
            tracing::info!(%user, ended, "user has more sessions than IMMICH_USER_MAX_SESSIONS; ended the longest unused");
            Ok(())
        }
        Ok(Enforced::OnlyAncestors) => Err(Error::bad_request(format!(
            "A user may have {most} sessions, and this session and those that it was created from are as many"
        ))),
        Ok(Enforced::Busy) => Err(Error::busy("Too many new sessions, try again later", RETRY)),
        Err(error) => {
            // The session exists. The next one ends those that are left.
            let error = crate::error::chain(&error);
            tracing::warn!(%user, error, "could not end the longest unused sessions of a user who has too many");
            Ok(())
        }
    }
}

/// When a session of this many seconds ends.
fn expiry(seconds: i64) -> Result<OffsetDateTime, Error> {
    OffsetDateTime::now_utc()
        .checked_add(Duration::seconds(seconds))
        .ok_or_else(|| Error::bad_request("duration is too long"))
}

/// The caller's sessions that have not ended, last used first.
///
/// # Errors
/// 503 when the caller has too many lists in progress, or the database is unavailable.
pub async fn list(
    state: &AppState,
    caller: &Caller,
) -> Result<List<SessionRow, impl Stream<Item = Result<SessionRow, DbError>> + Send + 'static>, Error> {
    let reader = lists::reader(state, caller).await?;
    let lifetime = state.info.session_lifetime;
    let now = OffsetDateTime::now_utc();
    let is_live = move |session: &SessionRow| lifetime.is_none_or(|lifetime| !lifetime.is_over(session, now));
    Ok(match session::list_for_user(reader, caller.user.id, lists::MAX_UNSTREAMED).await? {
        List::All(mut sessions) => {
            sessions.retain(is_live);
            List::All(sessions)
        }
        List::Stream(sessions) => List::Stream(sessions.try_filter(move |session| ready(is_live(session)))),
    })
}

/// Ends all sessions of the caller but the one that the call is made with.
///
/// # Errors
/// The database is unavailable.
pub async fn delete_all(state: &AppState, caller: &Caller) -> Result<(), Error> {
    session::delete_all_of_user(&mut state.database.writer().await?, caller.user.id, caller.session_id()).await?;
    Ok(())
}

/// Ends one of the caller's sessions, which may be the one that the call is made with.
///
/// # Errors
/// 400 when the caller has no such session.
pub async fn delete(state: &AppState, caller: &Caller, id: Uuid) -> Result<(), Error> {
    let deleted = session::delete_of_user(&mut state.database.writer().await?, id, caller.user.id).await?;
    if deleted { Ok(()) } else { Err(Error::bad_request("Not found or no authDevice.delete access")) }
}
