//! PgBouncer in transaction mode: each transaction may run on another connection to the database.
//!
//! A client of such a pooler cannot use what belongs to a session: a prepared statement may be missing on the next
//! connection, or another one may have its name; an option reaches other clients; a lock is held by no one in
//! particular. But tokio-postgres prepares every statement under a name, and sends it in a separate group of messages.
//!
//! [`PoolerStream`] is the stream below tokio-postgres that makes each group of messages, up to its Sync, complete in
//! itself ([`Rewriter`]):
//!
//! | tokio-postgres sends | the database receives |
//! |---|---|
//! | Parse `s1`, Describe `s1` | the same with the unnamed statement |
//! | Bind `s1`, Execute | the options of the connection, for this transaction; Parse, Bind and Execute of the unnamed statement |
//! | the same in a transaction | Parse, Bind and Execute of the unnamed statement |
//! | Close `s1` | Close of the unnamed statement |
//! | `BEGIN` | `BEGIN; SET LOCAL …`: the options of the connection, for this transaction |
//!
//! The replies to what it adds are removed ([`replies`]). diesel's cache of statements, pipelining and shared readers
//! work as on a direct connection; what is lost is the time that a prepared statement saves.

mod probe;
mod replies;
mod rewriter;
mod stream;
#[cfg(test)]
mod tests;

pub(super) use probe::check;
pub(super) use rewriter::{ProcessId, Rewriter};
pub(super) use stream::PoolerStream;
