//! Lists as responses.

use crate::db::{DbError, List};
use futures_util::{Stream, TryStreamExt as _};
use immich_wire::Reply;
use serde::Serialize;

/// The response with these rows, each converted to its contract type. A stream is sent as it is read.
pub(super) fn reply<R, T, D, S>(
    list: List<T, S>,
    response: impl FnOnce(Vec<D>) -> R,
    convert: impl Fn(T) -> D + Send + 'static,
) -> Reply<R>
where
    S: Stream<Item = Result<T, DbError>> + Send + 'static,
    D: Serialize + 'static,
{
    match list {
        List::All(rows) => response(rows.into_iter().map(convert).collect()).into(),
        List::Stream(rows) => Reply::streaming(response, rows.map_ok(convert)),
    }
}
