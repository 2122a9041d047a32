//! What a connection is doing, shared between its bytes and its requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

/// What a connection is doing.
#[derive(Debug)]
pub(super) struct Phase {
    /// Requests handed on and not yet answered.
    busy: AtomicU32,
    /// Counts the requests answered: a change means that the connection has been idle anew.
    answered: AtomicU64,
    /// Whether a request was answered before its body had ended.
    unread: AtomicBool,
    /// Whether it has been idle for long, with nothing left to be sent.
    resting: AtomicBool,
}

impl Phase {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            busy: AtomicU32::new(0),
            answered: AtomicU64::new(0),
            unread: AtomicBool::new(false),
            resting: AtomicBool::new(false),
        })
    }

    /// A request was handed on; it is answered when the guard goes.
    pub(super) fn begin(self: &Arc<Self>) -> Busy {
        self.busy.fetch_add(1, Ordering::AcqRel);
        Busy(Arc::clone(self))
    }

    /// Whether a request is not yet answered.
    pub(super) fn is_busy(&self) -> bool {
        self.busy.load(Ordering::Acquire) > 0
    }

    /// How many requests have been answered.
    pub(super) fn answered(&self) -> u64 {
        self.answered.load(Ordering::Acquire)
    }

    /// The body of a request will not be read to its end.
    pub(super) fn leave_unread(&self) {
        self.unread.store(true, Ordering::Release);
    }

    /// Whether a body was not read to its end.
    pub(super) fn has_unread(&self) -> bool {
        self.unread.load(Ordering::Acquire)
    }

    /// It rests from now on, or no longer.
    pub(super) fn rest(&self, rests: bool) {
        self.resting.store(rests, Ordering::Release);
    }

    /// Whether it rests.
    pub(super) fn is_resting(&self) -> bool {
        self.resting.load(Ordering::Acquire)
    }
}

/// A request that is not yet answered.
#[derive(Debug)]
pub(super) struct Busy(Arc<Phase>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.answered.fetch_add(1, Ordering::AcqRel);
        self.0.busy.fetch_sub(1, Ordering::AcqRel);
    }
}
