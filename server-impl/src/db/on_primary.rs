//! Queries that ask whether the primary answers them.
//!
//! Every query that authorizes is one: a pooler may send each query to another server, and a standby that lags behind
//! has credentials that were revoked.

use diesel::QueryResult;
use diesel::dsl::sql;
use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error, OptionalExtension as _};
use diesel::sql_types::Bool;
use diesel_async::{AsyncPgConnection, RunQueryDsl as _};

/// Three of the tables that every operation needs.
const HAS_TABLES: &str =
    "to_regclass('\"user\"') is not null and to_regclass('session') is not null and to_regclass('api_key') is not null";

/// Fails with SQLSTATE 25006 on a standby.
pub(super) async fn ask_primary(mut connection: &AsyncPgConnection) -> QueryResult<()> {
    on_primary(diesel::select(pg_is_in_recovery()).get_result(&mut connection).await?)
}

// A function, not `sql`: diesel prepares a statement with literal SQL again each time.
diesel::define_sql_function! {
    /// Whether the server is a standby.
    fn pg_is_in_recovery() -> Bool;
}

/// Rejects what a standby has answered, with the error that it gives to writes.
pub(super) fn on_primary(in_recovery: bool) -> QueryResult<()> {
    if in_recovery {
        return Err(Error::DatabaseError(DatabaseErrorKind::ReadOnlyTransaction, Box::new(AnsweredByStandby)));
    }
    Ok(())
}

/// The error of a query that a standby has answered.
#[derive(Debug)]
struct AnsweredByStandby;

impl DatabaseErrorInformation for AnsweredByStandby {
    fn message(&self) -> &'static str {
        "a standby answered instead of the primary"
    }

    fn details(&self) -> Option<&str> {
        None
    }

    fn hint(&self) -> Option<&str> {
        None
    }

    fn table_name(&self) -> Option<&str> {
        None
    }

    /// The SQLSTATE with which a standby answers writes: for code that looks for it here, as diesel has no place for it.
    fn column_name(&self) -> Option<&str> {
        Some("25006")
    }

    fn constraint_name(&self) -> Option<&str> {
        None
    }

    fn statement_position(&self) -> Option<i32> {
        None
    }
}

/// The rows that a query has found, on the primary: `find` selects [`pg_is_in_recovery`] behind them.
pub(super) async fn find_on_primary<T, U>(
    connection: &AsyncPgConnection,
    find: impl Future<Output = QueryResult<(T, U, bool)>>,
) -> QueryResult<Option<(T, U)>> {
    match find.await.optional()? {
        Some((row, joined, in_recovery)) => on_primary(in_recovery).map(|()| Some((row, joined))),
        // A standby may not have the row yet.
        None => ask_primary(connection).await.map(|()| None),
    }
}

/// Whether the primary has the tables.
pub(super) async fn has_tables(mut connection: &AsyncPgConnection) -> QueryResult<bool> {
    let query = diesel::select((sql::<Bool>(HAS_TABLES), pg_is_in_recovery()));
    let (has_tables, in_recovery) = query.get_result(&mut connection).await?;
    on_primary(in_recovery).map(|()| has_tables)
}

/// Whether the server refuses writes on this connection.
pub(super) async fn is_read_only(mut connection: &AsyncPgConnection) -> QueryResult<bool> {
    diesel::select(sql::<Bool>("current_setting('transaction_read_only') = 'on'")).get_result(&mut connection).await
}
