//! The table `system_metadata`: settings of the whole server.

use std::sync::Arc;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::built_once::BuildOnce as _;
use super::connection::DbConnection;
use super::error::DbError;
use super::reader::Reader;
use super::schema::system_metadata as metadata;
use super::writer::Writer;

/// The key of the settings that override the defaults.
pub const SYSTEM_CONFIG: &str = "system-config";

/// The key of the secret with which the audit log hashes e-mail addresses.
pub const AUDIT_KEY: &str = "audit-key";

/// The value under `key`.
///
/// # Errors
/// See [`DbError`].
pub async fn get(reader: &Reader, key: &str) -> Result<Option<Value>, DbError> {
    let get = |connection: Arc<DbConnection>| async move {
        metadata::table.find(key).select(metadata::value).built_once().first(&mut connection.shared()).await.optional()
    };
    reader.run(get).await
}

/// Stores `value` under `key` if there is none.
///
/// # Errors
/// As for [`set`].
pub async fn set_if_missing(writer: &mut Writer, key: &str, value: &Value) -> Result<(), DbError> {
    let insert = diesel::insert_into(metadata::table)
        .values((metadata::key.eq(key), metadata::value.eq(value)))
        .on_conflict_do_nothing();
    writer.insert(insert.execute(&mut writer.shared())).await.map(|_| ())
}

/// Stores `value` under `key`, replacing the previous value.
///
/// # Errors
/// [`DbError::Unrepresentable`] for a NUL character, else see [`DbError`].
pub async fn set(writer: &mut Writer, key: &str, value: &Value) -> Result<(), DbError> {
    let upsert = diesel::insert_into(metadata::table)
        .values((metadata::key.eq(key), metadata::value.eq(value)))
        .on_conflict(metadata::key)
        .do_update()
        .set(metadata::value.eq(value));
    writer.insert(upsert.execute(&mut writer.shared())).await.map(|_| ())
}
