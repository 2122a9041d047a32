//! The row that a write returns, once the write is committed.

use diesel::QueryResult;
use diesel::result::Error;

/// The row of a write. `rows` is its `get_results`.
///
/// `get_result` would return with the first row. But a write outside of a transaction is committed after its rows: if
/// Postgres stops while the commit waits for a standby, the row arrives although the write may be lost. `get_results`
/// returns with the end of the answer, which Postgres sends after the commit.
///
/// # Errors
/// Those of the query, and [`Error::NotFound`] without a row.
pub(super) async fn returned_row<T>(rows: impl Future<Output = QueryResult<Vec<T>>>) -> QueryResult<T> {
    rows.await?.into_iter().next().ok_or(Error::NotFound)
}
