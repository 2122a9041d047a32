//! The table `system_metadata`: what was set for the whole server.

use std::sync::Arc;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::error::DbError;
use super::link::Link;
use super::reader::Reader;
use super::schema::system_metadata as metadata;
use super::writer::Writer;

/// The key of the settings that override the defaults.
pub const SYSTEM_CONFIG: &str = "system-config";

/// The value under `key`.
///
/// # Errors
/// As [`DbError`] says.
pub async fn get(reader: &Reader, key: &str) -> Result<Option<Value>, DbError> {
    let get = |link: Arc<Link>| async move {
        metadata::table.find(key).select(metadata::value).first(&mut link.shared()).await.optional()
    };
    reader.run(get).await
}

/// Puts `value` under `key`, in the place of what was there.
///
/// # Errors
/// [`DbError::Unrepresentable`] for a NUL character, else as [`DbError`] says.
pub async fn set(writer: &mut Writer, key: &str, value: &Value) -> Result<(), DbError> {
    let upsert = diesel::insert_into(metadata::table)
        .values((metadata::key.eq(key), metadata::value.eq(value)))
        .on_conflict(metadata::key)
        .do_update()
        .set(metadata::value.eq(value));
    writer.add(upsert.execute(&mut writer.shared())).await.map(|_| ())
}
