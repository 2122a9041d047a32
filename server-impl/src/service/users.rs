//! Users: what callers see of each other, and what they change in their own accounts.

use crate::auth::caller::Caller;
use crate::auth::source::Source;
use crate::auth::throttle::ClientAddress;
use crate::db::user::{self, ProfileRow, UserChanges, UserRow};
use crate::db::{Constraint, DbError, List, PasswordHash};
use crate::error::Error;
use crate::service::{lists, sizes, system_config};
use crate::state::AppState;
use futures_util::Stream;
use immich_wire::{RequestError, Secret};
use uuid::Uuid;

/// Up to this many users, the list is one body with an entity tag, as in the original. A longer list is
/// streamed. A user takes about a hundred bytes.
const MAX_UNSTREAMED: usize = 5_000;

/// The users that the caller may see, newest first: all, or only the caller if users are not public and the caller is
/// not an administrator.
///
/// # Errors
/// 503 when the caller has too many lists in progress, or the database is unavailable.
pub async fn search(
    state: &AppState,
    caller: &Caller,
) -> Result<List<ProfileRow, impl Stream<Item = Result<ProfileRow, DbError>> + Send + 'static>, Error> {
    if caller.user.is_admin || system_config::current(state).await?.server.public_users {
        Ok(user::list_live(lists::reader(state, caller).await?, MAX_UNSTREAMED).await?)
    } else {
        Ok(List::All(vec![caller.user.clone().into()]))
    }
}

/// One user.
///
/// # Errors
/// 400 when the user does not exist.
pub async fn get(state: &AppState, id: Uuid) -> Result<ProfileRow, Error> {
    let found = user::find_live(&state.database.reader()?, id).await?;
    found.ok_or_else(|| Error::bad_request("User not found"))
}

/// Changes that a user makes to their own account.
#[derive(Debug)]
pub struct OwnChanges {
    /// Lower-case.
    pub email: Option<String>,
    /// Any text.
    pub name: Option<String>,
    /// Also clears `shouldChangePassword`.
    pub password: Option<Secret>,
    /// A color of the contract; none for the one derived from the e-mail address.
    pub avatar_color: Option<Option<&'static str>>,
}

/// Changes the caller's own account. An update without changes succeeds.
///
/// # Errors
/// 400 when another user has the e-mail address, or the name is too long; in the security profile `strict` also for a password and another e-mail
/// address, since the request does not contain the current password (OWASP ASVS 5.0, 6.2.3 and 7.5.1).
pub async fn update_me(
    state: &AppState,
    caller: &Caller,
    changes: OwnChanges,
    client: ClientAddress,
) -> Result<UserRow, Error> {
    sizes::require_short("name", changes.name.as_deref())?;
    if state.info.security.is_strict() {
        reject_sensitive(caller, &changes)?;
    }
    if let Some(email) = &changes.email
        && user::email_taken_by_other(&state.database.reader()?, email, caller.user.id).await?
    {
        return Err(email_in_use());
    }
    let password = match changes.password {
        Some(password) => {
            let source = Source::new(&caller.user.email, client.address).known();
            Some(PasswordHash::new(state.hasher.hash(source, password.into()).await?))
        }
        None => None,
    };
    let columns = UserChanges {
        should_change_password: password.is_some().then_some(false),
        email: changes.email,
        name: changes.name,
        password,
        avatar_color: changes.avatar_color.map(|color| color.map(str::to_owned)),
        storage_label: None,
        quota_size_in_bytes: None,
    };
    if columns.is_empty() {
        return Ok(caller.user.clone());
    }
    match user::update(&mut state.database.writer().await?, caller.user.id, &columns).await {
        Ok(Some(user)) => Ok(user),
        // The user was deleted in the meantime.
        Ok(None) => Err(Error::unauthorized("Invalid user token")),
        // A deleted user still has the address.
        Err(DbError::Violated(Constraint::UserEmail)) => Err(email_in_use()),
        Err(other) => Err(other.into()),
    }
}

fn reject_sensitive(caller: &Caller, changes: &OwnChanges) -> Result<(), Error> {
    let is_new = |email: &String| *email != caller.user.email;
    let violations =
        [
            changes.email.as_ref().filter(|email| is_new(email)).map(
                |_| "email must not be changed without the current password, for which the contract has no operation",
            ),
            changes
                .password
                .as_ref()
                .map(|_| "password must not be changed without the current password; use POST /auth/change-password"),
        ];
    let violations: Vec<String> = violations.into_iter().flatten().map(str::to_owned).collect();
    if violations.is_empty() { Ok(()) } else { Err(RequestError::Validation(violations).into()) }
}

fn email_in_use() -> Error {
    Error::bad_request("Email already in use by another account")
}
