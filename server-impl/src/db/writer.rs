//! Writes: a connection of one's own for as long as the write or the transaction lasts.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use diesel::QueryResult;
use diesel_async::{AnsiTransactionManager, AsyncPgConnection, TransactionManager};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

use super::connect::{ConnectError, Purpose, Target};
use super::error::{Away, DbError};
use super::link::Link;
use super::listener::Listener;
use super::settings::ANSWER_LIMIT;
use super::watch::LEASE;

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
    /// Lets callers in, first come first served. The pool alone hands a connection to whoever asks at the right
    /// moment, and under load those who wait are never that quick.
    gate: Arc<Semaphore>,
    waits: Arc<Waits>,
    aftermath: Aftermath,
    max: u32,
    limit: Duration,
}

/// What comes between the commit of a change and its being told to anybody.
#[derive(Clone)]
pub(super) struct Aftermath {
    /// Where revocations are heard of.
    pub(super) listener: Option<Arc<Listener>>,
    /// Whether to wait until other processes have heard of it as well.
    pub(super) strict: bool,
}

impl Aftermath {
    async fn settle(&self) {
        let committed = Instant::now();
        if let Some(listener) = &self.listener {
            listener.catch_up().await;
        }
        if self.strict {
            tokio::time::sleep_until(committed + LEASE).await;
        }
    }
}

/// Who had to wait at the gate.
#[derive(Default)]
pub(super) struct Waits {
    pub(super) now: AtomicU64,
    pub(super) total: AtomicU64,
    pub(super) failed: AtomicU64,
    pub(super) micros: AtomicU64,
}

impl Writers {
    /// Opens nothing yet.
    pub(super) fn new(target: Arc<Target>, connections: u32, limit: Duration, aftermath: Aftermath) -> Self {
        let max = connections.max(1);
        let pool = bb8::Pool::builder()
            .max_size(max)
            .connection_timeout(limit)
            .test_on_check_out(false)
            // The fewest connections stay warm, the others go after their idle time.
            .queue_strategy(bb8::QueueStrategy::Lifo)
            .error_sink(Box::new(LogFailures))
            .build_unchecked(Manager { target, limit });
        let permits = usize::try_from(max).unwrap_or(Semaphore::MAX_PERMITS).min(Semaphore::MAX_PERMITS);
        Self { pool, gate: Arc::new(Semaphore::new(permits)), waits: Arc::default(), aftermath, max, limit }
    }

    /// How many connections there are, idle ones included.
    pub(super) fn open(&self) -> u32 {
        self.pool.state().connections
    }

    pub(super) fn in_use(&self) -> u32 {
        let state = self.pool.state();
        state.connections.saturating_sub(state.idle_connections)
    }

    pub(super) fn max(&self) -> u32 {
        self.max
    }

    pub(super) fn waits(&self) -> &Waits {
        &self.waits
    }

    /// Takes a connection out of the pool, or waits for one.
    pub(super) async fn writer(&self) -> Result<Writer, DbError> {
        let take = async {
            let permit = self.pass_gate().await?;
            loop {
                let link = self.pool.get_owned().await.ok()?;
                if link.is_usable() {
                    return Some(Writer {
                        link,
                        _permit: permit,
                        aftermath: self.aftermath.clone(),
                        in_transaction: false,
                        changed: AtomicBool::new(false),
                    });
                }
                // Dropped here, it leaves the pool: each turn has one broken connection less.
            }
        };
        if let Ok(Some(writer)) = timeout(self.limit, take).await {
            return Ok(writer);
        }
        self.waits.failed.fetch_add(1, Ordering::Relaxed);
        Err(DbError::Unavailable(Away::NoneFree(self.limit)))
    }

    async fn pass_gate(&self) -> Option<OwnedSemaphorePermit> {
        if let Ok(permit) = Arc::clone(&self.gate).try_acquire_owned() {
            return Some(permit);
        }
        let _wait = Wait::begin(&self.waits);
        Arc::clone(&self.gate).acquire_owned().await.ok()
    }
}

/// One caller at the gate, counted also when it gives up.
struct Wait<'a> {
    waits: &'a Waits,
    begin: Instant,
}

impl<'a> Wait<'a> {
    fn begin(waits: &'a Waits) -> Self {
        waits.now.fetch_add(1, Ordering::Relaxed);
        waits.total.fetch_add(1, Ordering::Relaxed);
        Self { waits, begin: Instant::now() }
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        let micros = u64::try_from(self.begin.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.waits.micros.fetch_add(micros, Ordering::Relaxed);
        self.waits.now.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The right to write, on a connection of one's own that goes back when this is dropped.
///
/// Dropped in the middle of a transaction, or after a statement without an answer, it takes the connection
/// with it, and the database undoes what was not committed.
pub struct Writer {
    // Before the permit: the connection is back in the pool when the next caller comes in.
    link: bb8::PooledConnection<'static, Manager>,
    _permit: OwnedSemaphorePermit,
    aftermath: Aftermath,
    in_transaction: bool,
    /// Whether the transaction has changed or removed rows.
    changed: AtomicBool,
}

impl Writer {
    /// The connection as queries want it: `query.execute(&mut writer.shared())`.
    pub(super) fn shared(&self) -> &AsyncPgConnection {
        self.link.shared()
    }

    /// Awaits a statement that reads, or adds rows: it takes nothing from anybody. Never tried again: it may have
    /// been done.
    pub(super) async fn add<T>(&self, query: impl Future<Output = QueryResult<T>>) -> Result<T, DbError> {
        self.link.run(ANSWER_LIMIT, query).await
    }

    /// Awaits a statement that changes or removes rows. When this ends, nothing that was read before the change is
    /// used any more: see [`crate::db::Watch`]. In a transaction that is so when the transaction ends.
    pub(super) async fn change<T>(&self, query: impl Future<Output = QueryResult<T>>) -> Result<T, DbError> {
        let done = self.add(query).await?;
        if self.in_transaction {
            self.changed.store(true, Ordering::Relaxed);
        } else {
            self.aftermath.settle().await;
        }
        Ok(done)
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
        // A transaction within a transaction leaves the rest to the outer one.
        let is_inner = std::mem::replace(&mut self.in_transaction, true);
        let worked = work(self).await;
        self.in_transaction = is_inner;
        match worked {
            Ok(done) => {
                self.step(Step::Commit).await?;
                if !is_inner && std::mem::take(self.changed.get_mut()) {
                    self.aftermath.settle().await;
                }
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
