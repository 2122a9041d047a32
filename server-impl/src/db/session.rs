//! The table `session`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use diesel::dsl::{array, auto_type, exists, now, select};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::stream::{self, Stream};
use time::OffsetDateTime;
use uuid::Uuid;

use super::built_once::BuildOnce as _;
use super::connection::DbConnection;
use super::error::DbError;
use super::hash_form::{Form, HashColumn, NewHash, StoredHash, in_form};
use super::lenient::Expiry;
use super::list::{List, PAGE, gather, page_limit};
use super::list_reader::ListReader;
use super::on_primary::{find_on_primary, pg_is_in_recovery};
use super::reader::Reader;
use super::returned_row::returned_row;
use super::schema::{other_sessions, sessions, users};
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
    reader.find_hash(HashColumn::SessionToken, |form| in_form!(form, find_by_hash(reader, token))).await
}

async fn find_by_hash<F: Form>(reader: &Reader, token: &TokenHash) -> Result<Option<(SessionRow, UserRow)>, DbError> {
    let token = StoredHash::<F>::new(token);
    let find = |connection: Arc<DbConnection>| async move {
        let caller = unexpired()
            .inner_join(users::table)
            .filter(sessions::token.eq(token))
            .filter(users::deleted_at.is_null())
            .select((SessionRow::as_select(), UserRow::as_select(), pg_is_in_recovery()));
        let find = caller.built_once().first(&mut connection.shared());
        find_on_primary(connection.shared(), find).await
    };
    reader.run(find).await
}

/// The unexpired sessions of a user, last changed first; as a stream if there are more than `most`.
///
/// A stream has every session that exists while it is read: one that is used meanwhile keeps its place.
///
/// # Errors
/// See [`DbError`].
pub async fn list_for_user(
    list: ListReader,
    user_id: Uuid,
    most: usize,
) -> Result<List<SessionRow, impl Stream<Item = Result<SessionRow, DbError>> + Send + 'static>, DbError> {
    let load = move |connection: Arc<DbConnection>| async move {
        let page = unexpired().filter(sessions::user_id.eq(user_id)).order(latest_first()).limit(page_limit());
        page.select(SessionRow::as_select()).built_once().load(&mut connection.shared()).await
    };
    let first: Vec<SessionRow> = list.run(load).await?;
    let rest = if first.len() < PAGE { Vec::new() } else { ids_without(&list, user_id, &first).await? };
    gather(first, pages(list, rest), most).await
}

/// The ids of a user's sessions, last changed first, without those of `page`.
///
/// No index has this order, so that a query for each page would sort all sessions.
async fn ids_without(list: &ListReader, user_id: Uuid, page: &[SessionRow]) -> Result<Vec<Uuid>, DbError> {
    let load = move |connection: Arc<DbConnection>| async move {
        let ids = unexpired().filter(sessions::user_id.eq(user_id)).order(latest_first()).select(sessions::id);
        select(array(ids)).built_once().get_result(&mut connection.shared()).await
    };
    let mut ids: Vec<Uuid> = list.run(load).await?;
    let page: HashSet<Uuid> = page.iter().map(|session| session.id).collect();
    ids.retain(|id| !page.contains(id));
    Ok(ids)
}

/// The sessions with these ids, in this order.
fn pages(list: ListReader, ids: Vec<Uuid>) -> impl Stream<Item = Result<Vec<SessionRow>, DbError>> + Send {
    stream::try_unfold((list, 0), move |(list, begin)| {
        let page: Vec<Uuid> = ids.iter().skip(begin).take(PAGE).copied().collect();
        async move {
            if page.is_empty() {
                return Ok(None);
            }
            Ok(Some((with_ids(&list, page).await?, (list, begin + PAGE))))
        }
    })
}

async fn with_ids(list: &ListReader, ids: Vec<Uuid>) -> Result<Vec<SessionRow>, DbError> {
    let places: HashMap<Uuid, usize> = ids.iter().enumerate().map(|(place, id)| (*id, place)).collect();
    let ids = Arc::new(ids);
    let load = move |connection: Arc<DbConnection>| {
        let ids = Arc::clone(&ids);
        async move {
            let page = sessions::table.filter(sessions::id.eq_any(ids.as_slice())).select(SessionRow::as_select());
            page.built_once().load(&mut connection.shared()).await
        }
    };
    let mut rows: Vec<SessionRow> = list.run(load).await?;
    rows.sort_unstable_by_key(|session| places.get(&session.id).copied());
    Ok(rows)
}

/// Creates a session, and returns whether the user now has more than `most`, expired ones included.
///
/// # Errors
/// [`DbError::Violated`] when the token is taken, or the user or the parent does not exist.
pub async fn insert(writer: &mut Writer, session: &NewSession, most: i64) -> Result<(SessionRow, bool), DbError> {
    let writer = &*writer;
    writer.insert_hash(HashColumn::SessionToken, |form| in_form!(form, insert_hash(writer, session, most))).await
}

async fn insert_hash<F: Form>(writer: &Writer, session: &NewSession, most: i64) -> QueryResult<(SessionRow, bool)> {
    let token = sessions::token.eq(NewHash::<F>::new(HashColumn::SessionToken, &session.token));
    let insert = diesel::insert_into(sessions::table)
        .values((token, session))
        .returning((SessionRow::as_returning(), exists(last_allowed(session.user_id, most))));
    returned_row(insert.get_results(&mut writer.shared())).await
}

/// The session before the new one that is the last within the limit, in any order. An index has all that it reads.
#[auto_type]
fn last_allowed(user_id: Uuid, most: i64) -> _ {
    let user = other_sessions.field(sessions::user_id);
    other_sessions.filter(user.eq(user_id)).select(user).offset(most - 1_i64).limit(1_i64)
}

/// Records that the session was used, and from which device. None if the session does not exist.
///
/// # Errors
/// See [`DbError`].
pub async fn touch(writer: &mut Writer, id: Uuid, device: &DeviceDetails) -> Result<Option<SessionRow>, DbError> {
    let touch = diesel::update(sessions::table.find(id)).set(device).returning(SessionRow::as_returning());
    // No revocation: a cached copy of the session stays valid, although its details are out of date.
    writer.insert(async { returned_row(touch.get_results(&mut writer.shared())).await.optional() }).await
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
