//! Reads: a few shared connections with many queries in flight on each.
//!
//! The database answers the queries of one connection in the order in which they were sent. A caller that goes
//! away leaves its answer to be thrown away; a query that gets no answer in time takes its connection out of use.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use diesel::QueryResult;
use diesel_async::SimpleAsyncConnection;
use tokio::time::Instant;

use super::error::{Away, DbError};
use super::link::Link;
use super::settings::ANSWER_LIMIT;

/// The shared connections. A slot is empty while its connection is being replaced.
pub(super) struct Readers {
    slots: Box<[RwLock<Option<Arc<Link>>>]>,
    turn: AtomicUsize,
    closed: AtomicBool,
    pub(super) retried: AtomicU64,
    pub(super) unanswered: AtomicU64,
}

impl Readers {
    pub(super) fn new(connections: usize) -> Self {
        Self {
            slots: (0..connections.max(1)).map(|_| RwLock::new(None)).collect(),
            turn: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
            retried: AtomicU64::new(0),
            unanswered: AtomicU64::new(0),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// How many connections can take a query.
    pub(super) fn usable(&self) -> usize {
        (0..self.slots.len()).filter(|&index| self.get(index).is_some()).count()
    }

    pub(super) fn set(&self, index: usize, link: Option<Arc<Link>>) {
        if let Some(slot) = self.slots.get(index) {
            let mut slot = slot.write().unwrap_or_else(PoisonError::into_inner);
            // Asked under the lock: closing comes either before this, or after it and empties the slot.
            *slot = link.filter(|_| !self.closed.load(Ordering::SeqCst));
        }
    }

    /// Empties the slots for good.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        for index in 0..self.slots.len() {
            self.set(index, None);
        }
    }

    fn get(&self, index: usize) -> Option<Arc<Link>> {
        let slot = self.slots.get(index)?.read().unwrap_or_else(PoisonError::into_inner);
        slot.as_ref().filter(|link| link.is_usable()).cloned()
    }

    /// The next connection in turn that can take a query.
    fn pick(&self) -> Option<Arc<Link>> {
        let first = self.turn.fetch_add(1, Ordering::Relaxed);
        (0..self.slots.len()).find_map(|step| self.get(first.wrapping_add(step) % self.slots.len()))
    }

    fn next(&self) -> Result<Arc<Link>, DbError> {
        self.pick().ok_or_else(|| {
            let closed = self.closed.load(Ordering::Relaxed);
            DbError::Unavailable(if closed { Away::Closed } else { Away::Disconnected })
        })
    }

    /// A reader on the next connection in turn.
    pub(super) fn reader(self: &Arc<Self>) -> Result<Reader, DbError> {
        Ok(Reader { link: self.next()?, readers: Arc::clone(self) })
    }
}

/// The right to read. Cheap to clone; queries awaited together travel together, in one round trip.
#[derive(Clone)]
pub struct Reader {
    link: Arc<Link>,
    readers: Arc<Readers>,
}

impl Reader {
    /// Asks for a sign of life.
    pub(super) async fn ping(&self) -> Result<(), DbError> {
        let ask = |link: Arc<Link>| async move { link.shared().batch_execute("select 1").await };
        self.run(ask).await
    }

    /// Runs a query, once more on another connection when the first one broke.
    pub(super) async fn run<T, F>(&self, query: impl Fn(Arc<Link>) -> F) -> Result<T, DbError>
    where
        F: Future<Output = QueryResult<T>>,
    {
        let begin = Instant::now();
        let link = if self.link.is_usable() { Arc::clone(&self.link) } else { self.readers.next()? };
        let first = link.run(ANSWER_LIMIT, query(Arc::clone(&link))).await;
        match first {
            Err(DbError::Unavailable(Away::Lost(_))) if !link.is_usable() => {
                let left = ANSWER_LIMIT.saturating_sub(begin.elapsed());
                let other = self.readers.next()?;
                self.readers.retried.fetch_add(1, Ordering::Relaxed);
                let second = other.run(left, query(Arc::clone(&other))).await;
                self.count(second)
            }
            settled => self.count(settled),
        }
    }

    fn count<T>(&self, outcome: Result<T, DbError>) -> Result<T, DbError> {
        if let Err(DbError::Unavailable(Away::NoAnswer(_))) = outcome {
            self.readers.unanswered.fetch_add(1, Ordering::Relaxed);
        }
        outcome
    }
}
