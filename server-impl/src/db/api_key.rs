//! The table `api_key`.

use std::sync::Arc;

use diesel::dsl::{auto_type, exists};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Record, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use futures_util::stream::{self, Stream};
use time::OffsetDateTime;
use uuid::Uuid;

use super::built_once::BuildOnce as _;
use super::connection::DbConnection;
use super::error::DbError;
use super::hash_form::{AsBytes, AsText, Form, HashColumn, HashForm, NewHash, StoredHash};
use super::lenient::Permissions;
use super::list::{List, PAGE, gather, page_limit};
use super::list_reader::ListReader;
use super::on_primary::{find_on_primary, in_recovery};
use super::reader::Reader;
use super::schema::{api_keys, other_api_keys, users};
use super::secrets::TokenHash;
use super::user::UserRow;
use super::writer::Writer;

/// An API key, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = api_keys, check_for_backend(Pg))]
pub struct ApiKeyRow {
    /// Version 4.
    pub id: Uuid,
    /// The user it belongs to.
    pub user_id: Uuid,
    /// Need not be unique.
    pub name: String,
    /// In the order given, duplicates kept. In upstream's database they may be unknown to the contract.
    #[diesel(deserialize_as = Permissions)]
    pub permissions: Vec<String>,
    /// When the row was created.
    pub created_at: OffsetDateTime,
    /// When the row was last changed.
    pub updated_at: OffsetDateTime,
}

/// An API key to create.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = api_keys)]
pub struct NewApiKey {
    /// The hash of its secret.
    #[diesel(skip_insertion)]
    pub key: TokenHash,
    /// The user it belongs to.
    pub user_id: Uuid,
    /// Need not be unique.
    pub name: String,
    /// In the order given, duplicates kept.
    pub permissions: Vec<String>,
}

/// What to change about an API key; none leaves the column unchanged.
#[derive(Clone, Debug, Default, AsChangeset)]
#[diesel(table_name = api_keys)]
pub struct ApiKeyChanges {
    /// Need not be unique.
    pub name: Option<String>,
    /// In the order given, duplicates kept.
    pub permissions: Option<Vec<String>>,
}

impl ApiKeyChanges {
    /// Whether there is nothing to change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self { name, permissions } = self;
        name.is_none() && permissions.is_none()
    }
}

/// A position in the list of keys.
type Position = Record<(Timestamptz, SqlUuid)>;

#[auto_type]
fn newest_first() -> _ {
    (api_keys::created_at.desc(), api_keys::id.desc())
}

/// The API key with this secret, and its live user.
///
/// # Errors
/// See [`DbError`].
pub async fn find_caller(reader: &Reader, key: &TokenHash) -> Result<Option<(ApiKeyRow, UserRow)>, DbError> {
    reader.find_hash(HashColumn::ApiKeyKey, |form| find_in_form(reader, key, form)).await
}

async fn find_in_form(
    reader: &Reader,
    key: &TokenHash,
    form: HashForm,
) -> Result<Option<(ApiKeyRow, UserRow)>, DbError> {
    match form {
        HashForm::Text => find_by_hash(reader, StoredHash::<AsText>::new(key)).await,
        HashForm::Bytes => find_by_hash(reader, StoredHash::<AsBytes>::new(key)).await,
    }
}

async fn find_by_hash<F: Form>(reader: &Reader, key: StoredHash<F>) -> Result<Option<(ApiKeyRow, UserRow)>, DbError> {
    let find = |connection: Arc<DbConnection>| async move {
        let caller = api_keys::table
            .inner_join(users::table)
            .filter(api_keys::key.eq(key))
            .filter(users::deleted_at.is_null())
            .select((ApiKeyRow::as_select(), UserRow::as_select(), in_recovery()));
        let find = caller.built_once().first(&mut connection.shared());
        find_on_primary(connection.shared(), find).await
    };
    reader.run(find).await
}

/// The API keys of a user, newest first; as a stream if there are more than `most`.
///
/// # Errors
/// See [`DbError`].
pub async fn list_for_user(
    list: ListReader,
    user_id: Uuid,
    most: usize,
) -> Result<List<ApiKeyRow, impl Stream<Item = Result<ApiKeyRow, DbError>> + Send + 'static>, DbError> {
    let first = page_of_user(&list, user_id, None).await?;
    let end = end_of(&first);
    gather(first, pages_of_user(list, user_id, end), most).await
}

/// The position of the last key of a full page. Only then another page may follow.
fn end_of(page: &[ApiKeyRow]) -> Option<(OffsetDateTime, Uuid)> {
    page.last().filter(|_| page.len() == PAGE).map(|key| (key.created_at, key.id))
}

fn pages_of_user(
    list: ListReader,
    user_id: Uuid,
    after: Option<(OffsetDateTime, Uuid)>,
) -> impl Stream<Item = Result<Vec<ApiKeyRow>, DbError>> + Send {
    stream::try_unfold((list, after), move |(list, after)| async move {
        if after.is_none() {
            return Ok(None);
        }
        let page = page_of_user(&list, user_id, after).await?;
        let end = end_of(&page);
        Ok(Some((page, (list, end))))
    })
}

async fn page_of_user(
    list: &ListReader,
    user_id: Uuid,
    after: Option<(OffsetDateTime, Uuid)>,
) -> Result<Vec<ApiKeyRow>, DbError> {
    let load = move |connection: Arc<DbConnection>| async move {
        let page = api_keys::table.filter(api_keys::user_id.eq(user_id)).order(newest_first()).limit(page_limit());
        let page = page.select(ApiKeyRow::as_select());
        match after {
            None => page.built_once().load(&mut connection.shared()).await,
            Some((created_at, id)) => {
                // Compared as a row, so that the index also finds the position among keys created at the same moment.
                let position = (api_keys::created_at, api_keys::id).into_sql::<Position>();
                let end = (created_at.into_sql::<Timestamptz>(), id.into_sql::<SqlUuid>()).into_sql::<Position>();
                let page = page.filter(position.lt(end));
                page.built_once().load(&mut connection.shared()).await
            }
        }
    };
    list.run(load).await
}

/// An API key of this user.
///
/// # Errors
/// See [`DbError`].
pub async fn find_of_user(reader: &Reader, id: Uuid, user_id: Uuid) -> Result<Option<ApiKeyRow>, DbError> {
    let find = |connection: Arc<DbConnection>| async move {
        let key = api_keys::table.find(id).filter(api_keys::user_id.eq(user_id));
        key.select(ApiKeyRow::as_select()).built_once().first(&mut connection.shared()).await.optional()
    };
    reader.run(find).await
}

/// Creates an API key, and returns whether the user now has more than `most`.
///
/// # Errors
/// [`DbError::Violated`] when the secret is taken or the user does not exist.
pub async fn insert(writer: &mut Writer, key: &NewApiKey, most: i64) -> Result<(ApiKeyRow, bool), DbError> {
    let writer = &*writer;
    writer.insert_hash(HashColumn::ApiKeyKey, |form| insert_in_form(writer, key, most, form)).await
}

async fn insert_in_form(writer: &Writer, key: &NewApiKey, most: i64, form: HashForm) -> QueryResult<(ApiKeyRow, bool)> {
    match form {
        HashForm::Text => insert_hash::<AsText>(writer, key, most).await,
        HashForm::Bytes => insert_hash::<AsBytes>(writer, key, most).await,
    }
}

async fn insert_hash<F: Form>(writer: &Writer, key: &NewApiKey, most: i64) -> QueryResult<(ApiKeyRow, bool)> {
    let secret = api_keys::key.eq(NewHash::<F>::new(HashColumn::ApiKeyKey, &key.key));
    let insert = diesel::insert_into(api_keys::table)
        .values((secret, key))
        .returning((ApiKeyRow::as_returning(), exists(last_allowed(key.user_id, most))));
    insert.get_result(&mut writer.shared()).await
}

/// The key before the new one that is the last within the limit, in any order. An index has all that it reads.
#[auto_type]
fn last_allowed(user_id: Uuid, most: i64) -> _ {
    let user = other_api_keys.field(api_keys::user_id);
    other_api_keys.filter(user.eq(user_id)).select(user).offset(most - 1_i64).limit(1_i64)
}

/// Changes an API key of this user. Without changes the row is read and `updatedAt` stays.
///
/// # Errors
/// See [`DbError`].
pub async fn update(
    writer: &mut Writer,
    id: Uuid,
    user_id: Uuid,
    changes: &ApiKeyChanges,
) -> Result<Option<ApiKeyRow>, DbError> {
    let key = api_keys::table.find(id).filter(api_keys::user_id.eq(user_id));
    if changes.is_empty() {
        let read = key.select(ApiKeyRow::as_select());
        return writer.read(async { read.first(&mut writer.shared()).await.optional() }).await;
    }
    let update = diesel::update(key).set(changes).returning(ApiKeyRow::as_returning());
    writer.revoke(async { update.get_result(&mut writer.shared()).await.optional() }).await
}

/// Removes an API key of this user. False if the user has no such key.
///
/// # Errors
/// See [`DbError`].
pub async fn delete(writer: &mut Writer, id: Uuid, user_id: Uuid) -> Result<bool, DbError> {
    let delete = diesel::delete(api_keys::table.find(id).filter(api_keys::user_id.eq(user_id)));
    Ok(writer.revoke(delete.execute(&mut writer.shared())).await? > 0)
}
