//! Reads: a few shared connections with many queries in flight on each.
//!
//! The database answers the queries of one connection in the order in which they were sent. If a caller drops its
//! query, the answer is discarded; a query without an answer in time takes its connection out of use.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use diesel::QueryResult;
use tokio::time::Instant;

use super::connection::DbConnection;
use super::error::{DbError, Unavailable};
use super::hash_form::{HashColumn, HashForm};
use super::on_primary;
use super::settings::ANSWER_LIMIT;

/// The shared connections. A slot is empty while its connection is being replaced.
pub(super) struct Readers {
    slots: Box<[RwLock<Option<Arc<DbConnection>>>]>,
    turn: AtomicUsize,
    closed: AtomicBool,
    pub(super) retried: AtomicU64,
    pub(super) unanswered: AtomicU64,
}

impl Readers {
    pub(super) fn new(connections: usize) -> Self {
        Self {
            slots: (0..connections).map(|_| RwLock::new(None)).collect(),
            turn: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
            retried: AtomicU64::new(0),
            unanswered: AtomicU64::new(0),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// How many connections can accept a query.
    pub(super) fn usable(&self) -> usize {
        (0..self.slots.len()).filter(|&index| self.get(index).is_some()).count()
    }

    pub(super) fn set(&self, index: usize, connection: Option<Arc<DbConnection>>) {
        if let Some(slot) = self.slots.get(index) {
            let mut slot = slot.write().unwrap_or_else(PoisonError::into_inner);
            // Checked under the lock: closing happens either before this, or after it and empties the slot.
            *slot = connection.filter(|_| !self.closed.load(Ordering::SeqCst));
        }
    }

    /// Whether [`close`](Self::close) was called.
    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    /// Empties the slots permanently.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        for index in 0..self.slots.len() {
            self.set(index, None);
        }
    }

    /// The connection of a slot, or another one while that is being replaced.
    pub(super) fn on(&self, index: usize) -> Option<Arc<DbConnection>> {
        self.get(index).or_else(|| self.pick())
    }

    fn get(&self, index: usize) -> Option<Arc<DbConnection>> {
        let slot = self.slots.get(index)?.read().unwrap_or_else(PoisonError::into_inner);
        slot.as_ref().filter(|connection| connection.is_usable()).cloned()
    }

    /// The next connection in turn that can accept a query.
    fn pick(&self) -> Option<Arc<DbConnection>> {
        let first = self.turn.fetch_add(1, Ordering::Relaxed);
        (0..self.slots.len()).find_map(|step| self.get(first.wrapping_add(step) % self.slots.len()))
    }

    fn next(&self) -> Result<Arc<DbConnection>, DbError> {
        self.pick().ok_or_else(|| {
            let closed = self.closed.load(Ordering::Relaxed);
            DbError::Unavailable(if closed { Unavailable::Closed } else { Unavailable::Disconnected })
        })
    }

    /// A reader on the next connection in turn.
    pub(super) fn reader(self: &Arc<Self>) -> Result<Reader, DbError> {
        Ok(self.reader_on(self.next()?))
    }

    /// A reader on this connection. If it breaks, the read is sent again on one of the shared ones.
    pub(super) fn reader_on(self: &Arc<Self>, connection: Arc<DbConnection>) -> Reader {
        Reader { connection, readers: Arc::clone(self) }
    }
}

/// Access for reads. Cheap to clone; queries that are awaited together take one round trip.
#[derive(Clone)]
pub struct Reader {
    connection: Arc<DbConnection>,
    readers: Arc<Readers>,
}

impl Reader {
    /// Whether the primary has the tables.
    pub(super) async fn has_tables(&self) -> Result<bool, DbError> {
        self.run(|connection| async move { on_primary::has_tables(connection.shared()).await }).await
    }

    /// Runs a query, and once more on another connection if the first one broke.
    pub(super) async fn run<T, F>(&self, query: impl Fn(Arc<DbConnection>) -> F) -> Result<T, DbError>
    where
        F: Future<Output = QueryResult<T>>,
    {
        let begin = Instant::now();
        let connection =
            if self.connection.is_usable() { Arc::clone(&self.connection) } else { self.readers.next()? };
        let first = connection.run(ANSWER_LIMIT, query(Arc::clone(&connection))).await;
        match first {
            Err(DbError::Unavailable(Unavailable::Lost(_))) if !connection.is_usable() => {
                let left = ANSWER_LIMIT.saturating_sub(begin.elapsed());
                let other = self.readers.next()?;
                self.readers.retried.fetch_add(1, Ordering::Relaxed);
                let second = other.run(left, query(Arc::clone(&other))).await;
                self.count(second)
            }
            settled => self.count(settled),
        }
    }

    /// Runs a query for a hash in this column, in the form that the column has.
    pub(super) async fn find_hash<T, F>(&self, column: HashColumn, query: impl Fn(HashForm) -> F) -> Result<T, DbError>
    where
        F: Future<Output = Result<T, DbError>>,
    {
        let read = |connection: Arc<DbConnection>| async move { column.read_form(connection.shared()).await };
        self.connection.hash_forms.run(column, || self.run(read), query).await
    }

    fn count<T>(&self, result: Result<T, DbError>) -> Result<T, DbError> {
        if let Err(DbError::Unavailable(Unavailable::NoAnswer(_))) = result {
            self.readers.unanswered.fetch_add(1, Ordering::Relaxed);
        }
        result
    }
}
