//! Closing a connection whose client may still be sending.
//!
//! Closing with bytes unread makes the system reset the connection, and a client that is writing then never sees the
//! answer: nginx tells its own client 502 and not 413. So the connection is closed in stages (RFC 9112, section 9.6):
//! first our half, then, once the client has closed its own or enough was waited and read, the rest.
//!
//! An HTTP/2 connection goes on, and the rest of a body could be refused at once (RFC 9113, section 8.1). But some
//! clients, curl 7.88 among them, lose the answer then; so the same is done for the one request.

use crate::http::phase::Phase;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::runtime::Handle;
use tokio::time::{Instant, Sleep, sleep_until, timeout};

/// How long what still comes is thrown away at most, as in nginx (`lingering_time`).
const LONGEST: Duration = Duration::from_secs(30);
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
    /// Begins now, and ends after this time at the latest, or sooner.
    pub(super) fn new(longest: Duration) -> Self {
        let now = Instant::now();
        let end = now + longest.min(LONGEST);
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

/// Throws away what still comes of a body, as [`Lingering`] does of a connection.
async fn discard(mut body: Incoming, longest: Duration) {
    let reading = async {
        let mut left = MOST_BYTES;
        while let Ok(Some(Ok(frame))) = timeout(LONGEST_PAUSE, body.frame()).await {
            left = left.saturating_sub(frame.data_ref().map_or(0, Bytes::len));
            if left == 0 {
                break;
            }
        }
    };
    // Whether it was all or too long makes no difference.
    let _ = timeout(longest.min(LONGEST), reading).await;
}

/// The body of a request, which tells the connection whether it was read to its end.
pub(super) struct Watched {
    /// `None` only while it is dropped.
    body: Option<Incoming>,
    ended: bool,
    phase: Arc<Phase>,
    /// How long its rest is thrown away, if that is done here and not with the connection.
    linger: Option<Duration>,
}

impl Watched {
    /// Over HTTP/2, `linger` says for how long its rest is thrown away; over HTTP/1.1 the connection does that.
    pub(super) fn new(body: Incoming, phase: Arc<Phase>, linger: Option<Duration>) -> Self {
        Self { ended: body.is_end_stream(), body: Some(body), phase, linger }
    }
}

impl Body for Watched {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let frame = ready!(Pin::new(body).poll_frame(context));
        self.ended = frame.is_none();
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(SizeHint::default, Body::size_hint)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if self.ended || self.is_end_stream() {
            return;
        }
        self.phase.leave_unread();
        if let (Some(longest), Some(body)) = (self.linger, self.body.take())
            && let Ok(runtime) = Handle::try_current()
        {
            runtime.spawn(discard(body, longest));
        }
    }
}

#[cfg(test)]
mod tests;
