//! Sessions: users manage their own, and a session that was created from another ends with it.

use crate::auth::caller::Caller;
use crate::auth::token;
use crate::db::session::{self, NewSession, SessionRow};
use crate::db::{Constraint, DbError, TokenHash};
use crate::error::Error;
use crate::state::AppState;
use immich_wire::Secret;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// Creates a session as a child of the caller's.
///
/// # Errors
/// 400 when the call was made with an API key or `duration` is too long; 401 when the caller's session has
/// just ended.
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
    let row = session::insert(&mut state.database.writer().await?, &new).await.map_err(|error| match error {
        // The parent ended in the meantime, and its token with it.
        DbError::Violated(Constraint::SessionParent | Constraint::SessionUser) => {
            Error::unauthorized("Invalid user token")
        }
        other => other.into(),
    })?;
    Ok((row, token))
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
/// The database is unavailable.
pub async fn list(state: &AppState, caller: &Caller) -> Result<Vec<SessionRow>, Error> {
    let mut sessions = session::list_for_user(&state.database.reader()?, caller.user.id).await?;
    if let Some(lifetime) = state.info.session_lifetime {
        let now = OffsetDateTime::now_utc();
        sessions.retain(|session| !lifetime.is_over(session, now));
    }
    Ok(sessions)
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
