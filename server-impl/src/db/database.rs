//! The database as the rest of the program sees it.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::AbortHandle;

use super::connect::{ConnectError, Purpose, Target};
use super::error::{Away, DbError};
use super::keeper::{Outage, keep};
use super::link::Link;
use super::listener::Listener;
use super::reader::{Reader, Readers};
use super::settings::{DatabaseSettings, Revocations};
use super::watch::Watch;
use super::writer::{Aftermath, Writer, Writers};

/// How long the first connection may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

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
    /// None when closed.
    writers: Mutex<Option<Writers>>,
    keepers: Vec<AbortHandle>,
    /// None where revocations are not watched.
    watch: Option<Arc<Watch>>,
}

/// The state of the connections, for metrics. Counts with `total` in their name only grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Shared connections for reads that are wanted.
    pub read_connections_wanted: usize,
    /// Shared connections for reads that can take a query.
    pub read_connections: usize,
    /// Reads that were sent again since their connection broke.
    pub reads_retried_total: u64,
    /// Reads without an answer in time.
    pub reads_unanswered_total: u64,
    /// The most connections for writes.
    pub write_connections_max: u32,
    /// Connections for writes that are open.
    pub write_connections: u32,
    /// Connections for writes that are in use.
    pub write_connections_in_use: u32,
    /// Callers that wait for a connection to write on.
    pub write_waiting: u64,
    /// Callers that had to wait for a connection to write on.
    pub write_waits_total: u64,
    /// Callers that got none: all in use, or none could be opened.
    pub write_waits_failed_total: u64,
    /// All the time spent in waiting for a connection to write on.
    pub write_wait_time_total: Duration,
}

impl Database {
    /// Connects, and fails when the database is not there.
    ///
    /// # Errors
    /// In one line, why there is no connection.
    pub async fn connect(settings: &DatabaseSettings) -> Result<Self, ConnectError> {
        let target = Target::new(settings)?;
        let first = target.open(Purpose::Read, CONNECT_LIMIT).await?;
        Ok(Self::start(settings, target, Some(first)))
    }

    /// Connects in the background, however long the database takes to come. Needs a tokio runtime.
    ///
    /// # Errors
    /// When the URL can never be connected to.
    pub fn connect_lazy(settings: &DatabaseSettings) -> Result<Self, ConnectError> {
        Ok(Self::start(settings, Target::new(settings)?, None))
    }

    fn start(settings: &DatabaseSettings, target: Target, first: Option<Link>) -> Self {
        let target = Arc::new(target);
        let readers = Arc::new(Readers::new(settings.read_connections));
        let outage = Arc::new(Outage::default());
        let mut first = first.map(Arc::new);
        // In place before anyone asks; its keeper takes over from there.
        readers.set(0, first.clone());
        let mut keepers: Vec<AbortHandle> = (0..readers.len())
            .map(|slot| {
                let kept = keep(slot, first.take(), Arc::clone(&readers), Arc::clone(&target), Arc::clone(&outage));
                tokio::spawn(kept).abort_handle()
            })
            .collect();
        let (listener, strict) = match settings.revocations {
            Revocations::Unwatched => (None, false),
            Revocations::Watched { strict } => (Some(Arc::new(Listener::new())), strict),
            Revocations::Awaited => (None, true),
        };
        let watch = listener.as_ref().map(|listener| Arc::clone(&listener.watch));
        if let Some(listener) = listener.clone() {
            let target = Arc::clone(&target);
            keepers.push(tokio::spawn(async move { listener.keep(&target).await }).abort_handle());
        }
        let aftermath = Aftermath { listener, strict };
        let writers =
            Writers::new(Arc::clone(&target), settings.write_connections, settings.acquire_timeout, aftermath);
        Self { inner: Arc::new(Inner { target, readers, writers: Mutex::new(Some(writers)), keepers, watch }) }
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] when there is none within two seconds.
    pub async fn ping(&self) -> Result<(), DbError> {
        self.reader()?.ping().await
    }

    /// The right to read, on the next shared connection in turn.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] at once while there is no connection.
    pub fn reader(&self) -> Result<Reader, DbError> {
        self.inner.readers.reader()
    }

    /// The right to write. Waits for a free connection no longer than the settings allow.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] when no connection is free in time; at once while the database is away.
    pub async fn writer(&self) -> Result<Writer, DbError> {
        let writers = self.writers().ok_or(DbError::Unavailable(Away::Closed))?;
        if !self.is_up() {
            return Err(DbError::Unavailable(Away::Disconnected));
        }
        writers.writer().await
    }

    /// Whether there is a connection, as far as is known without asking the database.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.inner.readers.usable() > 0
    }

    /// What is known of revocations; none where they are not watched.
    #[must_use]
    pub fn watch(&self) -> Option<Arc<Watch>> {
        self.inner.watch.clone()
    }

    /// The state of the connections.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        let readers = &self.inner.readers;
        let mut statistics = Statistics {
            read_connections_wanted: readers.len(),
            read_connections: readers.usable(),
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
        // Late ones end with their users.
        let _ = tokio::time::timeout(CLOSE_LIMIT, open.wait_for(|count| *count == 0)).await;
    }

    fn writers(&self) -> Option<Writers> {
        self.inner.writers.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Inner {
    fn stop(&self) {
        for keeper in &self.keepers {
            keeper.abort();
        }
        self.readers.close();
        self.writers.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.stop();
    }
}
