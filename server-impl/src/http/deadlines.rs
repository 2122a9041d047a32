//! Deadlines of a connection that really fire.
//!
//! A client may be idle for long between requests, but once it has begun a request it must finish the head soon, and
//! it must keep taking the answer. hyper knows one timer for both of the first; here they are told apart by watching
//! the bytes: a connection is *idle* until a byte comes, then *in a head* until a request is handed on, then *busy*
//! until its answer has been sent.
//!
//! What the bytes tell also decides how the connection is closed: see [`lingering`](super::lingering).

use crate::http::lingering::Lingering;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

/// How long each phase may last.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadlines {
    /// From the first byte of a request to the end of its head.
    pub head: Duration,
    /// Without a byte between two requests.
    pub idle: Duration,
    /// Without the client taking a byte of the answer; and for what it still sends when all is answered.
    pub write: Duration,
}

/// What a connection is doing, shared between its bytes and its requests.
#[derive(Debug)]
pub(super) struct Phase {
    /// Requests handed on and not yet answered.
    busy: AtomicU32,
    /// Counts the requests answered: a change means that the connection has been idle anew.
    answered: AtomicU64,
    /// Whether a request was answered before its body had ended.
    unread: AtomicBool,
}

impl Phase {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { busy: AtomicU32::new(0), answered: AtomicU64::new(0), unread: AtomicBool::new(false) })
    }

    /// A request was handed on; it is answered when the guard goes.
    pub(super) fn begin(self: &Arc<Self>) -> Busy {
        self.busy.fetch_add(1, Ordering::AcqRel);
        Busy(Arc::clone(self))
    }

    /// The body of a request will not be read to its end.
    pub(super) fn leave_unread(&self) {
        self.unread.store(true, Ordering::Release);
    }

    /// Whether a body was not read to its end.
    pub(super) fn has_unread(&self) -> bool {
        self.unread.load(Ordering::Acquire)
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

/// A stream that fails with [`io::ErrorKind::TimedOut`] when a deadline passes.
#[derive(Debug)]
pub(super) struct Timed<S> {
    stream: S,
    phase: Arc<Phase>,
    deadlines: Deadlines,
    /// When the head or the idleness that is going on began.
    read_since: Instant,
    in_head: bool,
    /// Whether a byte has come since the last answer.
    has_bytes: bool,
    /// On HTTP/2, bytes that come while no request is open are pings, not a head.
    is_http2: bool,
    answered: u64,
    read_timer: Pin<Box<Sleep>>,
    write_timer: Option<Pin<Box<Sleep>>>,
    lingering: Option<Lingering>,
}

impl<S> Timed<S> {
    /// Starts the deadlines of a new connection: it is expected to begin its request at once.
    pub(super) fn new(stream: S, phase: Arc<Phase>, deadlines: Deadlines, is_http2: bool) -> Self {
        let now = Instant::now();
        Self {
            stream,
            phase,
            deadlines,
            read_since: now,
            in_head: true,
            has_bytes: false,
            is_http2,
            answered: 0,
            read_timer: Box::pin(sleep_until(now + deadlines.head)),
            write_timer: None,
            lingering: None,
        }
    }

    /// Whether the client may be sending what nobody will read: the rest of a body, or of a head that was refused.
    fn may_be_sending(&self) -> bool {
        let is_answered = self.phase.answered.load(Ordering::Acquire) != self.answered;
        !self.is_http2 && (self.phase.has_unread() || (self.has_bytes && !is_answered))
    }

    /// Fails when the head or the idleness lasts too long. The timer is not moved with every request, which would cost
    /// more than the rest: when it fires it is looked whether its time has really come.
    fn poll_deadline(&mut self, context: &mut Context<'_>) -> Poll<io::Error> {
        let answered = self.phase.answered.load(Ordering::Acquire);
        if answered != self.answered {
            self.answered = answered;
            self.in_head = false;
            self.has_bytes = false;
            self.read_since = Instant::now();
        }
        loop {
            let limit = if self.in_head { self.deadlines.head } else { self.deadlines.idle };
            let deadline = self.read_since + limit;
            // The timer may only be late, never early: a head's deadline can be nearer than the idle one before it.
            if self.read_timer.deadline() > deadline {
                self.read_timer.as_mut().reset(deadline);
            }
            ready!(self.read_timer.as_mut().poll(context));
            if deadline <= Instant::now() {
                return Poll::Ready(io::ErrorKind::TimedOut.into());
            }
            self.read_timer.as_mut().reset(deadline);
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Timed<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let before = buffer.filled().len();
        if let Poll::Ready(result) = Pin::new(&mut this.stream).poll_read(context, buffer) {
            if buffer.filled().len() > before && this.phase.busy.load(Ordering::Acquire) == 0 {
                let answered = this.phase.answered.load(Ordering::Acquire);
                this.has_bytes = true;
                // The bytes may be those of the head that is going on already.
                if answered != this.answered || !this.in_head || this.is_http2 {
                    this.in_head = !this.is_http2;
                    this.read_since = Instant::now();
                    this.answered = answered;
                }
            }
            return Poll::Ready(result);
        }
        if this.phase.busy.load(Ordering::Acquire) > 0 {
            return Poll::Pending;
        }
        this.poll_deadline(context).map(Err)
    }
}

impl<S: AsyncWrite + Unpin> Timed<S> {
    fn guard_write<T>(&mut self, context: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.write_timer = None;
            return written;
        }
        let limit = self.deadlines.write;
        let timer = self.write_timer.get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + limit)));
        ready!(timer.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Timed<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.guard_write(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.guard_write(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    /// Closes our half, and waits for the client's where it may be in the middle of something.
    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.lingering.is_none() {
            ready!(Pin::new(&mut this.stream).poll_shutdown(context))?;
            if !this.may_be_sending() {
                return Poll::Ready(Ok(()));
            }
        }
        let longest = this.deadlines.write;
        let lingering = this.lingering.get_or_insert_with(|| Lingering::new(longest));
        lingering.poll(Pin::new(&mut this.stream), context).map(Ok)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    const DEADLINES: Deadlines =
        Deadlines { head: Duration::from_secs(10), idle: Duration::from_secs(75), write: Duration::from_secs(30) };

    async fn seconds_until_timeout(stream: &mut Timed<tokio::io::DuplexStream>) -> u64 {
        let started = Instant::now();
        let error = stream.read_u8().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        started.elapsed().as_secs()
    }

    #[tokio::test(start_paused = true)]
    async fn a_new_connection_that_says_nothing_is_closed_after_the_head_deadline() {
        let (_client, server) = tokio::io::duplex(64);
        let mut timed = Timed::new(server, Phase::new(), DEADLINES, false);
        assert_eq!(seconds_until_timeout(&mut timed).await, 10);
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_that_dribbles_is_closed_although_bytes_keep_coming() {
        let (mut client, server) = tokio::io::duplex(64);
        let mut timed = Timed::new(server, Phase::new(), DEADLINES, false);
        tokio::spawn(async move {
            while client.write_u8(b'x').await.is_ok() {
                tokio::time::sleep(Duration::from_secs(3)).await;
            }
        });
        let started = Instant::now();
        while timed.read_u8().await.is_ok() {}
        assert_eq!(started.elapsed().as_secs(), 10);
    }

    #[tokio::test(start_paused = true)]
    async fn between_two_requests_the_longer_deadline_holds() {
        let (mut client, server) = tokio::io::duplex(64);
        let phase = Phase::new();
        let mut timed = Timed::new(server, Arc::clone(&phase), DEADLINES, false);
        client.write_u8(b'x').await.unwrap();
        timed.read_u8().await.unwrap();
        drop(phase.begin());
        assert_eq!(seconds_until_timeout(&mut timed).await, 75);
    }

    #[tokio::test(start_paused = true)]
    async fn a_second_head_has_the_shorter_deadline_again() {
        let (mut client, server) = tokio::io::duplex(64);
        let phase = Phase::new();
        let mut timed = Timed::new(server, Arc::clone(&phase), DEADLINES, false);
        client.write_u8(b'x').await.unwrap();
        timed.read_u8().await.unwrap();
        drop(phase.begin());
        client.write_u8(b'x').await.unwrap();
        timed.read_u8().await.unwrap();
        assert_eq!(seconds_until_timeout(&mut timed).await, 10);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_nothing_of_the_answer_is_closed() {
        let (_client, server) = tokio::io::duplex(4);
        let mut timed = Timed::new(server, Phase::new(), DEADLINES, false);
        let started = Instant::now();
        let error = timed.write_all(b"more than four").await.unwrap_err();
        assert_eq!((error.kind(), started.elapsed().as_secs()), (io::ErrorKind::TimedOut, 30));
    }
}
