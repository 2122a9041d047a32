//! The table `session`.

use std::sync::Arc;

use diesel::dsl::{auto_type, now};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use time::OffsetDateTime;
use uuid::Uuid;

use super::built_once::BuildOnce as _;
use super::connection::DbConnection;
use super::error::DbError;
use super::hash_form::{AsBytes, AsText, Form, HashColumn, HashForm, NewHash, StoredHash};
use super::lenient::Expiry;
use super::reader::Reader;
use super::schema::{sessions, users};
use super::secrets::TokenHash;
use super::user::UserRow;
use super::writer::Writer;

/// A session, without its token.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = sessions, check_for_backend(Pg))]
pub struct SessionRow {
    /// Version 4.
    pub id: Uuid,
    /// The user it belongs to.
    pub user_id: Uuid,
    /// The session that created this one. When the parent ends, this session ends too.
    pub parent_id: Option<Uuid>,
    /// When the row was created.
    pub created_at: OffsetDateTime,
    /// When the row was last changed.
    pub updated_at: OffsetDateTime,
    /// When the session expires; none for never.
    #[diesel(deserialize_as = Expiry)]
    pub expires_at: Option<OffsetDateTime>,
    /// For example the name of the browser. May be empty.
    pub device_type: String,
    /// For example the name of the operating system. May be empty.
    pub device_os: String,
    /// The version of the app, if the client is the app.
    pub app_version: Option<String>,
    /// Whether the client must sync from the beginning.
    pub is_pending_sync_reset: bool,
}

/// A session to create.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = sessions)]
pub struct NewSession {
    /// The hash of its token.
    #[diesel(skip_insertion)]
    pub token: TokenHash,
    /// The user it belongs to.
    pub user_id: Uuid,
    /// The session that creates this one.
    pub parent_id: Option<Uuid>,
    /// When it expires; none for never.
    pub expires_at: Option<OffsetDateTime>,
    /// For example the name of the browser. May be empty.
    pub device_type: String,
    /// For example the name of the operating system. May be empty.
    pub device_os: String,
    /// The version of the app, if the client is the app.
    pub app_version: Option<String>,
}

/// The device as a request describes it. It replaces all stored details.
#[derive(Clone, Debug, PartialEq, Eq, AsChangeset)]
#[diesel(table_name = sessions, treat_none_as_null = true)]
pub struct DeviceDetails {
    /// For example the name of the browser. May be empty.
    pub device_type: String,
    /// For example the name of the operating system. May be empty.
    pub device_os: String,
    /// The version of the app, if the client is the app.
    pub app_version: Option<String>,
}

#[auto_type]
fn unexpired() -> _ {
    sessions::table.filter(sessions::expires_at.is_null().or(sessions::expires_at.gt(now)))
}

#[auto_type]
fn latest_first() -> _ {
    (sessions::updated_at.desc(), sessions::created_at.desc(), sessions::id.desc())
}

/// The unexpired session with this token, and its user, unless the user is deleted.
///
/// # Errors
/// See [`DbError`].
pub async fn find_caller(reader: &Reader, token: &TokenHash) -> Result<Option<(SessionRow, UserRow)>, DbError> {
    reader.find_hash(HashColumn::SessionToken, |form| find_in_form(reader, token, form)).await
}

async fn find_in_form(
    reader: &Reader,
    token: &TokenHash,
    form: HashForm,
) -> Result<Option<(SessionRow, UserRow)>, DbError> {
    match form {
        HashForm::Text => find_by_hash(reader, StoredHash::<AsText>::new(token)).await,
        HashForm::Bytes => find_by_hash(reader, StoredHash::<AsBytes>::new(token)).await,
    }
}

async fn find_by_hash<F: Form>(
    reader: &Reader,
    token: StoredHash<F>,
) -> Result<Option<(SessionRow, UserRow)>, DbError> {
    let find = |connection: Arc<DbConnection>| async move {
        let caller = unexpired()
            .inner_join(users::table)
            .filter(sessions::token.eq(token))
            .filter(users::deleted_at.is_null())
            .select((SessionRow::as_select(), UserRow::as_select()));
        caller.built_once().first(&mut connection.shared()).await.optional()
    };
    reader.run(find).await
}

/// The unexpired sessions of a user, last changed first.
///
/// # Errors
/// See [`DbError`].
pub async fn list_for_user(reader: &Reader, user_id: Uuid) -> Result<Vec<SessionRow>, DbError> {
    let load = |connection: Arc<DbConnection>| async move {
        let list = unexpired().filter(sessions::user_id.eq(user_id)).order(latest_first());
        list.select(SessionRow::as_select()).built_once().load(&mut connection.shared()).await
    };
    reader.run(load).await
}

/// Creates a session.
///
/// # Errors
/// [`DbError::Violated`] when the token is taken, or the user or the parent does not exist.
pub async fn insert(writer: &mut Writer, session: &NewSession) -> Result<SessionRow, DbError> {
    let writer = &*writer;
    writer.insert_hash(HashColumn::SessionToken, |form| insert_in_form(writer, session, form)).await
}

async fn insert_in_form(writer: &Writer, session: &NewSession, form: HashForm) -> QueryResult<SessionRow> {
    match form {
        HashForm::Text => insert_hash::<AsText>(writer, session).await,
        HashForm::Bytes => insert_hash::<AsBytes>(writer, session).await,
    }
}

async fn insert_hash<F: Form>(writer: &Writer, session: &NewSession) -> QueryResult<SessionRow> {
    let token = sessions::token.eq(NewHash::<F>::new(HashColumn::SessionToken, &session.token));
    let insert = diesel::insert_into(sessions::table).values((token, session)).returning(SessionRow::as_returning());
    insert.get_result(&mut writer.shared()).await
}

/// Records that the session was used, and from which device. None if the session does not exist.
///
/// # Errors
/// See [`DbError`].
pub async fn touch(writer: &mut Writer, id: Uuid, device: &DeviceDetails) -> Result<Option<SessionRow>, DbError> {
    let touch = diesel::update(sessions::table.find(id)).set(device).returning(SessionRow::as_returning());
    // No revocation: a cached copy of the session stays valid, although its details are out of date.
    writer.insert(async { touch.get_result(&mut writer.shared()).await.optional() }).await
}

/// Ends a session and those that it created. False if it does not exist.
///
/// # Errors
/// See [`DbError`].
pub async fn delete(writer: &mut Writer, id: Uuid) -> Result<bool, DbError> {
    let delete = diesel::delete(sessions::table.find(id));
    Ok(writer.revoke(delete.execute(&mut writer.shared())).await? > 0)
}

/// Ends a session of this user and those that it created. False if the user has no such session.
///
/// # Errors
/// See [`DbError`].
pub async fn delete_of_user(writer: &mut Writer, id: Uuid, user_id: Uuid) -> Result<bool, DbError> {
    let delete = diesel::delete(sessions::table.find(id).filter(sessions::user_id.eq(user_id)));
    Ok(writer.revoke(delete.execute(&mut writer.shared())).await? > 0)
}

/// Ends all sessions of this user except `except`, and returns how many rows it deleted directly. The exception ends
/// too if its parent ends.
///
/// # Errors
/// See [`DbError`].
pub async fn delete_all_of_user(writer: &mut Writer, user_id: Uuid, except: Option<Uuid>) -> Result<usize, DbError> {
    let all = sessions::table.filter(sessions::user_id.eq(user_id));
    match except {
        None => writer.revoke(diesel::delete(all).execute(&mut writer.shared())).await,
        Some(kept) => {
            let others = all.filter(sessions::id.ne(kept));
            writer.revoke(diesel::delete(others).execute(&mut writer.shared())).await
        }
    }
}
