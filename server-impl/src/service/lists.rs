//! Lists: how many a user may request at the same time, and when they are streamed.

use crate::auth::caller::Caller;
use crate::db::{DbError, ListReader, Unavailable};
use crate::error::Error;
use crate::state::AppState;
use std::time::Duration;

/// Up to this many of a user's own rows, the list is one body with an entity tag, as in the original. A longer list is
/// streamed: a client that does not read would keep the whole body in memory. A row takes up to 8 KiB.
pub(super) const MAX_UNSTREAMED: usize = 100;

/// When a client may try again.
const RETRY: Duration = Duration::from_secs(1);

/// Access for one list.
///
/// # Errors
/// 503 when the caller's user has many lists in progress, and they take too long.
pub(super) async fn reader(state: &AppState, caller: &Caller) -> Result<ListReader, Error> {
    state.database.list_reader(caller.user.id).await.map_err(|error| match error {
        DbError::Unavailable(Unavailable::TooManyLists(_)) => {
            Error::busy("Too many lists are requested at once, try again later", RETRY)
        }
        other => other.into(),
    })
}
