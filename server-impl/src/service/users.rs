//! Users as they see each other and themselves.

use crate::auth::caller::Caller;
use crate::db::user::{self, LiveUsers, UserChanges, UserRow};
use crate::db::{Constraint, DbError, PasswordHash};
use crate::error::Error;
use crate::service::system_config;
use crate::state::AppState;
use futures_util::Stream;
use immich_wire::Secret;
use uuid::Uuid;

/// With up to so many users, or a page more, the list is answered whole, with an entity tag, as upstream answers it.
/// Each takes some hundred bytes.
const MOST_AT_ONCE: usize = 5_000;

/// The users that the caller sees, newest first: all, unless users are not public to each other.
///
/// # Errors
/// The database is away.
pub async fn search(
    state: &AppState,
    caller: &Caller,
) -> Result<LiveUsers<impl Stream<Item = Result<UserRow, DbError>> + Send + 'static>, Error> {
    if caller.user.is_admin || system_config::current(state).await?.server.public_users {
        Ok(user::list_live(state.database.reader()?, MOST_AT_ONCE).await?)
    } else {
        Ok(LiveUsers::All(vec![caller.user.clone()]))
    }
}

/// One user.
///
/// # Errors
/// 400 when there is no such user.
pub async fn get(state: &AppState, id: Uuid) -> Result<UserRow, Error> {
    let found = user::find_live(&state.database.reader()?, id).await?;
    found.ok_or_else(|| Error::bad_request("User not found"))
}

/// What a user changes of the own account.
#[derive(Debug)]
pub struct OwnChanges {
    /// Lower-case.
    pub email: Option<String>,
    /// Any text.
    pub name: Option<String>,
    /// Ends `shouldChangePassword`.
    pub password: Option<Secret>,
}

/// Changes the caller's own account; changing nothing is fine.
///
/// # Errors
/// 400 when the e-mail belongs to somebody else.
pub async fn update_me(state: &AppState, caller: &Caller, changes: OwnChanges) -> Result<UserRow, Error> {
    if let Some(email) = &changes.email
        && user::email_taken_by_other(&state.database.reader()?, email, caller.user.id).await?
    {
        return Err(email_in_use());
    }
    let password = match changes.password {
        Some(password) => Some(PasswordHash::new(state.hasher.hash(password.into()).await?)),
        None => None,
    };
    let columns = UserChanges {
        should_change_password: password.is_some().then_some(false),
        email: changes.email,
        name: changes.name,
        password,
    };
    if columns.is_empty() {
        return Ok(caller.user.clone());
    }
    match user::update(&mut state.database.writer().await?, caller.user.id, &columns).await {
        Ok(Some(user)) => Ok(user),
        // Deleted in the meantime.
        Ok(None) => Err(Error::unauthorized("Invalid user token")),
        // A deleted user still holds the address.
        Err(DbError::Violated(Constraint::UserEmail)) => Err(email_in_use()),
        Err(other) => Err(other.into()),
    }
}

fn email_in_use() -> Error {
    Error::bad_request("Email already in use by another account")
}
