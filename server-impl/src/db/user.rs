//! The table `user`.
//!
//! A user with a `deletedAt` does not exist for requests: these functions see live users only. The password is selected
//! only where it is compared. `user_admin.rs` has the queries of the command line.

use std::sync::Arc;

use diesel::dsl::{auto_type, case_when, exists, select};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel_async::RunQueryDsl;
use futures_util::stream::Stream;
use uuid::Uuid;

use super::built_once::BuildOnce as _;
use super::connection::DbConnection;
use super::error::{Constraint, DbError};
use super::list::{List, Position, PositionRecord, newest_first, page_limit, position_value};
use super::list_reader::ListReader;
use super::reader::Reader;
use super::returned_row::returned_row;
use super::schema::users;
use super::secrets::PasswordHash;
use super::session;
use super::user_metadata::{IsOnboarded, onboarding};
pub use super::user_row::{License, NewUser, ProfileRow, UserChanges, UserRow};
pub use super::user_status::{KnownStatus, UserStatus};
use super::writer::Writer;

/// The storage label of the first administrator.
const ADMIN_LABEL: &str = "admin";

/// The key of the advisory lock that allows one sign-up at a time: "admin" in ASCII.
const SIGN_UP: i64 = 0x0061_646d_696e;

#[auto_type]
fn live() -> _ {
    users::table.filter(users::deleted_at.is_null())
}

// A literal and not a parameter, so that the index on live administrators always applies.
#[auto_type]
fn live_admins() -> _ {
    users::table.filter(users::is_admin).filter(users::deleted_at.is_null())
}

/// What a login needs to know about a user.
#[derive(Debug, Queryable)]
pub struct LoginRow {
    /// The user.
    pub user: UserRow,
    /// The hash to compare the password with.
    pub password: PasswordHash,
    /// Whether the user has completed the onboarding of the web client.
    #[diesel(deserialize_as = IsOnboarded)]
    pub is_onboarded: bool,
}

/// The live user with this e-mail address.
///
/// # Errors
/// See [`DbError`].
pub async fn find_for_login(reader: &Reader, email: &str) -> Result<Option<LoginRow>, DbError> {
    let find = |connection: Arc<DbConnection>| async move {
        let columns = (UserRow::as_select(), users::password, onboarding());
        let user = live().filter(users::email.eq(email)).select(columns);
        user.built_once().first(&mut connection.shared()).await.optional()
    };
    reader.run(find).await
}

/// The password hash of a live user.
///
/// # Errors
/// See [`DbError`].
pub async fn find_password(reader: &Reader, id: Uuid) -> Result<Option<PasswordHash>, DbError> {
    let find = |connection: Arc<DbConnection>| async move {
        live()
            .filter(users::id.eq(id))
            .select(users::password)
            .built_once()
            .first(&mut connection.shared())
            .await
            .optional()
    };
    reader.run(find).await
}

/// The profile of the live user with this id.
///
/// # Errors
/// See [`DbError`].
pub async fn find_live(reader: &Reader, id: Uuid) -> Result<Option<ProfileRow>, DbError> {
    let find = |connection: Arc<DbConnection>| async move {
        live()
            .filter(users::id.eq(id))
            .select(ProfileRow::as_select())
            .built_once()
            .first(&mut connection.shared())
            .await
            .optional()
    };
    reader.run(find).await
}

/// The profiles of all live users, newest first; as a stream if there are more than `most`.
///
/// # Errors
/// See [`DbError`].
pub async fn list_live(
    list: ListReader,
    most: usize,
) -> Result<List<ProfileRow, impl Stream<Item = Result<ProfileRow, DbError>> + Send + 'static>, DbError> {
    newest_first(list, most, |user| (user.created_at, user.id), live_page).await
}

async fn live_page(connection: Arc<DbConnection>, after: Option<Position>) -> QueryResult<Vec<ProfileRow>> {
    let page = live().order((users::created_at.desc(), users::id.desc())).limit(page_limit());
    let page = page.select(ProfileRow::as_select());
    match after {
        None => page.built_once().load(&mut connection.shared()).await,
        Some(after) => {
            let position = (users::created_at, users::id).into_sql::<PositionRecord>();
            let page = page.filter(position.lt(position_value(after)));
            page.built_once().load(&mut connection.shared()).await
        }
    }
}

/// Whether there is a live administrator.
///
/// # Errors
/// See [`DbError`].
pub async fn live_admin_exists(reader: &Reader) -> Result<bool, DbError> {
    let ask = |connection: Arc<DbConnection>| async move {
        select(exists(live_admins())).built_once().get_result(&mut connection.shared()).await
    };
    reader.run(ask).await
}

/// Whether a live user other than `id` has this e-mail address.
///
/// # Errors
/// See [`DbError`].
pub async fn email_taken_by_other(reader: &Reader, email: &str, id: Uuid) -> Result<bool, DbError> {
    let ask = |connection: Arc<DbConnection>| async move {
        let other = live().filter(users::email.eq(email)).filter(users::id.ne(id));
        select(exists(other)).built_once().get_result(&mut connection.shared()).await
    };
    reader.run(ask).await
}

/// Creates a user.
///
/// # Errors
/// [`DbError::Violated`] when the e-mail address or the storage label is taken, or there is an administrator already.
pub async fn insert(writer: &mut Writer, user: &NewUser) -> Result<UserRow, DbError> {
    let insert = diesel::insert_into(users::table).values(user).returning(UserRow::as_returning());
    writer.insert(returned_row(insert.get_results(&mut writer.shared()))).await
}

/// Creates the first administrator, with the storage label `admin` unless a deleted user still has it. Ignores the
/// `storage_label` and `is_admin` of `user`.
///
/// # Errors
/// [`DbError::Violated`] with [`Constraint::OneLiveAdmin`] when there is a live administrator, also when both
/// sign up at the same moment and share the e-mail address; with [`Constraint::UserEmail`] when the address is
/// taken by another user.
pub async fn insert_admin(writer: &mut Writer, user: &NewUser) -> Result<UserRow, DbError> {
    let created = writer
        .transaction(async |writer| {
            // In upstream's schema, no constraint prevents two administrators.
            let lock = diesel::sql_query("select pg_advisory_xact_lock($1)").bind::<BigInt, _>(SIGN_UP);
            writer.read(lock.execute(&mut writer.shared())).await?;
            if has_live_admin(writer).await? {
                return Err(DbError::Violated(Constraint::OneLiveAdmin));
            }
            let label_taken = exists(users::table.filter(users::storage_label.eq(ADMIN_LABEL)));
            let label = case_when(label_taken, None::<String>.into_sql::<Nullable<Text>>())
                .otherwise(Some(ADMIN_LABEL).into_sql::<Nullable<Text>>());
            let insert = diesel::insert_into(users::table)
                .values((
                    users::email.eq(&user.email),
                    users::password.eq(&user.password_hash),
                    users::name.eq(&user.name),
                    users::is_admin.eq(true),
                    users::storage_label.eq(label),
                ))
                .returning(UserRow::as_returning());
            writer.insert(returned_row(insert.get_results(&mut writer.shared()))).await
        })
        .await;
    match created {
        // Another program, which does not take that lock, inserted first.
        Err(DbError::Violated(Constraint::UserEmail | Constraint::UserStorageLabel))
            if has_live_admin(writer).await? =>
        {
            Err(DbError::Violated(Constraint::OneLiveAdmin))
        }
        created => created,
    }
}

async fn has_live_admin(writer: &Writer) -> Result<bool, DbError> {
    writer.read(select(exists(live_admins())).get_result(&mut writer.shared())).await
}

/// Changes a live user. Without changes the row is read and `updatedAt` stays.
///
/// # Errors
/// [`DbError::Violated`] when the e-mail address is taken, also by a deleted user.
pub async fn update(writer: &mut Writer, id: Uuid, changes: &UserChanges) -> Result<Option<UserRow>, DbError> {
    let user = live().filter(users::id.eq(id));
    if changes.is_empty() {
        let read = user.select(UserRow::as_select());
        return writer.read(async { read.first(&mut writer.shared()).await.optional() }).await;
    }
    let update = diesel::update(user).set(changes).returning(UserRow::as_returning());
    writer.revoke(async { returned_row(update.get_results(&mut writer.shared())).await.optional() }).await
}

/// What happens to a user's sessions when the password changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sessions {
    /// All continue.
    Keep,
    /// All end except this one.
    EndAllBut(Option<Uuid>),
}

/// Changes the password of a live user and ends sessions: both, or neither.
///
/// # Errors
/// See [`DbError`].
pub async fn change_password(
    writer: &mut Writer,
    id: Uuid,
    password: PasswordHash,
    sessions: Sessions,
) -> Result<Option<UserRow>, DbError> {
    let changes = UserChanges { password: Some(password), ..UserChanges::default() };
    writer
        .transaction(async |writer| {
            let user = update(writer, id, &changes).await?;
            if let (Some(user), Sessions::EndAllBut(kept)) = (&user, sessions) {
                session::delete_all_of_user(writer, user.id, kept).await?;
            }
            Ok(user)
        })
        .await
}
