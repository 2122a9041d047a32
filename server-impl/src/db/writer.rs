//! Writes: an exclusive connection for the duration of the write or the transaction.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use diesel::QueryResult;
use diesel_async::{AnsiTransactionManager, AsyncPgConnection, TransactionManager};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, timeout};

use super::connect::Target;
use super::connect_error::ConnectError;
use super::connection::DbConnection;
use super::error::{DbError, Unavailable};
use super::hash_form::{HashColumn, HashForm};
use super::listener::Listener;
use super::on_primary;
use super::primary::NotPrimary;
use super::readiness::Missing;
use super::revocation_lease::LEASE;
use super::session_options::Purpose;
use super::settings::ANSWER_LIMIT;

/// How often idle connections that are too old are closed.
const REAPER_PERIOD: Duration = Duration::from_secs(30);

/// Opens connections for the pool and discards broken ones.
pub(super) struct Manager {
    target: Arc<Target>,
    limit: Duration,
    /// Why the latest server that was connected to is not usable; none if it is.
    refusals: watch::Sender<Option<NotPrimary>>,
}

impl bb8::ManageConnection for Manager {
    type Connection = DbConnection;
    type Error = ConnectError;

    async fn connect(&self) -> Result<DbConnection, ConnectError> {
        let opened = self.target.open(Purpose::Write, self.limit).await;
        self.refusals.send_replace(opened.as_ref().err().and_then(ConnectError::not_primary));
        opened
    }

    async fn is_valid(&self, _link: &mut DbConnection) -> Result<(), ConnectError> {
        // No query at check-out: the connection's own task detects its end.
        Ok(())
    }

    fn has_broken(&self, connection: &mut DbConnection) -> bool {
        // An open transaction was left by a dropped caller: closing the connection rolls it back.
        !is_fit(connection) || AnsiTransactionManager::is_broken_transaction_manager(&mut connection.inner)
    }
}

/// Whether the next caller may use a connection: one that is suspect is replaced, as nothing depends on it.
fn is_fit(connection: &DbConnection) -> bool {
    connection.is_usable() && !connection.is_suspect() && Instant::now() < connection.replace_at()
}

#[derive(Debug)]
struct LogFailures;

impl bb8::ErrorSink<ConnectError> for LogFailures {
    fn sink(&self, error: ConnectError) {
        tracing::warn!(%error, "could not open a database connection for writes; retrying");
    }

    fn boxed_clone(&self) -> Box<dyn bb8::ErrorSink<ConnectError>> {
        Box::new(Self)
    }
}

/// The connections for writes.
#[derive(Clone)]
pub(super) struct Writers {
    pool: bb8::Pool<Manager>,
    target: Arc<Target>,
    refusals: watch::Sender<Option<NotPrimary>>,
    /// Admits callers in order of arrival. The pool alone hands a free connection to the caller that asks at that
    /// moment, and under load waiting callers starve.
    gate: Arc<Semaphore>,
    waits: Arc<Waits>,
    after_commit: AfterCommit,
    max: u32,
    limit: Duration,
}

/// What a revocation waits for after its commit.
#[derive(Clone)]
pub(super) struct AfterCommit {
    /// The listener of this process, if it receives revocations.
    pub(super) listener: Option<Arc<Listener>>,
    /// Whether to wait until the leases of other processes have expired.
    pub(super) strict: bool,
}

impl AfterCommit {
    async fn wait(&self) {
        let committed = Instant::now();
        if let Some(listener) = &self.listener {
            listener.catch_up().await;
        }
        if self.strict {
            tokio::time::sleep_until(committed + LEASE).await;
        }
    }
}

/// How many callers waited at the gate.
#[derive(Default)]
pub(super) struct Waits {
    pub(super) now: AtomicU64,
    pub(super) total: AtomicU64,
    pub(super) failed: AtomicU64,
    pub(super) micros: AtomicU64,
}

impl Writers {
    /// Opens nothing yet.
    pub(super) fn new(target: Arc<Target>, connections: u32, limit: Duration, after_commit: AfterCommit) -> Self {
        let max = connections.max(1);
        let refusals = watch::Sender::new(None);
        let pool = bb8::Pool::builder()
            .max_size(max)
            .connection_timeout(limit)
            .test_on_check_out(false)
            // For idle connections: each has its greatest age itself, and callers get none that is older.
            .max_lifetime(Some(target.max_age()))
            .reaper_rate(target.max_age().min(REAPER_PERIOD))
            // Reuses as few connections as possible; the others close after their idle time.
            .queue_strategy(bb8::QueueStrategy::Lifo)
            .error_sink(Box::new(LogFailures))
            .build_unchecked(Manager { target: Arc::clone(&target), limit, refusals: refusals.clone() });
        let permits = usize::try_from(max).unwrap_or(Semaphore::MAX_PERMITS).min(Semaphore::MAX_PERMITS);
        Self {
            pool,
            target,
            refusals,
            gate: Arc::new(Semaphore::new(permits)),
            waits: Arc::default(),
            after_commit,
            max,
            limit,
        }
    }

    /// How many connections are open, idle ones included.
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
                let connection = self.pool.get_owned().await.ok()?;
                if is_fit(&connection) {
                    return Some(Writer {
                        connection,
                        _permit: permit,
                        after_commit: self.after_commit.clone(),
                        in_transaction: false,
                        revoked: AtomicBool::new(false),
                    });
                }
                // Dropped here, it leaves the pool: each turn removes one broken connection.
            }
        };
        let failure = tokio::select! {
            biased;
            taken = timeout(self.limit, take) => match taken {
                Ok(Some(writer)) => return Ok(writer),
                Ok(None) | Err(_) => Unavailable::NoneFree(self.limit),
            },
            reason = self.refused() => Unavailable::NotPrimary(reason),
        };
        self.waits.failed.fetch_add(1, Ordering::Relaxed);
        Err(DbError::Unavailable(failure))
    }

    /// Waits until a connection is opened to a server that is not usable: waiting for another one takes too long.
    async fn refused(&self) -> NotPrimary {
        let mut refusals = self.refusals.subscribe();
        loop {
            if refusals.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
            let refusal = *refusals.borrow_and_update();
            if let Some(reason) = refusal {
                return reason;
            }
        }
    }

    /// Closes idle connections whenever they have become suspect, forever.
    pub(super) async fn discard_suspects(&self) {
        let mut changes = self.target.primary().changes();
        loop {
            changes.next().await;
            // All idle ones at once: those that are put back are the next to be taken.
            let mut idle = Vec::new();
            while self.pool.state().idle_connections > 0 {
                idle.extend(self.pool.get_owned().await);
            }
        }
    }

    /// Checks that the primary accepts writes, on an idle connection or on a new one, which is kept.
    pub(super) async fn check(&self) -> Result<(), Missing> {
        let _permit = match timeout(self.limit, self.pass_gate()).await {
            Ok(Some(permit)) => permit,
            Ok(None) => return Err(Missing::Database),
            Err(_) => return Err(Missing::Connection),
        };
        while self.pool.state().idle_connections > 0 {
            let Ok(connection) = self.pool.get_owned().await else { break };
            if is_fit(&connection) {
                let read_only = connection.run(ANSWER_LIMIT, on_primary::is_read_only(connection.shared())).await;
                return match read_only {
                    Ok(false) => Ok(()),
                    Ok(true) => {
                        connection.retire();
                        Err(Missing::Writable)
                    }
                    Err(_) => Err(Missing::Database),
                };
            }
        }
        let opened = self.target.open(Purpose::Write, self.limit).await.map_err(|error| Missing::from(&error))?;
        // If the pool is full meanwhile, the connection is closed.
        let _ = self.pool.add(opened);
        Ok(())
    }

    async fn pass_gate(&self) -> Option<OwnedSemaphorePermit> {
        if let Ok(permit) = Arc::clone(&self.gate).try_acquire_owned() {
            return Some(permit);
        }
        let _wait = Wait::begin(&self.waits);
        Arc::clone(&self.gate).acquire_owned().await.ok()
    }
}

/// One caller at the gate, counted also if it is dropped.
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

/// Access for writes, on an exclusive connection that returns to the pool when this is dropped.
///
/// If it is dropped in the middle of a transaction, or after a statement without an answer, the connection is closed
/// and the database rolls back what was not committed.
///
/// Every statement runs through one of three methods. The question is whether a cached credential may be wrong
/// afterwards:
///
/// - `read`: no. The statement changes nothing, or only locks.
/// - `insert`: no. The statement adds rows, or changes only what no cached credential depends on.
/// - `revoke`: perhaps. The statement changes or removes rows of users, sessions or API keys.
pub struct Writer {
    // Before the permit: the connection is back in the pool when the next caller is admitted.
    connection: bb8::PooledConnection<'static, Manager>,
    _permit: OwnedSemaphorePermit,
    after_commit: AfterCommit,
    in_transaction: bool,
    /// Whether the transaction has revoked anything.
    revoked: AtomicBool,
}

impl Writer {
    /// The connection as queries take it: `query.execute(&mut writer.shared())`.
    pub(super) fn shared(&self) -> &AsyncPgConnection {
        self.connection.shared()
    }

    /// Awaits a statement that changes no rows. Never retried: the transaction around it may have locks.
    pub(super) async fn read<T>(&self, query: impl Future<Output = QueryResult<T>>) -> Result<T, DbError> {
        self.connection.run(ANSWER_LIMIT, query).await
    }

    /// Awaits a statement after which every cached credential is still right. Never retried: a statement without an
    /// answer may have been executed.
    pub(super) async fn insert<T>(&self, query: impl Future<Output = QueryResult<T>>) -> Result<T, DbError> {
        self.connection.run(ANSWER_LIMIT, query).await
    }

    /// Awaits a statement that adds a row with a hash in this column, in the form that the column has. Not in a
    /// transaction, which ends with the first error.
    pub(super) async fn insert_hash<T, F>(
        &self,
        column: HashColumn,
        statement: impl Fn(HashForm) -> F,
    ) -> Result<T, DbError>
    where
        F: Future<Output = QueryResult<T>>,
    {
        let read = || self.read(column.read_form(self.shared()));
        self.connection.hash_forms.run(column, read, |form| self.insert(statement(form))).await
    }

    /// Awaits a statement after which a cached credential may be wrong. When this returns, no cached credential from
    /// before the statement is used: see [`crate::db::RevocationLease`]. In a transaction, that is so when the
    /// transaction returns.
    pub(super) async fn revoke<T>(&self, query: impl Future<Output = QueryResult<T>>) -> Result<T, DbError> {
        let done = self.connection.run(ANSWER_LIMIT, query).await?;
        if self.in_transaction {
            self.revoked.store(true, Ordering::Relaxed);
        } else {
            self.after_commit.wait().await;
        }
        Ok(done)
    }

    /// Does `work` in one transaction: all of it, or nothing if it fails or its caller drops the future.
    ///
    /// # Errors
    /// What `work` returns, or the failure of the transaction itself.
    pub async fn transaction<T, E>(&mut self, work: impl AsyncFnOnce(&mut Self) -> Result<T, E>) -> Result<T, E>
    where
        E: From<DbError>,
    {
        self.step(Step::Begin).await?;
        // In a nested transaction, the outer one waits after its commit.
        let is_inner = std::mem::replace(&mut self.in_transaction, true);
        let result = work(self).await;
        self.in_transaction = is_inner;
        match result {
            Ok(done) => {
                self.step(Step::Commit).await?;
                if !is_inner && std::mem::take(self.revoked.get_mut()) {
                    self.after_commit.wait().await;
                }
                Ok(done)
            }
            Err(error) => {
                if let Err(lost) = self.step(Step::Rollback).await {
                    // The connection is closed instead, which also rolls back.
                    tracing::info!(error = %lost, "rollback failed; closing the connection");
                    self.connection.retire();
                }
                Err(error)
            }
        }
    }

    async fn step(&mut self, step: Step) -> Result<(), DbError> {
        let connection = &mut self.connection.inner;
        let result = match step {
            Step::Begin => timeout(ANSWER_LIMIT, AnsiTransactionManager::begin_transaction(connection)).await,
            Step::Commit => timeout(ANSWER_LIMIT, AnsiTransactionManager::commit_transaction(connection)).await,
            Step::Rollback => timeout(ANSWER_LIMIT, AnsiTransactionManager::rollback_transaction(connection)).await,
        };
        self.connection.finish(ANSWER_LIMIT, result)
    }
}

#[derive(Clone, Copy)]
enum Step {
    Begin,
    Commit,
    Rollback,
}
