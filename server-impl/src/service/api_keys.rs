//! API keys: users manage their own keys, and no key has more permissions than the caller who creates it.

use crate::auth::caller::{Caller, CallerCredential};
use crate::auth::token;
use crate::db::api_key::{self, ApiKeyChanges, ApiKeyRow, NewApiKey};
use crate::db::{DbError, List, TokenHash};
use crate::error::Error;
use crate::service::{lists, sizes};
use crate::state::AppState;
use futures_util::Stream;
use immich_api::models::Permission;
use immich_wire::{Choice as _, Secret};
use uuid::Uuid;

/// The name of a key that is created without one.
const DEFAULT_NAME: &str = "API Key";

/// Creates a key. Its secret is available only now: the database stores a hash.
///
/// # Errors
/// 400 when the caller would grant permissions that it does not have, a value is too long, or the user has as many keys
/// as allowed.
pub async fn create(
    state: &AppState,
    caller: &Caller,
    name: Option<String>,
    permissions: &[Permission],
) -> Result<(ApiKeyRow, Secret), Error> {
    require_grantable(caller, permissions)?;
    sizes::require_short("name", name.as_deref())?;
    sizes::require_few(permissions)?;
    let secret = Secret::from(token::generate().map_err(Error::internal)?);
    let new = NewApiKey {
        user_id: caller.user.id,
        name: name.unwrap_or_else(|| DEFAULT_NAME.to_owned()),
        key: TokenHash::of(secret.expose()),
        permissions: names(permissions),
    };
    let most = state.info.user_limits.api_keys;
    let mut writer = state.database.writer().await?;
    let (row, exceeds) = api_key::insert(&mut writer, &new, most).await?;
    if exceeds {
        // Its secret was not returned to any client.
        api_key::delete(&mut writer, row.id, caller.user.id).await?;
        return Err(Error::bad_request(format!(
            "You have {most} API keys, which is the limit; delete one to create another"
        )));
    }
    Ok((row, secret))
}

/// The caller's keys, newest first.
///
/// # Errors
/// 503 when the caller has too many lists in progress, or the database is unavailable.
pub async fn list(
    state: &AppState,
    caller: &Caller,
) -> Result<List<ApiKeyRow, impl Stream<Item = Result<ApiKeyRow, DbError>> + Send + 'static>, Error> {
    let reader = lists::reader(state, caller).await?;
    Ok(api_key::list_for_user(reader, caller.user.id, lists::MAX_UNSTREAMED).await?)
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

/// Changes the name, the permissions or both. An update without changes succeeds.
///
/// # Errors
/// 400 when the caller has no such key, would grant permissions that it does not have, or a value is too long.
pub async fn update(
    state: &AppState,
    caller: &Caller,
    id: Uuid,
    name: Option<String>,
    permissions: Option<&[Permission]>,
) -> Result<ApiKeyRow, Error> {
    let present = get(state, caller, id).await?;
    require_grantable(caller, permissions.unwrap_or_default())?;
    sizes::require_short("name", name.as_deref())?;
    sizes::require_few(permissions.unwrap_or_default())?;
    let permissions = permissions.map(|given| with_hidden(given, &present.permissions));
    let changes = ApiKeyChanges { name, permissions };
    if changes.is_empty() {
        return Ok(present);
    }
    let row = api_key::update(&mut state.database.writer().await?, id, caller.user.id, &changes).await?;
    row.ok_or_else(not_found)
}

/// Deletes one of the caller's keys, which may be the one that the call is made with.
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

fn names(permissions: &[Permission]) -> Vec<String> {
    permissions.iter().map(|permission| permission.as_str().to_owned()).collect()
}

/// The permissions that a key has after an update to `given`.
///
/// A key that upstream created may have permissions that the contract does not know. This server grants nothing for
/// them and hides them from clients, but they are valid again after a switch back to upstream. They are therefore kept
/// as long as an update removes no visible permission. An update that removes one leaves exactly the permissions that
/// it names.
fn with_hidden(given: &[Permission], held: &[String]) -> Vec<String> {
    let (known, hidden): (Vec<_>, Vec<_>) = held.iter().partition(|name| Permission::from_wire(name).is_some());
    let mut names = names(given);
    if known.into_iter().all(|name| names.contains(name)) {
        names.extend(hidden.into_iter().cloned());
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_permissions_are_kept_until_a_visible_one_is_removed() {
        let held = ["asset.print", "user.read", "session.read", "asset.print"].map(str::to_owned);
        let after = |given: &[Permission]| with_hidden(given, &held);

        let repeated = after(&[Permission::SessionRead, Permission::UserRead]);
        assert_eq!(repeated, ["session.read", "user.read", "asset.print", "asset.print"]);
        let added = after(&[Permission::SessionRead, Permission::UserRead, Permission::UserUpdate]);
        assert_eq!(added, ["session.read", "user.read", "user.update", "asset.print", "asset.print"]);
        assert_eq!(after(&[Permission::UserRead]), ["user.read"]);
        assert_eq!(after(&[Permission::All]), ["all"]);
    }
}
