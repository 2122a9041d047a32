//! Creates the first administrator, and changes passwords.

use crate::auth::caller::Caller;
use crate::auth::password_policy;
use crate::auth::source::Source;
use crate::auth::throttle::ClientAddress;
use crate::db::user::{self, NewUser, Sessions, UserRow};
use crate::db::{Constraint, DbError, PasswordHash};
use crate::error::Error;
use crate::state::AppState;
use immich_api::PasswordCheck;
use immich_wire::Secret;
use uuid::Uuid;

/// Creates the first administrator.
///
/// # Errors
/// 400 when setup is disabled, the password is not permitted, an administrator exists, or the e-mail address is taken.
pub async fn sign_up_admin(
    state: &AppState,
    email: String,
    password: Secret,
    name: String,
    client: ClientAddress,
) -> Result<UserRow, Error> {
    if !state.info.allow_setup {
        return Err(Error::bad_request("Admin setup is disabled"));
    }
    password_policy::check(state.info.security, "password", &password, [&email, &name])?;
    // Sign-ups within this process run one at a time; between processes, `insert_admin` admits only one.
    let _guard = state.sign_up.lock().await;
    let reader = state.database.reader()?;
    if user::live_admin_exists(&reader).await? {
        return Err(already_has_admin());
    }
    if user::email_taken_by_other(&reader, &email, Uuid::nil()).await? {
        return Err(user_exists());
    }
    let password_hash =
        PasswordHash::new(state.hasher.hash(Source::new(&email, client.address), password.into()).await?);
    // `insert_admin` chooses the storage label.
    let new = NewUser { email, password_hash, name, is_admin: true, storage_label: None };
    user::insert_admin(&mut state.database.writer().await?, &new).await.map_err(|error| match error {
        // Another client signed up in the meantime.
        DbError::Violated(Constraint::OneLiveAdmin | Constraint::UserStorageLabel) => already_has_admin(),
        DbError::Violated(Constraint::UserEmail) => user_exists(),
        other => other.into(),
    })
}

fn already_has_admin() -> Error {
    Error::bad_request("The server already has an admin")
}

fn user_exists() -> Error {
    Error::bad_request("User exists")
}

/// The current password of a user, and the one that replaces it.
#[derive(Debug)]
pub struct Passwords {
    /// As the user remembers it.
    pub current: Secret,
    /// The new one.
    pub new: Secret,
}

/// Changes the caller's password; a wrong current password counts as a failed login. With `invalidate_sessions` it also ends all sessions but the caller's, in the same
/// transaction.
///
/// # Errors
/// 400 when the current password is wrong, or the new one is not permitted; 429 after too many wrong passwords.
pub async fn change_password(
    state: &AppState,
    caller: &Caller,
    Passwords { current, new }: Passwords,
    check: PasswordCheck,
    client: ClientAddress,
    invalidate_sessions: bool,
) -> Result<UserRow, Error> {
    let reader = state.database.reader()?;
    let (attempt, stored) = tokio::try_join!(
        async { state.throttle.admit(check, &caller.user.email, client).await.map_err(Error::from) },
        async { user::find_password(&reader, caller.user.id).await.map_err(Error::from) },
    )?;
    if !attempt.verify(&state.hasher, current, stored).await? {
        return Err(Error::bad_request("Wrong password"));
    }
    password_policy::check(state.info.security, "newPassword", &new, [&caller.user.email, &caller.user.name])?;
    let hash = PasswordHash::new(
        state.hasher.hash(Source::new(&caller.user.email, client.address).known(), new.into()).await?,
    );
    let sessions = if invalidate_sessions { Sessions::EndAllBut(caller.session_id()) } else { Sessions::Keep };
    let mut writer = state.database.writer().await?;
    let changed = user::change_password(&mut writer, caller.user.id, hash, sessions).await?;
    // `None`: the user was deleted in the meantime.
    changed.ok_or_else(|| Error::unauthorized("Invalid user token"))
}
