//! The table `api_key`.

use std::sync::Arc;

use diesel::dsl::{auto_type, exists};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::stream::Stream;
use time::OffsetDateTime;
use uuid::Uuid;

use super::built_once::BuildOnce as _;
use super::connection::DbConnection;
use super::error::DbError;
use super::hash_form::{Form, HashColumn, NewHash, StoredHash, in_form};
use super::lenient::Permissions;
use super::list::{List, Position, PositionRecord, newest_first, page_limit, position_value};
use super::list_reader::ListReader;
use super::on_primary::{find_on_primary, pg_is_in_recovery};
use super::reader::Reader;
use super::returned_row::returned_row;
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

/// The API key with this secret, and its live user.
///
/// # Errors
/// See [`DbError`].
pub async fn find_caller(reader: &Reader, key: &TokenHash) -> Result<Option<(ApiKeyRow, UserRow)>, DbError> {
    reader.find_hash(HashColumn::ApiKeyKey, |form| in_form!(form, find_by_hash(reader, key))).await
}

async fn find_by_hash<F: Form>(reader: &Reader, key: &TokenHash) -> Result<Option<(ApiKeyRow, UserRow)>, DbError> {
    let key = StoredHash::<F>::new(key);
    let find = |connection: Arc<DbConnection>| async move {
        let caller = api_keys::table
            .inner_join(users::table)
            .filter(api_keys::key.eq(key))
            .filter(users::deleted_at.is_null())
            .select((ApiKeyRow::as_select(), UserRow::as_select(), pg_is_in_recovery()));
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
    let load = move |connection: Arc<DbConnection>, after| page_of_user(connection, user_id, after);
    newest_first(list, most, |key| (key.created_at, key.id), load).await
}

async fn page_of_user(
    connection: Arc<DbConnection>,
    user_id: Uuid,
    after: Option<Position>,
) -> QueryResult<Vec<ApiKeyRow>> {
    let page = api_keys::table.filter(api_keys::user_id.eq(user_id));
    let page = page.order((api_keys::created_at.desc(), api_keys::id.desc())).limit(page_limit());
    let page = page.select(ApiKeyRow::as_select());
    match after {
        None => page.built_once().load(&mut connection.shared()).await,
        Some(after) => {
            let position = (api_keys::created_at, api_keys::id).into_sql::<PositionRecord>();
            let page = page.filter(position.lt(position_value(after)));
            page.built_once().load(&mut connection.shared()).await
        }
    }
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
    writer.insert_hash(HashColumn::ApiKeyKey, |form| in_form!(form, insert_hash(writer, key, most))).await
}

async fn insert_hash<F: Form>(writer: &Writer, key: &NewApiKey, most: i64) -> QueryResult<(ApiKeyRow, bool)> {
    let secret = api_keys::key.eq(NewHash::<F>::new(HashColumn::ApiKeyKey, &key.key));
    let insert = diesel::insert_into(api_keys::table)
        .values((secret, key))
        .returning((ApiKeyRow::as_returning(), exists(last_allowed(key.user_id, most))));
    returned_row(insert.get_results(&mut writer.shared())).await
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
    writer.revoke(async { returned_row(update.get_results(&mut writer.shared())).await.optional() }).await
}

/// Removes an API key of this user. False if the user has no such key.
///
/// # Errors
/// See [`DbError`].
pub async fn delete(writer: &mut Writer, id: Uuid, user_id: Uuid) -> Result<bool, DbError> {
    let delete = diesel::delete(api_keys::table.find(id).filter(api_keys::user_id.eq(user_id)));
    Ok(writer.revoke(delete.execute(&mut writer.shared())).await? > 0)
}
