//! Deadlines of a connection that really fire.
//!
//! A client may be idle for long between requests, but once it has begun a request it must finish the head soon, and
//! it must keep taking the answer. hyper knows one timer for both of the first; here they are told apart by watching
//! the bytes: a connection is *idle* until a byte comes, then *in a head* until a request is handed on, then *busy*
//! until its answer has been sent.
//!
//! What the bytes tell also decides how the connection is closed: see [`lingering`](super::lingering).

use crate::http::lingering::Lingering;
use crate::http::phase::Phase;
use bytes::{Buf as _, Bytes};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

/// A connection that has been idle for this long rests: see [`resting`](super::resting). Far less than clients leave
/// between two requests when nobody does anything, and so long that resting costs nothing.
const REST: Duration = Duration::from_secs(1);

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

/// A stream that fails with [`io::ErrorKind::TimedOut`] when a deadline passes.
#[derive(Debug)]
pub(super) struct Timed<S> {
    stream: S,
    phase: Arc<Phase>,
    deadlines: Deadlines,
    /// When the head or the idleness that is going on began; `None` until the timer is set for it, so that a request that
    /// comes in one piece, soon after the one before, costs no look at the clock. For an idleness that can be as late as
    /// [`REST`].
    read_since: Option<Instant>,
    in_head: bool,
    /// Whether a byte has come since the last answer.
    has_bytes: bool,
    /// On HTTP/2, bytes that come while no request is open are pings, not a head.
    is_http2: bool,
    answered: u64,
    read_timer: Pin<Box<Sleep>>,
    /// Who is woken by the read timer.
    read_waker: Option<Waker>,
    write_timer: Option<Pin<Box<Sleep>>>,
    lingering: Option<Lingering>,
    /// What was read once already.
    read_before: Bytes,
}

impl<S> Timed<S> {
    /// Starts the deadlines of a new connection: it is expected to begin its request at once.
    pub(super) fn new(stream: S, phase: Arc<Phase>, deadlines: Deadlines, is_http2: bool) -> Self {
        let now = Instant::now();
        Self {
            stream,
            phase,
            deadlines,
            read_since: Some(now),
            in_head: true,
            has_bytes: false,
            is_http2,
            answered: 0,
            read_timer: Box::pin(sleep_until(now + deadlines.head)),
            read_waker: None,
            write_timer: None,
            lingering: None,
            read_before: Bytes::new(),
        }
    }

    /// Whether the client may be sending what nobody will read: the rest of a body, or of a head that was refused.
    fn may_be_sending(&self) -> bool {
        let is_answered = self.phase.answered() != self.answered;
        !self.is_http2 && (self.phase.has_unread() || (self.has_bytes && !is_answered))
    }

    /// Bytes that the next read finds before all others.
    pub(super) fn put_back(&mut self, bytes: Bytes) {
        if !bytes.is_empty() {
            self.read_before = bytes;
            self.begin_head();
        }
    }

    /// A byte of a request has come; when the head is waited for, it is since then.
    #[inline]
    fn begin_head(&mut self) {
        self.has_bytes = true;
        self.end_rest();
        // The bytes may be those of the head that is going on already.
        let answered = self.phase.answered();
        if answered != self.answered || !self.in_head || self.is_http2 {
            self.in_head = !self.is_http2;
            self.read_since = None;
            self.answered = answered;
        }
    }

    fn end_rest(&mut self) {
        if self.phase.is_resting() {
            self.phase.rest(false);
            // The timer is set for the end of the idleness, which is too late for the next rest.
            self.read_waker = None;
        }
    }

    /// Fails when the head or the idleness lasts too long. The timer is not moved with every request, which would cost
    /// more than the rest: when it fires it is looked whether its time has really come.
    fn poll_deadline(&mut self, context: &mut Context<'_>) -> Poll<io::Error> {
        let answered = self.phase.answered();
        if answered != self.answered {
            self.answered = answered;
            self.in_head = false;
            self.has_bytes = false;
            self.read_since = None;
        }
        // It was set for the rest after an earlier answer, so it is not too late for this one.
        if !self.in_head && !self.is_http2 && self.is_waited_for(context.waker()) {
            return Poll::Pending;
        }
        let since = *self.read_since.get_or_insert_with(Instant::now);
        let deadline = since + if self.in_head { self.deadlines.head } else { self.deadlines.idle };
        let may_rest = !self.in_head && !self.is_http2 && !self.phase.is_resting();
        let next = if may_rest { deadline.min(since + REST) } else { deadline };
        // The timer may only be early, never late: a head's deadline can be nearer than the idle one before it.
        if self.read_timer.deadline() > next {
            self.read_timer.as_mut().reset(next);
        }
        // What is set for a head is too late for the rest after it.
        self.read_waker = (!self.in_head).then(|| context.waker().clone());
        loop {
            ready!(self.read_timer.as_mut().poll(context));
            let now = Instant::now();
            if deadline <= now {
                return Poll::Ready(io::ErrorKind::TimedOut.into());
            }
            let again = if !may_rest || since + REST > now {
                next
            } else if self.write_timer.is_none() {
                self.phase.rest(true);
                deadline
            } else {
                // There is something left to be sent.
                deadline.min(now + REST)
            };
            self.read_timer.as_mut().reset(again);
        }
    }

    /// Whether the read timer is running and will wake this one.
    fn is_waited_for(&self, waker: &Waker) -> bool {
        !self.read_timer.is_elapsed() && self.read_waker.as_ref().is_some_and(|own| own.will_wake(waker))
    }
}

impl Timed<TcpStream> {
    /// Ready when there is something to read: bytes, or that there will be no more.
    ///
    /// # Errors
    /// The connection has rested for too long, or is broken.
    pub(super) fn poll_wake(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.read_before.is_empty() {
            return Poll::Ready(Ok(()));
        }
        match self.stream.poll_read_ready(context) {
            Poll::Ready(outcome) => {
                self.end_rest();
                Poll::Ready(outcome)
            }
            Poll::Pending => self.poll_deadline(context).map(Err),
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
        if !this.read_before.is_empty() {
            let length = this.read_before.len().min(buffer.remaining());
            buffer.put_slice(&this.read_before[..length]);
            this.read_before.advance(length);
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        if let Poll::Ready(result) = Pin::new(&mut this.stream).poll_read(context, buffer) {
            if buffer.filled().len() > before && !this.phase.is_busy() {
                this.begin_head();
            }
            return Poll::Ready(result);
        }
        if this.phase.is_busy() {
            return Poll::Pending;
        }
        this.poll_deadline(context).map(Err)
    }
}

impl<S: AsyncWrite + Unpin> Timed<S> {
    #[inline]
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
    use tokio::time::timeout;

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
    async fn a_connection_rests_a_while_after_its_answer_until_the_next_byte() {
        let (mut client, server) = tokio::io::duplex(64);
        let phase = Phase::new();
        let mut timed = Timed::new(server, Arc::clone(&phase), DEADLINES, false);
        assert!(timeout(REST * 2, timed.read_u8()).await.is_err());
        assert!(!phase.is_resting(), "it has asked for nothing yet");
        client.write_u8(b'x').await.unwrap();
        timed.read_u8().await.unwrap();
        drop(phase.begin());

        assert!(timeout(REST / 2, timed.read_u8()).await.is_err());
        assert!(!phase.is_resting());
        assert!(timeout(REST, timed.read_u8()).await.is_err());
        assert!(phase.is_resting());
        assert_eq!(seconds_until_timeout(&mut timed).await, 73, "with the 1.5 before, as long as it may be idle");

        let mut timed = Timed::new(timed.stream, Arc::clone(&phase), DEADLINES, false);
        for _ in 0..3 {
            client.write_u8(b'x').await.unwrap();
            timed.read_u8().await.unwrap();
            assert!(!phase.is_resting());
            drop(phase.begin());
            assert!(timeout(REST * 2, timed.read_u8()).await.is_err());
            assert!(phase.is_resting(), "each time anew");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_with_something_left_to_send_does_not_rest() {
        let (mut client, server) = tokio::io::duplex(4);
        let phase = Phase::new();
        let mut timed = Timed::new(server, Arc::clone(&phase), DEADLINES, false);
        client.write_u8(b'x').await.unwrap();
        timed.read_u8().await.unwrap();
        drop(phase.begin());

        assert!(timeout(REST * 2, timed.write_all(b"more than four")).await.is_err());
        assert!(timeout(REST * 2, timed.read_u8()).await.is_err());

        assert!(!phase.is_resting());
    }

    #[tokio::test(start_paused = true)]
    async fn bytes_that_are_put_back_come_first_and_are_a_head() {
        let (mut client, server) = tokio::io::duplex(64);
        let mut timed = Timed::new(server, Phase::new(), DEADLINES, false);
        client.write_all(b"cd").await.unwrap();
        timed.put_back(Bytes::from_static(b"ab"));

        let mut read = [0; 4];
        timed.read_exact(&mut read).await.unwrap();

        assert_eq!(&read, b"abcd");
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
