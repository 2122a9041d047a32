//! The secret with which the audit log hashes e-mail addresses.

use crate::auth::token::{self, TokenError};
use crate::db::{Database, DbError, Schema, system_metadata};
use immich_wire::Secret;
use serde_json::Value;

/// The key of this installation, generated at the first start. So an address has the same hash in all processes and after
/// a restart. A database that upstream created has no row for it: there, each process generates a key.
///
/// # Errors
/// No key could be generated.
pub async fn find(database: &Database, schema: &Schema) -> Result<Secret, TokenError> {
    let new = Secret::from(token::generate()?);
    if matches!(schema, Schema::Upstream { .. }) {
        return Ok(new);
    }
    match find_or_store(database, &new).await {
        Ok(Some(stored)) => Ok(stored),
        Ok(None) => {
            tracing::warn!(
                "the key of the audit log in the table system_metadata (audit-key) is not a text; delete the row; using \
                 a key of this process"
            );
            Ok(new)
        }
        Err(error) => {
            tracing::warn!(%error, "could not read the key of the audit log; using a key of this process");
            Ok(new)
        }
    }
}

async fn find_or_store(database: &Database, new: &Secret) -> Result<Option<Secret>, DbError> {
    let key = system_metadata::AUDIT_KEY;
    let mut stored = system_metadata::get(&database.reader()?, key).await?;
    if stored.is_none() {
        let value = Value::String(new.expose().to_owned());
        system_metadata::set_if_missing(&mut database.writer().await?, key, &value).await?;
        // Another process may have stored one first.
        stored = system_metadata::get(&database.reader()?, key).await?;
    }
    Ok(stored.and_then(|value| value.as_str().map(|text| Secret::from(text.to_owned()))))
}
