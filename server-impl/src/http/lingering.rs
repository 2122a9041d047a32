//! Closing a connection whose client may still be sending.
//!
//! Closing with bytes unread makes the system reset the connection, and a client that is writing then never sees the
//! answer: nginx tells its own client 502 and not 413. So the connection is closed in stages (RFC 9112, section 9.6):
//! first our half, then, once the client has closed its own or enough was waited and read, the rest.

use crate::http::deadlines::Phase;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

/// How long a client may say nothing and not close either, as in nginx (`lingering_timeout`).
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// The most bytes that are thrown away.
const MOST_BYTES: usize = 64 * 1024 * 1024;
/// Bytes thrown away at a time.
const PIECE: usize = 16 * 1024;
/// Pieces thrown away before other connections have their turn.
const PIECES_IN_A_TURN: usize = 16;

/// The stage in which what still comes is thrown away.
#[derive(Debug)]
pub(super) struct Lingering {
    end: Instant,
    timer: Pin<Box<Sleep>>,
    left: usize,
}

impl Lingering {
    /// Begins now, and ends after this time at the latest.
    pub(super) fn new(longest: Duration) -> Self {
        let now = Instant::now();
        let end = now + longest;
        Self { end, timer: Box::pin(sleep_until(end.min(now + LONGEST_PAUSE))), left: MOST_BYTES }
    }

    /// Ready when the connection may be closed.
    pub(super) fn poll(&mut self, mut stream: Pin<&mut impl AsyncRead>, context: &mut Context<'_>) -> Poll<()> {
        let mut bytes = [0; PIECE];
        for _ in 0..PIECES_IN_A_TURN {
            let mut piece = ReadBuf::new(&mut bytes);
            match stream.as_mut().poll_read(context, &mut piece) {
                Poll::Ready(Ok(())) if !piece.filled().is_empty() => {
                    self.left = self.left.saturating_sub(piece.filled().len());
                    let now = Instant::now();
                    if self.left == 0 || self.end <= now {
                        return Poll::Ready(());
                    }
                    self.timer.as_mut().reset(self.end.min(now + LONGEST_PAUSE));
                }
                // The client has closed its half, or is gone.
                Poll::Ready(_) => return Poll::Ready(()),
                Poll::Pending => return self.timer.as_mut().poll(context),
            }
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

/// The body of a request, which tells the connection whether it was read to its end.
pub(super) struct Watched {
    body: Incoming,
    ended: bool,
    phase: Arc<Phase>,
}

impl Watched {
    pub(super) fn new(body: Incoming, phase: Arc<Phase>) -> Self {
        Self { ended: body.is_end_stream(), body, phase }
    }
}

impl Body for Watched {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        self.ended = frame.is_none();
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if !self.ended && !self.body.is_end_stream() {
            self.phase.leave_unread();
        }
    }
}

#[cfg(test)]
mod tests;
