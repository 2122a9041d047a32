//! A stream whose reads and writes fail when they take too long.
//!
//! There are three limits. A client may be idle for a long time between requests; once it has begun a request, it must
//! send the rest of the head soon; and it must keep reading the answer, at a minimum rate
//! ([`write_rate`](crate::write_rate)). hyper has a single timer for idle time and head. This stream distinguishes them
//! by the bytes that arrive: a connection is *idle* until a byte arrives, then *in a head* until a request reaches the
//! handler, then *in flight* until the answer is sent. An HTTP/2 connection is idle whenever no request is in flight.
//!
//! These states also decide how the connection closes: see [`lingering_close`](crate::lingering_close).

use crate::connection_state::ConnectionState;
use crate::lingering_close::LingeringClose;
use crate::listener::Limits;
use crate::write_rate::{BlockedWrite, TryWrite};
use bytes::{Buf as _, Bytes};
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::task::coop::consume_budget;
use tokio::time::{Instant, Sleep, sleep_until};

/// Idle time after which a connection is parked: see [`idle_parking`](crate::idle_parking). Much shorter than the
/// pauses of an idle client, and long enough that the cost of parking does not matter.
const PARK_AFTER: Duration = Duration::from_secs(1);

/// How many bytes a task may read or write for one unit of its budget, of which it has 128 before it must let others run.
/// What a read costs depends on the bytes: a few kilobytes may hold a thousand frames of HTTP/2, or be parsed as one head
/// again and again.
const BYTES_PER_UNIT: usize = 1024;
/// The most bytes of one write: the system copies a whole file in one call otherwise, and the next connection waits.
const LONGEST_WRITE: usize = 64 * 1024;

/// A stream that fails with [`io::ErrorKind::TimedOut`] when a time limit passes.
#[derive(Debug)]
pub(crate) struct TimeoutStream<S> {
    stream: S,
    state: Arc<ConnectionState>,
    limits: Limits,
    /// When the current head or idle period began. `None` until the timer is set for that period, because reading the
    /// clock for every request is expensive. For an idle period it may be up to [`PARK_AFTER`] late.
    read_since: Option<Instant>,
    /// Whether the head of a request is awaited or has begun to arrive; otherwise the connection is idle or in flight.
    in_head: bool,
    /// Whether a byte has arrived since the last answer.
    has_bytes: bool,
    /// On HTTP/2, bytes that arrive while no request is open are mostly pings, not a head.
    is_http2: bool,
    /// The number of answers at the last read, to detect that another was sent since.
    answered: u64,
    read_timer: Pin<Box<Sleep>>,
    /// The waker registered with the read timer.
    read_waker: Option<Waker>,
    /// Set while bytes wait to be written.
    blocked_write: Option<BlockedWrite>,
    lingering_close: Option<LingeringClose>,
    /// Bytes that hyper had read and returned, to be read again.
    unread: Bytes,
    /// Bytes that were read or written, and not charged to the budget of the task yet.
    uncharged: usize,
}

impl<S> TimeoutStream<S> {
    /// Starts the time limits of a new connection. Its first head must arrive within the limit of a head.
    pub(crate) fn new(stream: S, state: Arc<ConnectionState>, limits: Limits, is_http2: bool) -> Self {
        let now = Instant::now();
        Self {
            stream,
            state,
            limits,
            read_since: Some(now),
            in_head: true,
            has_bytes: false,
            is_http2,
            answered: 0,
            read_timer: Box::pin(sleep_until(now + limits.head)),
            read_waker: None,
            blocked_write: None,
            lingering_close: None,
            unread: Bytes::new(),
            uncharged: 0,
        }
    }

    /// Charges these bytes to the budget of the task. Pending if the budget is used up; then others run first.
    fn poll_charge(&mut self, context: &mut Context<'_>) -> Poll<()> {
        while self.uncharged >= BYTES_PER_UNIT {
            ready!(pin!(consume_budget()).poll(context));
            self.uncharged -= BYTES_PER_UNIT;
        }
        Poll::Ready(())
    }

    /// Whether the client may still be sending bytes that the server will not read: the rest of a body, or of a refused
    /// head.
    fn may_be_sending(&self) -> bool {
        let is_answered = self.state.answered() != self.answered;
        !self.is_http2 && (self.state.has_unread_body() || (self.has_bytes && !is_answered))
    }

    /// Puts bytes back, so that the next read returns them first.
    pub(crate) fn unread(&mut self, bytes: Bytes) {
        if !bytes.is_empty() {
            self.unread = bytes;
            self.begin_head();
        }
    }

    /// Records that a byte of a request has arrived, which starts the time limit of the head.
    #[inline]
    fn begin_head(&mut self) {
        if self.is_http2 {
            if self.in_head {
                self.in_head = false;
                self.read_since = None;
            }
            return;
        }
        self.has_bytes = true;
        self.unpark();
        // The bytes may belong to the head in progress.
        let answered = self.state.answered();
        if answered != self.answered || !self.in_head {
            self.in_head = true;
            self.read_since = None;
            self.answered = answered;
        }
    }

    fn unpark(&mut self) {
        if self.state.is_parked() {
            self.state.set_parked(false);
            // The timer is set for the end of the idle period. The next parking is due earlier, so the timer must be
            // set again.
            self.read_waker = None;
        }
    }

    /// Fails when the head or the idle period lasts too long. The timer is not reset for every request, because that is
    /// expensive: it may fire early, and then the actual deadline is checked.
    fn poll_deadline(&mut self, context: &mut Context<'_>) -> Poll<io::Error> {
        let answered = self.state.answered();
        if answered != self.answered {
            self.answered = answered;
            self.in_head = false;
            self.has_bytes = false;
            self.read_since = None;
        }
        // The timer was set in an earlier idle period, so it fires before this one is over.
        if !self.in_head && !self.is_http2 && self.is_timer_set(context.waker()) {
            return Poll::Pending;
        }
        let since = *self.read_since.get_or_insert_with(Instant::now);
        let deadline = since + if self.in_head { self.limits.head } else { self.limits.idle };
        let may_park = !self.in_head && !self.state.is_parked();
        let next = if may_park { deadline.min(since + PARK_AFTER) } else { deadline };
        // The timer may fire early, but never late: the deadline of a head can be before that of the preceding idle
        // period.
        if self.read_timer.deadline() > next {
            self.read_timer.as_mut().reset(next);
        }
        // A timer that was set for a head would fire too late for parking, so it is not reused in the next idle period.
        self.read_waker = (!self.in_head).then(|| context.waker().clone());
        loop {
            ready!(self.read_timer.as_mut().poll(context));
            let now = Instant::now();
            if deadline <= now {
                return Poll::Ready(io::ErrorKind::TimedOut.into());
            }
            let again = if !may_park || since + PARK_AFTER > now {
                next
            } else if self.blocked_write.is_none() {
                self.state.set_parked(true);
                deadline
            } else {
                // Part of an answer is not sent yet: do not park.
                deadline.min(now + PARK_AFTER)
            };
            self.read_timer.as_mut().reset(again);
        }
    }

    /// Whether the read timer is running and will wake this task.
    fn is_timer_set(&self, waker: &Waker) -> bool {
        !self.read_timer.is_elapsed() && self.read_waker.as_ref().is_some_and(|own| own.will_wake(waker))
    }
}

impl TimeoutStream<TcpStream> {
    /// Ready when there is something to read: bytes, or the end of the stream.
    ///
    /// # Errors
    /// The connection was idle for too long, or is broken.
    pub(crate) fn poll_readable(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.unread.is_empty() {
            return Poll::Ready(Ok(()));
        }
        match self.stream.poll_read_ready(context) {
            Poll::Ready(outcome) => {
                self.unpark();
                Poll::Ready(outcome)
            }
            Poll::Pending => self.poll_deadline(context).map(Err),
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for TimeoutStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if !this.unread.is_empty() {
            let length = this.unread.len().min(buffer.remaining());
            buffer.put_slice(&this.unread[..length]);
            this.unread.advance(length);
            return Poll::Ready(Ok(()));
        }
        ready!(this.poll_charge(context));
        let before = buffer.filled().len();
        if let Poll::Ready(result) = Pin::new(&mut this.stream).poll_read(context, buffer) {
            let length = buffer.filled().len() - before;
            this.uncharged += length;
            if length > 0 && !this.state.is_in_flight() {
                this.begin_head();
            }
            return Poll::Ready(result);
        }
        if this.state.is_in_flight() {
            return Poll::Pending;
        }
        this.poll_deadline(context).map(Err)
    }
}

impl<S: AsyncWrite + TryWrite + Unpin> TimeoutStream<S> {
    /// Fails when the client takes too little of what waits for it. `next` are the next bytes to write.
    #[inline]
    fn guard_write(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
        next: &[u8],
    ) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(length)) = &written {
            self.uncharged += length;
        }
        match (written, &mut self.blocked_write) {
            (Poll::Ready(written), None) => Poll::Ready(written),
            (Poll::Ready(written), Some(blocked)) => {
                blocked.add(*written.as_ref().unwrap_or(&0));
                Poll::Ready(written)
            }
            (Poll::Pending, blocked) => {
                let period = self.limits.write;
                self.state.set_write_blocked(true);
                blocked.get_or_insert_with(|| BlockedWrite::new(period)).poll(&self.stream, next, context)
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + TryWrite + Unpin> AsyncWrite for TimeoutStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.poll_charge(context));
        let bytes = &bytes[..bytes.len().min(LONGEST_WRITE)];
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.guard_write(context, written, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_charge(context));
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        let next = slices.iter().find(|slice| !slice.is_empty()).map_or(&[][..], |slice| slice);
        self.guard_write(context, written, next)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// hyper flushes once it has written everything it had.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.blocked_write.take().is_some() {
            self.state.set_write_blocked(false);
        }
        Pin::new(&mut self.stream).poll_flush(context)
    }

    /// Closes the sending half. If the client may still be sending, waits until it closes its half.
    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.lingering_close.is_none() {
            ready!(Pin::new(&mut this.stream).poll_shutdown(context))?;
            if this.may_be_sending() {
                this.lingering_close = LingeringClose::new(&this.state, this.limits.write);
            }
        }
        let Some(lingering_close) = &mut this.lingering_close else { return Poll::Ready(Ok(())) };
        lingering_close.poll(Pin::new(&mut this.stream), &this.state, context).map(Ok)
    }
}

#[cfg(test)]
mod tests;
