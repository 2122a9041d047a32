//! Removing rows that are no longer of use, a bounded number at a time. For the nightly cleanup and the command line.
//!
//! No index serves these searches, so each reads a whole table: they run on a writer, whose connection no other query
//! waits for, and return many rows at once.

use diesel::deserialize::QueryableByName;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Bool, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::error::DbError;
use super::writer::Writer;

/// The key of the advisory lock that allows one process at a time to remove rows: "cleanup" in ASCII.
const CLEANUP: i64 = 0x0063_6c65_616e_7570;

/// The most ids that [`find`] returns.
const FOUND: i64 = 50_000;

/// The most days that are subtracted from the current time; Postgres has no time before 4713 BC.
const MOST_DAYS: u32 = 1_000_000;

/// Sessions that no client can use any more, or that no client has used for 90 days.
const UNUSED: &str = "\"expiresAt\" <= now() or \"updatedAt\" <= now() - interval '90 days'";

/// Takes the lock until the end of the transaction.
///
/// Where a row is locked in another order by a request, the cleanup gives up before Postgres detects the deadlock and
/// cancels one of the two, which could be the request.
const LOCK: &str = "select set_config('lock_timeout', '500ms', true), pg_try_advisory_xact_lock($1) as locked";

/// Which rows to remove.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Sessions that have expired, or that were not used for 90 days; and with them the sessions that they created.
    Sessions,
    /// Sessions of the users that are due.
    SessionsOfUsers {
        /// As in [`Due::Users`].
        days: u32,
    },
    /// API keys of the users that are due.
    ApiKeysOfUsers {
        /// As in [`Due::Users`].
        days: u32,
    },
    /// Users that were deleted a number of days ago; the rows that belong to them are deleted with them.
    Users {
        /// The days since the deletion.
        days: u32,
    },
}

impl Due {
    fn table(self) -> &'static str {
        match self {
            Self::Sessions | Self::SessionsOfUsers { .. } => "session",
            Self::ApiKeysOfUsers { .. } => "api_key",
            Self::Users { .. } => "\"user\"",
        }
    }

    fn condition(self) -> String {
        let deleted = |days: u32| format!("\"deletedAt\" <= now() - make_interval(days => {})", days.min(MOST_DAYS));
        match self {
            Self::Sessions => UNUSED.to_owned(),
            Self::SessionsOfUsers { days } | Self::ApiKeysOfUsers { days } => {
                format!("\"userId\" in (select id from \"user\" where {})", deleted(days))
            }
            Self::Users { days } => deleted(days),
        }
    }

    /// The ids `$1` that are still due and that no transaction has locked.
    fn unlocked(self) -> String {
        let (table, condition) = (self.table(), self.condition());
        format!("select id from {table} where id = any($1) and ({condition}) for update skip locked")
    }
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

#[derive(QueryableByName)]
struct Lock {
    #[diesel(sql_type = Bool)]
    locked: bool,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// The ids of rows that are due: some of them if there are very many.
///
/// # Errors
/// See [`DbError`].
pub async fn find(writer: &Writer, due: Due) -> Result<Vec<Uuid>, DbError> {
    let find = sql_query(format!("select id from {} where {} limit $1", due.table(), due.condition()));
    let ids: Vec<Id> = writer.read(find.bind::<BigInt, _>(FOUND).load(&mut writer.shared())).await?;
    Ok(ids.into_iter().map(|row| row.id).collect())
}

/// How many rows [`remove`] would remove in total.
///
/// # Errors
/// See [`DbError`].
pub async fn count(writer: &Writer, due: Due) -> Result<u64, DbError> {
    let (table, condition) = (due.table(), due.condition());
    let count = match due {
        Due::Sessions | Due::SessionsOfUsers { .. } => format!(
            "with recursive marked as not materialized (
               select id, \"parentId\", ({condition}) is true as due from session
             ), child as (
               select id from marked where not due and \"parentId\" in (select id from marked where due)
               union all
               select marked.id from child join marked on marked.\"parentId\" = child.id where not marked.due
             )
             select (select count(*) from marked where due) + (select count(*) from child) as count"
        ),
        Due::ApiKeysOfUsers { .. } | Due::Users { .. } => {
            format!("select count(*) as count from {table} where {condition}")
        }
    };
    let Count { count } = writer.read(sql_query(count).get_result(&mut writer.shared())).await?;
    Ok(u64::try_from(count).unwrap_or_default())
}

/// Removes the rows with these ids that are still due, sessions together with those that they created, and returns how
/// many were removed. A row that another transaction has locked stays. None if another process is removing rows.
///
/// # Errors
/// See [`DbError`]. Then no row was removed.
pub async fn remove(writer: &mut Writer, due: Due, ids: &[Uuid]) -> Result<Option<usize>, DbError> {
    let (table, unlocked) = (due.table(), due.unlocked());
    let delete = match due {
        // The foreign key would delete the children too, uncounted.
        Due::Sessions | Due::SessionsOfUsers { .. } => format!(
            "with recursive unlocked as ({unlocked}), ended as (
               select id from unlocked
               union
               select child.id from session child join ended on child.\"parentId\" = ended.id
             )
             delete from session using ended where session.id = ended.id"
        ),
        Due::ApiKeysOfUsers { .. } | Due::Users { .. } => format!("delete from {table} where id in ({unlocked})"),
    };
    writer
        .transaction(async |writer| {
            let lock = sql_query(LOCK).bind::<BigInt, _>(CLEANUP);
            let Lock { locked } = writer.read(lock.get_result(&mut writer.shared())).await?;
            if !locked {
                return Ok(None);
            }
            let delete = sql_query(delete).bind::<Array<SqlUuid>, _>(ids);
            writer.revoke(delete.execute(&mut writer.shared())).await.map(Some)
        })
        .await
}
