//! Logging in and out.

use crate::auth::caller::{Caller, CallerCredential};
use crate::auth::throttle::ClientAddress;
use crate::auth::token;
use crate::db::TokenHash;
use crate::db::session::{self, DeviceDetails, NewSession};
use crate::db::user::{self, LoginRow, UserRow};
use crate::error::Error;
use crate::service::{sessions, system_config};
use crate::state::AppState;
use crate::telemetry::audit::AuditRecord;
use immich_api::PasswordCheck;
use immich_wire::Secret;
use uuid::Uuid;

/// What a login returns.
#[derive(Debug)]
pub struct LoggedIn {
    /// The user.
    pub user: UserRow,
    /// Whether the user has completed the onboarding of the web client.
    pub is_onboarded: bool,
    /// The token of the new session.
    pub token: Secret,
}

/// Checks an e-mail address and password, and creates a session.
///
/// An unknown e-mail address, a deleted user, a user without a password and a wrong password get the same answer after
/// the same time, so that a client cannot find out which accounts exist.
///
/// # Errors
/// 401 when password login is disabled or the credentials are wrong; 429 after too many failed logins; 503 when too
/// many passwords are being hashed or the database is unavailable.
pub async fn log_in(
    state: &AppState,
    email: &str,
    password: Secret,
    check: PasswordCheck,
    client: ClientAddress,
    device: DeviceDetails,
    audit: &AuditRecord,
) -> Result<LoggedIn, Error> {
    let reader = state.database.reader()?;
    // In one round trip. An attempt that the throttle rejects without a query costs the database nothing.
    let (attempt, config, found) = tokio::try_join!(
        async { state.throttle.admit(check, email, client).await.map_err(Error::from) },
        system_config::current(state),
        async { user::find_for_login(&reader, email).await.map_err(Error::from) },
    )?;
    if !config.password_login_enabled {
        return Err(Error::unauthorized("Password login has been disabled"));
    }
    if let Some(found) = &found {
        audit.user(found.user.id);
    }
    let stored = found.as_ref().map(|found| found.password.clone());
    let is_right = attempt.verify(&state.hasher, password, stored).await?;
    let Some(LoginRow { user, is_onboarded, password: _ }) = found.filter(|_| is_right) else {
        return Err(Error::unauthorized("Incorrect email or password"));
    };
    let token = Secret::from(token::generate().map_err(Error::internal)?);
    let new = NewSession {
        token: TokenHash::of(token.expose()),
        user_id: user.id,
        parent_id: None,
        expires_at: None,
        device_type: device.device_type,
        device_os: device.device_os,
        app_version: device.app_version,
    };
    let session = sessions::insert(state, &new).await?;
    audit.object(session.id);
    Ok(LoggedIn { user, is_onboarded, token })
}

/// Ends the session whose token a browser sent with a login, if it is a session of the user who logged in: the cookie of
/// the new session replaces its cookie.
///
/// # Errors
/// The database is unavailable.
pub async fn end_replaced(state: &AppState, user_id: Uuid, token: &Secret) -> Result<(), Error> {
    let found = session::find_caller(&state.database.reader()?, &TokenHash::of(token.expose())).await?;
    if let Some((replaced, _)) = found.filter(|(replaced, _)| replaced.user_id == user_id) {
        session::delete(&mut state.database.writer().await?, replaced.id).await?;
    }
    Ok(())
}

/// Ends the caller's session and the sessions that it created. For a caller with an API key, nothing ends.
///
/// # Errors
/// The database is unavailable.
pub async fn log_out(state: &AppState, caller: &Caller) -> Result<(), Error> {
    match &caller.credential {
        CallerCredential::Session(own) => {
            session::delete(&mut state.database.writer().await?, own.id).await?;
            Ok(())
        }
        CallerCredential::ApiKey(_) => Ok(()),
    }
}
