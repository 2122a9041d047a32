//! Lists that may be long: whole if there are few rows, else a page at a time.

use futures_util::stream::{self, Stream, StreamExt, TryStreamExt};

use super::error::DbError;

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

/// [`PAGE`] as SQL takes it.
pub(super) fn page_limit() -> i64 {
    i64::try_from(PAGE).unwrap_or(i64::MAX)
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
