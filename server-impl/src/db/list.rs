//! Lists that may be long: whole if there are few rows, else a page at a time.

use std::sync::Arc;

use diesel::dsl::AsExprOf;
use diesel::expression::IntoSql as _;
use diesel::result::QueryResult;
use diesel::sql_types::{Record, Timestamptz, Uuid as SqlUuid};
use futures_util::stream::{self, Stream, StreamExt, TryStreamExt};
use time::OffsetDateTime;
use uuid::Uuid;

use super::connection::DbConnection;
use super::error::DbError;
use super::list_reader::ListReader;

/// The number of rows that one query of a list reads.
pub(super) const PAGE: usize = 500;

/// A list.
pub enum List<T, S> {
    /// All rows, if there are few.
    All(Vec<T>),
    /// A page at a time, if there are many: memory does not grow with their number, and a slow consumer does not block
    /// other reads. The stream ends with the first error.
    Stream(S),
}

/// The position of a row in a list that begins with the newest row: when the row was created, and its id.
pub(super) type Position = (OffsetDateTime, Uuid);

/// A [`Position`] in SQL. Compared as one value, so that an index also finds the position among rows that were created at
/// the same moment.
pub(super) type PositionRecord = Record<(Timestamptz, SqlUuid)>;

type PositionColumns = (AsExprOf<OffsetDateTime, Timestamptz>, AsExprOf<Uuid, SqlUuid>);

/// A position as a value of a query.
pub(super) fn position_value((created_at, id): Position) -> AsExprOf<PositionColumns, PositionRecord> {
    (created_at.into_sql::<Timestamptz>(), id.into_sql::<SqlUuid>()).into_sql::<PositionRecord>()
}

/// [`PAGE`] as SQL takes it.
pub(super) fn page_limit() -> i64 {
    i64::try_from(PAGE).unwrap_or(i64::MAX)
}

/// A list that begins with the newest row; a stream if there are more than `most` rows. `load` reads the first page, or
/// the one after a position.
pub(super) async fn newest_first<T, F>(
    list: ListReader,
    most: usize,
    position: fn(&T) -> Position,
    load: impl Fn(Arc<DbConnection>, Option<Position>) -> F + Copy + Send + Sync + 'static,
) -> Result<List<T, impl Stream<Item = Result<T, DbError>> + Send + 'static>, DbError>
where
    T: Send + 'static,
    F: Future<Output = QueryResult<Vec<T>>> + Send + 'static,
{
    // Another page may follow only a full one.
    let end_of = move |page: &[T]| page.last().filter(|_| page.len() == PAGE).map(position);
    let first = list.run(move |connection| load(connection, None)).await?;
    let rest = stream::try_unfold((list, end_of(&first)), move |(list, end)| async move {
        if end.is_none() {
            return Ok(None);
        }
        let page = list.run(move |connection| load(connection, end)).await?;
        let end = end_of(&page);
        Ok(Some((page, (list, end))))
    });
    gather(first, rest, most).await
}

/// The list that begins with the page `first` and goes on with `rest`: a stream if there are more than `most` rows.
pub(super) async fn gather<T: Send>(
    first: Vec<T>,
    rest: impl Stream<Item = Result<Vec<T>, DbError>> + Send,
    most: usize,
) -> Result<List<T, impl Stream<Item = Result<T, DbError>> + Send>, DbError> {
    let mut is_complete = first.len() < PAGE;
    let mut rows = first;
    let mut rest = Box::pin(rest);
    while !is_complete && rows.len() <= most {
        match rest.try_next().await? {
            Some(page) => rows.extend(page),
            None => is_complete = true,
        }
    }
    if rows.len() <= most {
        return Ok(List::All(rows));
    }
    let rest = rest.map_ok(|page| stream::iter(page.into_iter().map(Ok))).try_flatten();
    Ok(List::Stream(stream::iter(rows.into_iter().map(Ok)).chain(rest)))
}
