//! The database as the rest of the program uses it.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::AbortHandle;
use uuid::Uuid;

use super::connect::Target;
use super::connect_error::ConnectError;
use super::connection::DbConnection;
use super::error::{DbError, Unavailable};
use super::list_reader::{ListReader, Lists};
use super::listener::Listener;
use super::pooler;
use super::reader::{Reader, Readers};
use super::readiness::{LatestCheck, Missing, Readiness};
use super::reconnect::{Outage, keep_connected};
use super::revocation_lease::RevocationLease;
use super::session_options::Purpose;
use super::settings::{DatabaseSettings, Revocations};
use super::writer::{AfterCommit, Writer, Writers};

/// How long the first connection may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// How long a check may take to open a connection.
const CHECK_LIMIT: Duration = Duration::from_secs(1);

/// How long closing waits for the connections that are in use.
const CLOSE_LIMIT: Duration = Duration::from_secs(2);

/// The connections to the database. Cheap to clone: all clones are the same database.
#[derive(Clone)]
pub struct Database {
    inner: Arc<Inner>,
}

struct Inner {
    target: Arc<Target>,
    readers: Arc<Readers>,
    list_connections: Arc<Readers>,
    lists: Arc<Lists>,
    /// None when closed.
    writers: Mutex<Option<Writers>>,
    reconnect_tasks: Vec<AbortHandle>,
    /// None where revocations are not watched.
    listener: Option<Arc<Listener>>,
    latest_check: LatestCheck,
}

/// The state of the connections, for metrics. Counts with `total` in their name only increase.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// The configured number of shared connections for reads.
    pub read_connections_wanted: usize,
    /// Shared connections for reads that can accept a query.
    pub read_connections: usize,
    /// Connections for lists that can accept a query.
    pub list_connections: usize,
    /// Reads that were sent again because their connection broke.
    pub reads_retried_total: u64,
    /// Reads without an answer in time.
    pub reads_unanswered_total: u64,
    /// The most connections for writes.
    pub write_connections_max: u32,
    /// Connections for writes that are open.
    pub write_connections: u32,
    /// Connections for writes that are in use.
    pub write_connections_in_use: u32,
    /// Callers that wait for a connection for writes.
    pub write_waiting: u64,
    /// Callers that had to wait for a connection for writes.
    pub write_waits_total: u64,
    /// Callers that got none: all were in use, or none could be opened.
    pub write_waits_failed_total: u64,
    /// The total time spent waiting for a connection for writes.
    pub write_wait_time_total: Duration,
}

/// Connects once, as a writer does, and disconnects.
///
/// # Errors
/// Why there is no primary that accepts writes: see [`ConnectError::is_temporary`].
pub async fn probe(settings: &DatabaseSettings) -> Result<(), ConnectError> {
    let target = Target::new(settings)?;
    // First: the options of a session would reach other clients.
    pooler::check(&target).await?;
    target.open(Purpose::Write, CONNECT_LIMIT).await.map(drop)
}

impl Database {
    /// Connects, and fails when the database is unavailable.
    ///
    /// # Errors
    /// The reason, in one line.
    pub async fn connect(settings: &DatabaseSettings) -> Result<Self, ConnectError> {
        let target = Target::new(settings)?;
        pooler::check(&target).await?;
        let first = target.open(Purpose::Read, CONNECT_LIMIT).await?;
        Self::start(settings, target, Some(first))
    }

    /// Connects in the background, and retries until the database is available. Needs a tokio runtime.
    ///
    /// # Errors
    /// When the URL is invalid.
    pub fn connect_lazy(settings: &DatabaseSettings) -> Result<Self, ConnectError> {
        Self::start(settings, Target::new(settings)?, None)
    }

    fn start(settings: &DatabaseSettings, target: Target, first: Option<DbConnection>) -> Result<Self, ConnectError> {
        let target = Arc::new(target);
        let listener_target = settings.for_listener().map(|settings| Target::new(&settings)).transpose()?;
        let readers = Arc::new(Readers::new(settings.read_connections.max(1)));
        let list_connections = Arc::new(Readers::new(settings.list_connections));
        let lists = Arc::new(Lists::new(Arc::clone(&list_connections), Arc::clone(&readers)));
        let outage = Arc::new(Outage::default());
        let mut first = first.map(Arc::new);
        // Set before the first query; the reconnect task takes over from there.
        readers.set(0, first.clone());
        let mut reconnect_tasks = Vec::new();
        for group in [&readers, &list_connections] {
            for slot in 0..group.len() {
                let kept =
                    keep_connected(slot, first.take(), Arc::clone(group), Arc::clone(&target), Arc::clone(&outage));
                reconnect_tasks.push(tokio::spawn(kept).abort_handle());
            }
        }
        let (listener, strict) = match settings.revocations {
            Revocations::Unwatched => (None, false),
            Revocations::Watched { strict } => (Some(Arc::new(Listener::new())), strict),
            Revocations::Awaited => (None, true),
        };
        if let Some(listener) = listener.clone() {
            let target = Arc::clone(&target);
            reconnect_tasks.push(
                tokio::spawn(async move { listener.listen(&target, listener_target.as_ref()).await }).abort_handle(),
            );
        }
        let after_commit = AfterCommit { listener: listener.clone(), strict };
        let writers =
            Writers::new(Arc::clone(&target), settings.write_connections, settings.acquire_timeout, after_commit);
        let discarding = writers.clone();
        reconnect_tasks.push(tokio::spawn(async move { discarding.discard_suspects().await }).abort_handle());
        let writers = Mutex::new(Some(writers));
        let latest_check = LatestCheck::default();
        let inner =
            Inner { target, readers, list_connections, lists, writers, reconnect_tasks, listener, latest_check };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Whether requests can be answered. Concurrent callers share one check.
    pub async fn readiness(&self) -> Readiness {
        let database = self.clone();
        let found = self.inner.latest_check.get_or_run(|| async move { database.check().await }).await;
        if found.reads.is_ok() && !self.is_up() {
            // All connections have ended since the check.
            let missing = Err(Missing::Database);
            return Readiness { reads: missing, writes: missing, ..found };
        }
        found
    }

    async fn check(&self) -> Readiness {
        let reads = self.check_reads().await;
        let writes = match (reads, self.writers()) {
            (Err(missing), _) => Err(missing),
            (Ok(()), Some(writers)) => writers.check().await,
            (Ok(()), None) => Err(Missing::Database),
        };
        let revocations = self.inner.listener.as_ref().is_none_or(|listener| !listener.has_failed());
        Readiness { reads, writes, revocations }
    }

    async fn check_reads(&self) -> Result<(), Missing> {
        let Ok(reader) = self.reader() else {
            // The readers are reconnecting: this fails for the same reason as they do.
            let opened = self.inner.target.open(Purpose::Read, CHECK_LIMIT).await;
            return Err(opened.map_or_else(|error| Missing::from(&error), |_| Missing::Database));
        };
        match reader.has_tables().await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Missing::Schema),
            Err(_) => Err(Missing::Database),
        }
    }

    /// A reader on the next shared connection in turn.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] at once while there is no connection.
    pub fn reader(&self) -> Result<Reader, DbError> {
        self.inner.readers.reader()
    }

    /// A reader for one list of this user. Waits while the user has many others.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] with [`Unavailable::TooManyLists`] when the others take too long.
    pub async fn list_reader(&self, user: Uuid) -> Result<ListReader, DbError> {
        self.inner.lists.reader(user).await
    }

    /// A writer. Waits for a free connection no longer than the settings allow.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] when no connection is free in time; at once while the database is unavailable.
    pub async fn writer(&self) -> Result<Writer, DbError> {
        let writers = self.writers().ok_or(DbError::Unavailable(Unavailable::Closed))?;
        if !self.is_up() {
            return Err(DbError::Unavailable(Unavailable::Disconnected));
        }
        writers.writer().await
    }

    /// Whether there is a connection, as far as is known without a query.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.inner.readers.usable() > 0
    }

    /// The lease that cached credentials depend on; none where revocations are not watched.
    #[must_use]
    pub fn revocation_lease(&self) -> Option<Arc<RevocationLease>> {
        self.inner.listener.as_ref().map(|listener| Arc::clone(&listener.lease))
    }

    /// The state of the connections.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        let readers = &self.inner.readers;
        let mut statistics = Statistics {
            read_connections_wanted: readers.len(),
            read_connections: readers.usable(),
            list_connections: self.inner.list_connections.usable(),
            reads_retried_total: readers.retried.load(Ordering::Relaxed),
            reads_unanswered_total: readers.unanswered.load(Ordering::Relaxed),
            ..Statistics::default()
        };
        if let Some(writers) = self.writers() {
            let waits = writers.waits();
            statistics.write_connections_max = writers.max();
            statistics.write_connections = writers.open();
            statistics.write_connections_in_use = writers.in_use();
            statistics.write_waiting = waits.now.load(Ordering::Relaxed);
            statistics.write_waits_total = waits.total.load(Ordering::Relaxed);
            statistics.write_waits_failed_total = waits.failed.load(Ordering::Relaxed);
            statistics.write_wait_time_total = Duration::from_micros(waits.micros.load(Ordering::Relaxed));
        }
        statistics
    }

    /// Closes the connections. Waits up to two seconds for those in use; afterwards everything is unavailable.
    pub async fn close(&self) {
        self.inner.stop();
        let mut open = self.inner.target.open_connections().subscribe();
        // Connections still in use are closed when they are dropped.
        let _ = tokio::time::timeout(CLOSE_LIMIT, open.wait_for(|count| *count == 0)).await;
    }

    fn writers(&self) -> Option<Writers> {
        self.inner.writers.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Inner {
    fn stop(&self) {
        // First, so that a connection that ends now is not reported as an outage.
        self.readers.close();
        self.list_connections.close();
        for task in &self.reconnect_tasks {
            task.abort();
        }
        self.writers.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.stop();
    }
}
