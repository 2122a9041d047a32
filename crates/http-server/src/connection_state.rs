//! The state of one connection, which its parts share: requests in flight, answers sent, an unread body, and parking.

use crate::connections::{ConnectionPermit, Share};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use tokio::time::Instant;

/// The state of one connection.
#[derive(Debug)]
pub(crate) struct ConnectionState {
    /// Requests passed to the handler and not yet answered.
    in_flight: AtomicU32,
    /// Requests answered so far: a change means that the connection became idle again.
    answered: AtomicU64,
    /// Whether a request was answered before its body ended.
    has_unread_body: AtomicBool,
    /// Whether the connection is parked: idle for long, with nothing left to send.
    parked: AtomicBool,
    /// Whether bytes wait for the socket.
    write_blocked: AtomicBool,
    /// Its place among the open connections; `None` in tests of single parts.
    permit: Option<ConnectionPermit>,
}

impl ConnectionState {
    pub(crate) fn new(permit: Option<ConnectionPermit>) -> Arc<Self> {
        Arc::new(Self {
            in_flight: AtomicU32::new(0),
            answered: AtomicU64::new(0),
            has_unread_body: AtomicBool::new(false),
            parked: AtomicBool::new(false),
            write_blocked: AtomicBool::new(false),
            permit,
        })
    }

    /// Counts a stream of HTTP/2; `None` if there are too many. [`SendProgress`](crate::send_progress::SendProgress) keeps
    /// the permit until the response is sent.
    pub(crate) fn begin_stream(&self) -> Option<Share> {
        match &self.permit {
            Some(connection) => connection.begin_stream(),
            None => Some(Share::default()),
        }
    }

    /// Counts a connection or stream whose rest is discarded; `None` if there are too many.
    pub(crate) fn begin_discard(&self) -> Option<Share> {
        match &self.permit {
            Some(connection) => connection.begin_discard(),
            None => Some(Share::default()),
        }
    }

    /// Counts a request as in flight until the guard is dropped.
    pub(crate) fn begin_request(self: &Arc<Self>) -> InFlightGuard {
        self.in_flight.fetch_add(1, Ordering::AcqRel);
        // Only HTTP/2: an HTTP/1.1 connection is taken back by the first byte of the head.
        if self.is_parked() {
            self.set_parked(false);
        }
        InFlightGuard(Arc::clone(self))
    }

    /// Whether a request is in flight.
    pub(crate) fn is_in_flight(&self) -> bool {
        self.in_flight() > 0
    }

    /// How many requests are in flight.
    pub(crate) fn in_flight(&self) -> u32 {
        self.in_flight.load(Ordering::Acquire)
    }

    /// How many requests have been answered.
    pub(crate) fn answered(&self) -> u64 {
        self.answered.load(Ordering::Acquire)
    }

    /// Records that the body of a request will not be read to its end.
    pub(crate) fn set_unread_body(&self) {
        self.has_unread_body.store(true, Ordering::Release);
    }

    /// Whether the body of a request was not read to its end.
    pub(crate) fn has_unread_body(&self) -> bool {
        self.has_unread_body.load(Ordering::Acquire)
    }

    /// Parks the connection, or takes it back into service. While it is parked, it may be closed for another one.
    pub(crate) fn set_parked(&self, parked: bool) {
        self.parked.store(parked, Ordering::Release);
        match &self.permit {
            Some(permit) if parked => permit.set_idle(),
            Some(permit) => permit.set_busy(),
            None => {}
        }
    }

    /// Records that this many bytes after an early answer were discarded, and returns when more may be.
    pub(crate) fn discarded(&self, bytes: usize) -> Instant {
        self.permit.as_ref().map_or_else(Instant::now, |connection| connection.discarded(bytes))
    }

    /// Records whether bytes wait for the socket.
    pub(crate) fn set_write_blocked(&self, blocked: bool) {
        self.write_blocked.store(blocked, Ordering::Release);
    }

    /// Whether bytes wait for the socket.
    pub(crate) fn is_write_blocked(&self) -> bool {
        self.write_blocked.load(Ordering::Acquire)
    }

    /// Whether the connection is parked.
    pub(crate) fn is_parked(&self) -> bool {
        self.parked.load(Ordering::Acquire)
    }
}

/// A request in flight.
#[derive(Debug)]
pub(crate) struct InFlightGuard(Arc<ConnectionState>);

impl Drop for InFlightGuard {
    fn drop(&mut self) {
        self.0.answered.fetch_add(1, Ordering::AcqRel);
        self.0.in_flight.fetch_sub(1, Ordering::AcqRel);
    }
}
