//! API keys: each user's own, and none gives more than its maker has.

use crate::auth::caller::{Caller, CallerCredential};
use crate::auth::token;
use crate::db::TokenHash;
use crate::db::api_key::{self, ApiKeyChanges, ApiKeyRow, NewApiKey};
use crate::error::Error;
use crate::state::AppState;
use immich_api::models::Permission;
use immich_wire::{Choice as _, Secret};
use uuid::Uuid;

/// The name of a key that was given none.
const DEFAULT_NAME: &str = "API Key";

/// Makes a key. Its secret is known only now.
///
/// # Errors
/// 400 when the caller would grant what it does not have.
pub async fn create(
    state: &AppState,
    caller: &Caller,
    name: Option<String>,
    permissions: &[Permission],
) -> Result<(ApiKeyRow, Secret), Error> {
    require_grantable(caller, permissions)?;
    let secret = Secret::from(token::generate().map_err(Error::internal)?);
    let new = NewApiKey {
        user_id: caller.user.id,
        name: name.unwrap_or_else(|| DEFAULT_NAME.to_owned()),
        key: TokenHash::of(secret.expose()),
        permissions: texts(permissions),
    };
    let row = api_key::insert(&mut state.database.writer().await?, &new).await?;
    Ok((row, secret))
}

/// The caller's keys, newest first.
///
/// # Errors
/// The database is away.
pub async fn list(state: &AppState, caller: &Caller) -> Result<Vec<ApiKeyRow>, Error> {
    Ok(api_key::list_for_user(&state.database.reader()?, caller.user.id).await?)
}

/// The key that the call was made with.
///
/// # Errors
/// 403 when the call was made with a session.
pub fn mine(caller: &Caller) -> Result<ApiKeyRow, Error> {
    match &caller.credential {
        CallerCredential::ApiKey(key) => Ok(key.clone()),
        CallerCredential::Session(_) => Err(Error::forbidden("Not authenticated with an API Key")),
    }
}

/// One of the caller's keys.
///
/// # Errors
/// 400 when the caller has no such key.
pub async fn get(state: &AppState, caller: &Caller, id: Uuid) -> Result<ApiKeyRow, Error> {
    api_key::find_of_user(&state.database.reader()?, id, caller.user.id).await?.ok_or_else(not_found)
}

/// Changes name, permissions or both; changing nothing is fine.
///
/// # Errors
/// 400 when the caller has no such key, or would grant what it does not have.
pub async fn update(
    state: &AppState,
    caller: &Caller,
    id: Uuid,
    name: Option<String>,
    permissions: Option<&[Permission]>,
) -> Result<ApiKeyRow, Error> {
    let present = get(state, caller, id).await?;
    require_grantable(caller, permissions.unwrap_or_default())?;
    let permissions = permissions.map(|given| with_hidden(given, &present.permissions));
    let changes = ApiKeyChanges { name, permissions };
    if changes.is_empty() {
        return Ok(present);
    }
    let row = api_key::update(&mut state.database.writer().await?, id, caller.user.id, &changes).await?;
    row.ok_or_else(not_found)
}

/// Ends one of the caller's keys, which may be the one that the call is made with.
///
/// # Errors
/// 400 when the caller has no such key.
pub async fn delete(state: &AppState, caller: &Caller, id: Uuid) -> Result<(), Error> {
    let deleted = api_key::delete(&mut state.database.writer().await?, id, caller.user.id).await?;
    if deleted { Ok(()) } else { Err(not_found()) }
}

fn require_grantable(caller: &Caller, permissions: &[Permission]) -> Result<(), Error> {
    if caller.may_grant(permissions) {
        Ok(())
    } else {
        Err(Error::bad_request("Cannot grant permissions you do not have"))
    }
}

fn not_found() -> Error {
    Error::bad_request("API Key not found")
}

fn texts(permissions: &[Permission]) -> Vec<String> {
    permissions.iter().map(|permission| permission.as_str().to_owned()).collect()
}

/// What a key holds after it was given these permissions.
///
/// A key that upstream made may hold permissions that the contract does not know. Here they grant nothing and nobody
/// sees them, but they count again when upstream is back. So they stay as long as an update only adds or repeats; an
/// update that takes something away leaves exactly what it names, and no hidden rest.
fn with_hidden(given: &[Permission], held: &[String]) -> Vec<String> {
    let (known, hidden): (Vec<_>, Vec<_>) = held.iter().partition(|name| Permission::from_wire(name).is_some());
    let mut texts = texts(given);
    if known.into_iter().all(|name| texts.contains(name)) {
        texts.extend(hidden.into_iter().cloned());
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_permissions_stay_until_something_is_taken_away() {
        let held = ["asset.read", "user.read", "session.read", "asset.read"].map(str::to_owned);
        let after = |given: &[Permission]| with_hidden(given, &held);

        let repeated = after(&[Permission::SessionRead, Permission::UserRead]);
        assert_eq!(repeated, ["session.read", "user.read", "asset.read", "asset.read"]);
        let added = after(&[Permission::SessionRead, Permission::UserRead, Permission::UserUpdate]);
        assert_eq!(added, ["session.read", "user.read", "user.update", "asset.read", "asset.read"]);
        assert_eq!(after(&[Permission::UserRead]), ["user.read"]);
        assert_eq!(after(&[Permission::All]), ["all"]);
    }
}
