//! One connection to the database: whether it is usable, and a time limit on every query.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use diesel::QueryResult;
use diesel::result::Error;
use diesel_async::AsyncPgConnection;
use futures_util::future::poll_fn;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Notify, oneshot, watch};
use tokio::time::error::Elapsed;
use tokio::time::{Instant, timeout};
use tokio_postgres::AsyncMessage;
use tokio_postgres::error::SqlState;

use super::error::{DbError, Unavailable, retires_connection, sqlstate};
use super::hash_form::HashForms;
use super::on_primary::ask_primary;
use super::primary::{History, Primary};
use super::settings::ANSWER_LIMIT;

/// How long a dropped connection may take to close properly.
const CLOSE_LIMIT: Duration = Duration::from_secs(1);

/// A connection and its state. Queries run on a shared reference, so that several can be in flight.
pub(super) struct DbConnection {
    // Before `driver`: when the client is dropped first, the driver closes the connection in order.
    pub(super) inner: AsyncPgConnection,
    driver: Driver,
    /// Shared by all connections to the database.
    pub(super) hash_forms: Arc<HashForms>,
    retired: AtomicBool,
    retirement: Notify,
    origin: Origin,
}

/// Where a connection leads, and for how long it is used.
pub(super) struct Origin {
    primary: Arc<Primary>,
    history: Option<History>,
    /// How often connections had become suspect when this one was checked last.
    checked: AtomicU64,
    /// Whether the server has answered a query since the last check.
    has_answered: AtomicBool,
    replace_at: Instant,
}

impl Origin {
    pub(super) fn new(primary: Arc<Primary>, history: Option<History>, checked: u64, max_age: Duration) -> Self {
        let (checked, has_answered) = (AtomicU64::new(checked), AtomicBool::new(false));
        Self { primary, history, checked, has_answered, replace_at: Instant::now() + max_age }
    }
}

/// The handle of the task that sends and receives the bytes of a connection. Dropping it ends the task.
pub(super) struct Driver {
    ended: watch::Receiver<()>,
    _stop: oneshot::Sender<()>,
}

impl DbConnection {
    pub(super) fn new(inner: AsyncPgConnection, driver: Driver, hash_forms: Arc<HashForms>, origin: Origin) -> Self {
        Self { inner, driver, hash_forms, retired: AtomicBool::new(false), retirement: Notify::new(), origin }
    }

    /// diesel's connection, and the handle of its task.
    pub(super) fn into_parts(self) -> (AsyncPgConnection, Driver) {
        (self.inner, self.driver)
    }

    /// The connection as queries take it: `query.load(&mut connection.shared())`.
    pub(super) fn shared(&self) -> &AsyncPgConnection {
        &self.inner
    }

    /// Whether a query can be sent.
    pub(super) fn is_usable(&self) -> bool {
        !self.retired.load(Ordering::Acquire) && self.driver.ended.has_changed().is_ok()
    }

    /// Takes the connection out of use: queries in flight may finish, no new one begins.
    pub(super) fn retire(&self) {
        self.retired.store(true, Ordering::Release);
        self.retirement.notify_one();
    }

    /// Whether the connection may lead to a server that is no longer the primary, so that it must be checked or replaced.
    pub(super) fn is_suspect(&self) -> bool {
        self.origin.primary.suspicions() != self.origin.checked.load(Ordering::Relaxed)
    }

    /// When the connection reaches its greatest age.
    pub(super) fn replace_at(&self) -> Instant {
        self.origin.replace_at
    }

    /// Whether the server has answered a query since the last call.
    pub(super) fn take_answered(&self) -> bool {
        self.origin.has_answered.swap(false, Ordering::Relaxed)
    }

    /// Asks the server whether it is still the primary. If not, or without an answer, the connection is retired, and all
    /// others become suspect.
    pub(super) async fn check(&self) {
        let Origin { primary, history, checked, .. } = &self.origin;
        let suspicions = primary.suspicions();
        if !primary.is_newest(*history) {
            return self.retire();
        }
        // If the server refuses the query itself, the connection is as good as before.
        let refused = |error: DbError| if error.is_unavailable() { Err(error) } else { Ok(()) };
        let asked = self.run(ANSWER_LIMIT, ask_primary(&self.inner)).await.or_else(refused);
        match asked {
            Ok(()) => checked.store(suspicions, Ordering::Relaxed),
            Err(_) => self.retire(),
        }
    }

    /// Returns when the connection is closed or retired.
    pub(super) async fn end(&self) {
        tokio::select! {
            () = self.driver.closed() => {}
            () = self.retirement.notified() => {}
        }
    }

    /// Awaits a query for at most `limit`.
    pub(super) async fn run<T>(
        &self,
        limit: Duration,
        query: impl Future<Output = QueryResult<T>>,
    ) -> Result<T, DbError> {
        self.finish(limit, timeout(limit, query).await)
    }

    /// Maps the result of a query, and retires a connection that does not answer, or that answers that it is of no use
    /// any more.
    pub(super) fn finish<T>(&self, limit: Duration, result: Result<QueryResult<T>, Elapsed>) -> Result<T, DbError> {
        match result {
            Ok(Ok(answer)) => {
                self.origin.has_answered.store(true, Ordering::Relaxed);
                Ok(answer)
            }
            Ok(Err(error)) => Err(self.classify(error)),
            Err(_) => {
                // The queries behind this one wait for the same answer, and so would the next ones.
                self.retire();
                self.suspect_all();
                Err(DbError::Unavailable(Unavailable::NoAnswer(limit)))
            }
        }
    }

    fn suspect_all(&self) {
        self.origin.primary.suspect(self.origin.checked.load(Ordering::Relaxed));
    }

    /// Retired before the caller knows of the error, so that its retry takes another connection.
    fn classify(&self, error: Error) -> DbError {
        if let Some(code) = sqlstate(&error).filter(retires_connection) {
            self.retire();
            if code == SqlState::READ_ONLY_SQL_TRANSACTION {
                // The server is a standby, or was made read-only.
                self.suspect_all();
            }
        }
        DbError::from(error)
    }
}

impl Driver {
    /// Returns when the connection is closed.
    pub(super) async fn closed(&self) {
        let mut ended = self.ended.clone();
        // No value is ever sent: the channel closes when the sender is dropped.
        while ended.changed().await.is_ok() {}
    }
}

/// Starts the task that sends and receives the bytes of `connection`, counted in `open` for as long as it runs.
/// Notifications go to `receive`, each before any answer that comes after it.
pub(super) fn drive<S, T>(
    mut connection: tokio_postgres::Connection<S, T>,
    open: &watch::Sender<usize>,
    mut receive: impl FnMut(AsyncMessage) + Send + 'static,
) -> Driver
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (life, ended) = watch::channel(());
    let (stop, mut stopped) = oneshot::channel::<()>();
    let counted = Counted::new(open);
    tokio::spawn(async move {
        let _counted = counted;
        let result = tokio::select! {
            result = move_bytes(&mut connection, &mut receive) => result,
            _ = &mut stopped => {
                // The client is dropped. A hung database would keep this task forever.
                let _ = timeout(CLOSE_LIMIT, move_bytes(&mut connection, &mut receive)).await;
                Ok(())
            }
        };
        // Marked as closed before the queries in flight fail, so that their retries choose another connection.
        drop(life);
        drop(connection);
        if let Err(error) = result {
            // What follows from it is reported where it matters; during an outage, each attempt to connect ends here.
            tracing::debug!(error = %describe(&error), "connection to the database lost");
        }
    });
    Driver { ended, _stop: stop }
}

async fn move_bytes<S, T>(
    connection: &mut tokio_postgres::Connection<S, T>,
    receive: &mut impl FnMut(AsyncMessage),
) -> Result<(), tokio_postgres::Error>
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    while let Some(message) = poll_fn(|context| connection.poll_message(context)).await.transpose()? {
        match message {
            AsyncMessage::Notice(notice) => {
                tracing::debug!(notice = notice.message(), "notice from the database");
            }
            other => receive(other),
        }
    }
    Ok(())
}

fn describe(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(refusal) => refusal.message().to_owned(),
        None => error.to_string(),
    }
}

/// Counts one open connection until it is dropped.
struct Counted(watch::Sender<usize>);

impl Counted {
    fn new(open: &watch::Sender<usize>) -> Self {
        open.send_modify(|count| *count += 1);
        Self(open.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count = count.saturating_sub(1));
    }
}
