//! The table `user` for the command line, which also sees deleted users.

use std::sync::Arc;

use diesel::dsl::now;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use time::OffsetDateTime;
use uuid::Uuid;

use super::built_once::BuildOnce as _;
use super::connection::DbConnection;
use super::error::DbError;
use super::reader::Reader;
use super::schema::users;
use super::user_row::UserRow;
use super::user_status::KnownStatus;
use super::writer::Writer;

/// All users, deleted ones too, newest first.
///
/// # Errors
/// See [`DbError`].
pub async fn list_all(reader: &Reader) -> Result<Vec<UserRow>, DbError> {
    let load = |connection: Arc<DbConnection>| async move {
        let all = users::table.order((users::created_at.desc(), users::id.desc()));
        all.select(UserRow::as_select()).built_once().load(&mut connection.shared()).await
    };
    reader.run(load).await
}

/// The user with this e-mail address, deleted or not.
///
/// # Errors
/// See [`DbError`].
pub async fn find_by_email_any(reader: &Reader, email: &str) -> Result<Option<UserRow>, DbError> {
    let find = |connection: Arc<DbConnection>| async move {
        let user = users::table.filter(users::email.eq(email)).select(UserRow::as_select());
        user.built_once().first(&mut connection.shared()).await.optional()
    };
    reader.run(find).await
}

/// Deletes a live user so that it can be restored.
///
/// # Errors
/// See [`DbError`].
pub async fn soft_delete(writer: &mut Writer, id: Uuid) -> Result<Option<UserRow>, DbError> {
    let delete = diesel::update(users::table.filter(users::id.eq(id)).filter(users::deleted_at.is_null()))
        .set((users::deleted_at.eq(now), users::status.eq(KnownStatus::Deleted)))
        .returning(UserRow::as_returning());
    writer.revoke(async { delete.get_result(&mut writer.shared()).await.optional() }).await
}

/// Restores a deleted user.
///
/// # Errors
/// [`DbError::Violated`] with [`Constraint::OneLiveAdmin`](super::error::Constraint::OneLiveAdmin) for an administrator if there is another one.
pub async fn restore(writer: &mut Writer, id: Uuid) -> Result<Option<UserRow>, DbError> {
    let restore = diesel::update(users::table.filter(users::id.eq(id)).filter(users::deleted_at.is_not_null()))
        .set((users::deleted_at.eq(None::<OffsetDateTime>), users::status.eq(KnownStatus::Active)))
        .returning(UserRow::as_returning());
    writer.revoke(async { restore.get_result(&mut writer.shared()).await.optional() }).await
}
