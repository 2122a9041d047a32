//! One connection to the database: whether it is alive, and a time limit on every use of it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use diesel::QueryResult;
use diesel::result::{DatabaseErrorKind, Error};
use diesel_async::AsyncPgConnection;
use futures_util::future::poll_fn;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Notify, oneshot, watch};
use tokio::time::error::Elapsed;
use tokio::time::timeout;
use tokio_postgres::AsyncMessage;

use super::error::{Away, DbError};

/// How long a connection that is let go may take to say goodbye.
const FAREWELL: Duration = Duration::from_secs(1);

/// How soon a connection ends after the database said that it will.
const END_OF_CONNECTION: Duration = Duration::from_millis(50);

/// A connection and the signs of its life. Queries run on a shared reference, so that several can be in flight.
pub(super) struct Link {
    // Before `driver`: dropping the client first lets the driver say goodbye.
    pub(super) connection: AsyncPgConnection,
    driver: Driver,
    retired: AtomicBool,
    retirement: Notify,
}

/// The hold on the task that moves the bytes of a connection. Dropping it ends the task.
pub(super) struct Driver {
    ended: watch::Receiver<()>,
    _stop: oneshot::Sender<()>,
}

impl Link {
    pub(super) fn new(connection: AsyncPgConnection, driver: Driver) -> Self {
        Self { connection, driver, retired: AtomicBool::new(false), retirement: Notify::new() }
    }

    /// The bare connection, and the hold on its task.
    pub(super) fn into_parts(self) -> (AsyncPgConnection, Driver) {
        (self.connection, self.driver)
    }

    /// The connection as queries want it: `query.load(&mut link.shared())`.
    pub(super) fn shared(&self) -> &AsyncPgConnection {
        &self.connection
    }

    /// Whether it makes sense to send a query.
    pub(super) fn is_usable(&self) -> bool {
        !self.retired.load(Ordering::Acquire) && self.driver.ended.has_changed().is_ok()
    }

    /// Takes the connection out of use: what is in flight may end, nothing new begins.
    pub(super) fn retire(&self) {
        self.retired.store(true, Ordering::Release);
        self.retirement.notify_one();
    }

    /// Ends when the connection is closed or retired.
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
        self.settle(limit, timeout(limit, query).await).await
    }

    /// Judges the outcome of a query, and the connection by it.
    pub(super) async fn settle<T>(
        &self,
        limit: Duration,
        outcome: Result<QueryResult<T>, Elapsed>,
    ) -> Result<T, DbError> {
        match outcome {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(self.judge(error).await),
            Err(_) => {
                // The queries behind this one wait for the same answer, and the next ones would, too.
                self.retire();
                Err(DbError::Unavailable(Away::NoAnswer(limit)))
            }
        }
    }

    /// The driver keeps no SQLSTATE, and the text may be in any language. But a refusal that ends the
    /// connection (shutdown, crash, termination) is known by the end of the connection.
    async fn judge(&self, error: Error) -> DbError {
        let judged = DbError::from(error);
        let may_be_the_end = match &judged {
            DbError::Unavailable(Away::Lost(_)) => true,
            DbError::Other(error) => matches!(error, Error::DatabaseError(DatabaseErrorKind::Unknown, _)),
            _ => false,
        };
        if !may_be_the_end || timeout(END_OF_CONNECTION, self.driver.closed()).await.is_err() {
            return judged;
        }
        match judged {
            DbError::Other(error) => DbError::Unavailable(Away::Lost(error)),
            judged => judged,
        }
    }
}

impl Driver {
    /// Ends when the connection is closed.
    pub(super) async fn closed(&self) {
        let mut ended = self.ended.clone();
        // Nothing is ever sent: the only news is that the sender is gone.
        while ended.changed().await.is_ok() {}
    }
}

/// Starts the task that moves the bytes of `connection`, counted in `open` for as long as it runs. What the database
/// tells unasked goes to `hear`, before any answer that comes after it.
pub(super) fn drive<S, T>(
    mut connection: tokio_postgres::Connection<S, T>,
    open: &watch::Sender<usize>,
    mut hear: impl FnMut(AsyncMessage) + Send + 'static,
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
        let moved = tokio::select! {
            moved = move_bytes(&mut connection, &mut hear) => moved,
            _ = &mut stopped => {
                // The client is gone. A hung database would keep this task for ever.
                let _ = timeout(FAREWELL, move_bytes(&mut connection, &mut hear)).await;
                Ok(())
            }
        };
        // Dead before the queries in flight learn of it, so that they do not come back to this connection.
        drop(life);
        drop(connection);
        if let Err(error) = moved {
            tracing::info!(error = %describe(&error), "connection to the database lost");
        }
    });
    Driver { ended, _stop: stop }
}

async fn move_bytes<S, T>(
    connection: &mut tokio_postgres::Connection<S, T>,
    hear: &mut impl FnMut(AsyncMessage),
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
            told => hear(told),
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

/// One open connection in the count of them.
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
