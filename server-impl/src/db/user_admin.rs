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
use super::returned_row::returned_row;
use super::schema::{api_keys, sessions, users};
use super::session::{self, SessionRow};
use super::user::{self, UserChanges};
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

/// The unexpired sessions of a user, last used first.
///
/// # Errors
/// See [`DbError`].
pub async fn list_sessions(reader: &Reader, user_id: Uuid) -> Result<Vec<SessionRow>, DbError> {
    let load = |connection: Arc<DbConnection>| async move {
        let unexpired = sessions::expires_at.is_null().or(sessions::expires_at.gt(now));
        let list = sessions::table.filter(sessions::user_id.eq(user_id)).filter(unexpired);
        let list = list.order((sessions::updated_at.desc(), sessions::created_at.desc(), sessions::id.desc()));
        list.select(SessionRow::as_select()).built_once().load(&mut connection.shared()).await
    };
    reader.run(load).await
}

/// How many API keys a user has.
///
/// # Errors
/// See [`DbError`].
pub async fn count_keys(reader: &Reader, user_id: Uuid) -> Result<i64, DbError> {
    let count = |connection: Arc<DbConnection>| async move {
        let keys = api_keys::table.filter(api_keys::user_id.eq(user_id)).count();
        keys.built_once().get_result(&mut connection.shared()).await
    };
    reader.run(count).await
}

/// Deletes a live user so that it can be restored.
///
/// # Errors
/// See [`DbError`].
pub async fn soft_delete(writer: &mut Writer, id: Uuid) -> Result<Option<UserRow>, DbError> {
    let delete = diesel::update(users::table.filter(users::id.eq(id)).filter(users::deleted_at.is_null()))
        .set((users::deleted_at.eq(now), users::status.eq(KnownStatus::Deleted)))
        .returning(UserRow::as_returning());
    writer.revoke(async { returned_row(delete.get_results(&mut writer.shared())).await.optional() }).await
}

/// Which credentials of a user end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// All sessions.
    pub sessions: bool,
    /// All API keys.
    pub keys: bool,
}

/// How many credentials of a user have ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// Sessions.
    pub sessions: usize,
    /// API keys.
    pub keys: usize,
}

/// Changes a live user and ends credentials: both, or neither.
///
/// # Errors
/// As for [`user::update`].
pub async fn update_and_end(
    writer: &mut Writer,
    id: Uuid,
    changes: &UserChanges,
    ending: Ending,
) -> Result<Option<(UserRow, Ended)>, DbError> {
    writer
        .transaction(async |writer| match user::update(writer, id, changes).await? {
            Some(user) => Ok(Some((user, end(writer, id, ending).await?))),
            None => Ok(None),
        })
        .await
}

async fn end(writer: &mut Writer, id: Uuid, ending: Ending) -> Result<Ended, DbError> {
    let mut ended = Ended::default();
    if ending.sessions {
        ended.sessions = session::delete_all_of_user(writer, id, None).await?;
    }
    if ending.keys {
        let keys = diesel::delete(api_keys::table.filter(api_keys::user_id.eq(id)));
        ended.keys = writer.revoke(keys.execute(&mut writer.shared())).await?;
    }
    Ok(ended)
}

/// Ends these sessions of a user and those that they created: all of them, or none, with the id of one that the user does
/// not have.
///
/// # Errors
/// See [`DbError`].
pub async fn end_sessions(writer: &mut Writer, user_id: Uuid, ids: &[Uuid]) -> Result<Result<usize, Uuid>, DbError> {
    writer
        .transaction(async |writer| {
            let own = sessions::table.filter(sessions::user_id.eq(user_id)).filter(sessions::id.eq_any(ids));
            let locked = own.clone().select(sessions::id).for_update();
            let found: Vec<Uuid> = writer.read(locked.load(&mut writer.shared())).await?;
            if let Some(unknown) = ids.iter().find(|id| !found.contains(id)) {
                return Ok(Err(*unknown));
            }
            // One statement: a session may have been created by another one of these.
            Ok(Ok(writer.revoke(diesel::delete(own).execute(&mut writer.shared())).await?))
        })
        .await
}

/// Restores a deleted user, and deletes the sessions and API keys from before: both, or neither. The
/// account may have been deleted because of one of them.
///
/// # Errors
/// [`DbError::Violated`] with [`Constraint::OneLiveAdmin`](super::error::Constraint::OneLiveAdmin) for an administrator if there is another one.
pub async fn restore(writer: &mut Writer, id: Uuid) -> Result<Option<UserRow>, DbError> {
    let restore = diesel::update(users::table.filter(users::id.eq(id)).filter(users::deleted_at.is_not_null()))
        .set((users::deleted_at.eq(None::<OffsetDateTime>), users::status.eq(KnownStatus::Active)))
        .returning(UserRow::as_returning());
    writer
        .transaction(async |writer| {
            let restored = writer
                .revoke(async { returned_row(restore.get_results(&mut writer.shared())).await.optional() })
                .await?;
            if restored.is_some() {
                end(writer, id, Ending { sessions: true, keys: true }).await?;
            }
            Ok(restored)
        })
        .await
}
