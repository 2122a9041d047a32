//! How much of a response an HTTP/2 client has taken.
//!
//! hyper hands the bytes of a body over to `h2`, which keeps them until the client's window (RFC 9113, section 5.2)
//! has room. So the bytes themselves count when they are written: [`CountedBytes`].

use crate::BoxError;
use crate::connection_state::InFlightGuard;
use crate::connections::Share;
use bytes::{Buf, Bytes};
use http_body::{Body, Frame, SizeHint};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll, Waker, ready};

/// A body up to this many bytes ends as soon as hyper has it, which saves a frame. A longer one ends when its bytes
/// are sent: until then, its stream can be reset. A client whose windows have the initial size takes a short body
/// without asking.
const SHORT_BODY: u64 = 32 * 1024;

/// The progress of one response.
#[derive(Debug, Default)]
pub(crate) struct SendProgress {
    /// Whether the body has begun; before, the handler works.
    begun: AtomicBool,
    /// Bytes taken from the body.
    produced: AtomicU64,
    /// Bytes written, or dropped with their stream.
    sent: AtomicU64,
    /// Whether the client had taken everything when the body produced more.
    caught_up: AtomicBool,
    /// Wakes the body when everything is sent.
    end: Mutex<Option<Waker>>,
    waits_for_end: AtomicBool,
    /// The stream counts as long as this progress is watched.
    permit: OnceLock<Share>,
}

impl SendProgress {
    /// Keeps the permit of the stream.
    pub(crate) fn keep(&self, permit: Share) {
        // Each stream has one progress and one permit.
        let _ = self.permit.set(permit);
    }

    /// Whether the response has a body that is being sent.
    pub(crate) fn has_begun(&self) -> bool {
        self.begun.load(Ordering::Acquire)
    }

    /// Bytes sent so far.
    pub(crate) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Acquire)
    }

    /// Bytes that wait for the client.
    pub(crate) fn unsent(&self) -> u64 {
        self.produced.load(Ordering::Acquire).saturating_sub(self.sent())
    }

    /// Whether the client has taken everything at some time since the last call.
    pub(crate) fn has_caught_up(&self) -> bool {
        self.caught_up.swap(false, Ordering::AcqRel)
    }

    fn produce(self: &Arc<Self>, bytes: Bytes) -> CountedBytes {
        let produced = self.produced.load(Ordering::Acquire);
        if produced > 0 && produced == self.sent() {
            self.caught_up.store(true, Ordering::Release);
        }
        self.produced.fetch_add(bytes.len() as u64, Ordering::AcqRel);
        CountedBytes { bytes, progress: Arc::clone(self) }
    }

    fn add_sent(&self, count: usize) {
        self.sent.fetch_add(count as u64, Ordering::AcqRel);
        if self.waits_for_end.load(Ordering::Acquire) && self.unsent() == 0 {
            let waker = self.end.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }

    fn poll_end(&self, context: &mut Context<'_>) -> Poll<()> {
        *self.end.lock().unwrap_or_else(PoisonError::into_inner) = Some(context.waker().clone());
        self.waits_for_end.store(true, Ordering::Release);
        if self.unsent() == 0 { Poll::Ready(()) } else { Poll::Pending }
    }
}

/// Bytes of a body that count as sent when they are written.
#[derive(Debug)]
pub(crate) struct CountedBytes {
    bytes: Bytes,
    progress: Arc<SendProgress>,
}

impl Buf for CountedBytes {
    fn remaining(&self) -> usize {
        self.bytes.len()
    }

    fn chunk(&self) -> &[u8] {
        &self.bytes
    }

    fn advance(&mut self, count: usize) {
        self.bytes.advance(count);
        self.progress.add_sent(count);
    }
}

impl Drop for CountedBytes {
    fn drop(&mut self) {
        if !self.bytes.is_empty() {
            self.progress.add_sent(self.bytes.len());
        }
    }
}

/// The body of an HTTP/2 response. The request counts as in flight until it is dropped.
pub(crate) struct Http2Body<B> {
    body: B,
    progress: Arc<SendProgress>,
    /// Whether it ends when its bytes are sent.
    is_long: bool,
    ended: bool,
    _guard: InFlightGuard,
}

impl<B: Body> Http2Body<B> {
    /// Begins the response.
    pub(crate) fn new(body: B, progress: Arc<SendProgress>, guard: InFlightGuard) -> Self {
        let is_long = body.size_hint().upper().is_none_or(|length| length > SHORT_BODY);
        progress.begun.store(true, Ordering::Release);
        Self { ended: body.is_end_stream(), body, progress, is_long, _guard: guard }
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for Http2Body<B>
where
    B::Error: Into<BoxError>,
{
    type Data = CountedBytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<CountedBytes>, BoxError>>> {
        if !self.ended {
            match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(frame) => {
                    self.ended = self.body.is_end_stream();
                    let progress = &self.progress;
                    let frame = frame.map(|frame| frame.map_data(|bytes| progress.produce(bytes)));
                    return Poll::Ready(Some(frame.map_err(Into::into)));
                }
                None => self.ended = true,
            }
        }
        if self.is_long {
            ready!(self.progress.poll_end(context));
        }
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        // A body without a byte ends with the head.
        self.ended && (!self.is_long || self.progress.produced.load(Ordering::Acquire) == 0)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
