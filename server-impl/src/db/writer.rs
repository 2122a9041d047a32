//! Writes: a connection of one's own for as long as the write or the transaction lasts.

use std::sync::Arc;
use std::time::Duration;

use diesel::QueryResult;
use diesel_async::{AnsiTransactionManager, AsyncPgConnection, TransactionManager};
use tokio::time::timeout;

use super::connect::{ConnectError, Purpose, Target};
use super::error::{Away, DbError};
use super::link::Link;
use super::settings::ANSWER_LIMIT;

/// Opens connections for the pool and throws broken ones away.
pub(super) struct Manager {
    target: Arc<Target>,
    limit: Duration,
}

impl bb8::ManageConnection for Manager {
    type Connection = Link;
    type Error = ConnectError;

    async fn connect(&self) -> Result<Link, ConnectError> {
        self.target.open(Purpose::Write, self.limit).await
    }

    async fn is_valid(&self, _link: &mut Link) -> Result<(), ConnectError> {
        // Not asked at check-out: the connection's own task knows when it ends.
        Ok(())
    }

    fn has_broken(&self, link: &mut Link) -> bool {
        // An open transaction here is that of a caller that went away: closing the connection undoes it.
        !link.is_usable() || AnsiTransactionManager::is_broken_transaction_manager(&mut link.connection)
    }
}

#[derive(Debug)]
struct LogFailures;

impl bb8::ErrorSink<ConnectError> for LogFailures {
    fn sink(&self, error: ConnectError) {
        tracing::warn!(%error, "no connection to write on");
    }

    fn boxed_clone(&self) -> Box<dyn bb8::ErrorSink<ConnectError>> {
        Box::new(Self)
    }
}

/// The connections to write on.
#[derive(Clone)]
pub(super) struct Writers {
    pool: bb8::Pool<Manager>,
    limit: Duration,
}

impl Writers {
    /// Opens nothing yet.
    pub(super) fn new(target: Arc<Target>, connections: u32, limit: Duration) -> Self {
        let pool = bb8::Pool::builder()
            .max_size(connections.max(1))
            .connection_timeout(limit)
            .test_on_check_out(false)
            // The fewest connections stay warm, the others go after their idle time.
            .queue_strategy(bb8::QueueStrategy::Lifo)
            .error_sink(Box::new(LogFailures))
            .build_unchecked(Manager { target, limit });
        Self { pool, limit }
    }

    pub(super) fn state(&self) -> bb8::State {
        self.pool.state()
    }

    pub(super) fn max(&self) -> u32 {
        self.pool.config().max_size
    }

    /// Takes a connection out of the pool, or waits for one.
    pub(super) async fn writer(&self) -> Result<Writer, DbError> {
        let take = async {
            loop {
                let link = self.pool.get_owned().await.ok()?;
                if link.is_usable() {
                    return Some(Writer { link });
                }
                // Dropped here, it leaves the pool: each turn has one broken connection less.
            }
        };
        match timeout(self.limit, take).await {
            Ok(Some(writer)) => Ok(writer),
            Ok(None) | Err(_) => Err(DbError::Unavailable(Away::NoneFree(self.limit))),
        }
    }
}

/// The right to write, on a connection of one's own that goes back when this is dropped.
///
/// Dropped in the middle of a transaction, or after a statement without an answer, it takes the connection
/// with it, and the database undoes what was not committed.
pub struct Writer {
    link: bb8::PooledConnection<'static, Manager>,
}

impl Writer {
    /// The connection as queries want it: `query.execute(&mut writer.shared())`.
    pub(super) fn shared(&self) -> &AsyncPgConnection {
        self.link.shared()
    }

    /// Awaits a statement. Never tried again: it may have been done.
    pub(super) async fn run<T>(&self, query: impl Future<Output = QueryResult<T>>) -> Result<T, DbError> {
        self.link.run(ANSWER_LIMIT, query).await
    }

    /// Does `work` in one transaction: all of it, or nothing when it fails or its caller goes away.
    ///
    /// # Errors
    /// What `work` gives, or what befell the transaction itself.
    pub async fn transaction<T, E>(&mut self, work: impl AsyncFnOnce(&mut Self) -> Result<T, E>) -> Result<T, E>
    where
        E: From<DbError>,
    {
        self.step(Step::Begin).await?;
        match work(self).await {
            Ok(done) => {
                self.step(Step::Commit).await?;
                Ok(done)
            }
            Err(error) => {
                if let Err(lost) = self.step(Step::Rollback).await {
                    // The connection is thrown away, which undoes as well.
                    tracing::info!(error = %lost, "transaction not rolled back");
                    self.link.retire();
                }
                Err(error)
            }
        }
    }

    async fn step(&mut self, step: Step) -> Result<(), DbError> {
        let connection = &mut self.link.connection;
        let outcome = match step {
            Step::Begin => timeout(ANSWER_LIMIT, AnsiTransactionManager::begin_transaction(connection)).await,
            Step::Commit => timeout(ANSWER_LIMIT, AnsiTransactionManager::commit_transaction(connection)).await,
            Step::Rollback => timeout(ANSWER_LIMIT, AnsiTransactionManager::rollback_transaction(connection)).await,
        };
        self.link.settle(ANSWER_LIMIT, outcome).await
    }
}

#[derive(Clone, Copy)]
enum Step {
    Begin,
    Commit,
    Rollback,
}
