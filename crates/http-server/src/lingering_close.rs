//! Closes a connection whose client may still be sending.
//!
//! Closing with bytes unread makes the system reset the connection, and a client that is writing then never reads the
//! answer: nginx reports 502 instead of 413. So the connection closes in stages (RFC 9112, section 9.6): first the
//! server's half; the rest once the client has closed its half, or a limit of time or bytes is reached.
//!
//! An HTTP/2 connection stays open, and the rest of a body could be refused immediately (RFC 9113, section 8.1). But
//! some clients, curl 7.88 among them, lose the answer then; so the rest of that one body is read and discarded.

use crate::connection_state::ConnectionState;
use crate::connections::Share;
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

/// The longest time to discard what the client still sends, as nginx's `lingering_time`.
const MAX_TIME: Duration = Duration::from_secs(30);
/// The longest pause of a client that neither sends nor closes, as nginx's `lingering_timeout`.
const MAX_PAUSE: Duration = Duration::from_secs(5);
/// The most bytes that are discarded.
const MAX_BYTES: usize = 64 * 1024 * 1024;
/// Bytes discarded per read.
const CHUNK: usize = 16 * 1024;
/// Reads in a row before other connections get their turn.
const READS_PER_TURN: usize = 4;

/// The last stage of a connection: what the client still sends is discarded.
#[derive(Debug)]
pub(crate) struct LingeringClose {
    end: Instant,
    timer: Pin<Box<Sleep>>,
    /// Whether the timer is set for the next read, rather than for the end of a pause of the client.
    is_pacing: bool,
    bytes_left: usize,
    _share: Share,
}

impl LingeringClose {
    /// Begins now, and ends after `limit` at the latest; `None` if too many clients are waited for.
    pub(crate) fn new(state: &ConnectionState, limit: Duration) -> Option<Self> {
        let share = state.begin_discard()?;
        let now = Instant::now();
        let end = now + limit.min(MAX_TIME);
        Some(Self {
            end,
            timer: Box::pin(sleep_until(end.min(now + MAX_PAUSE))),
            is_pacing: false,
            bytes_left: MAX_BYTES,
            _share: share,
        })
    }

    /// Ready when the connection may be closed.
    pub(crate) fn poll(
        &mut self,
        mut stream: Pin<&mut impl AsyncRead>,
        state: &ConnectionState,
        context: &mut Context<'_>,
    ) -> Poll<()> {
        loop {
            if self.is_pacing {
                ready!(self.timer.as_mut().poll(context));
                self.is_pacing = false;
                self.timer.as_mut().reset(self.end.min(Instant::now() + MAX_PAUSE));
            }
            let (discarded, outcome) = discard_some(stream.as_mut(), context);
            self.bytes_left = self.bytes_left.saturating_sub(discarded);
            if outcome == Poll::Ready(End) || self.bytes_left == 0 || self.end <= Instant::now() {
                return Poll::Ready(());
            }
            if discarded == 0 {
                return self.timer.as_mut().poll(context);
            }
            self.is_pacing = true;
            self.timer.as_mut().reset(self.end.min(state.discarded(discarded)));
        }
    }
}

/// The client has closed its half, or is gone.
#[derive(PartialEq, Eq)]
struct End;

/// Reads for one turn: how many bytes it has discarded, and whether the stream has ended.
fn discard_some(mut stream: Pin<&mut impl AsyncRead>, context: &mut Context<'_>) -> (usize, Poll<End>) {
    let mut bytes = [0; CHUNK];
    let mut discarded = 0;
    for _ in 0..READS_PER_TURN {
        let mut chunk = ReadBuf::new(&mut bytes);
        match stream.as_mut().poll_read(context, &mut chunk) {
            Poll::Ready(Ok(())) if !chunk.filled().is_empty() => discarded += chunk.filled().len(),
            Poll::Ready(_) => return (discarded, Poll::Ready(End)),
            Poll::Pending => break,
        }
    }
    (discarded, Poll::Pending)
}

/// Discards the rest of a body, as [`LingeringClose`] does for a connection.
async fn discard(mut body: Incoming, state: Arc<ConnectionState>, limit: Duration) {
    let Some(_share) = state.begin_discard() else { return };
    let reading = async {
        let mut bytes_left = MAX_BYTES;
        while let Ok(Some(Ok(frame))) = timeout(MAX_PAUSE, body.frame()).await {
            let length = frame.data_ref().map_or(0, Bytes::len);
            bytes_left = bytes_left.saturating_sub(length);
            if bytes_left == 0 {
                break;
            }
            // The client may send more once the frame is dropped.
            sleep_until(state.discarded(length)).await;
        }
    };
    // Complete or cut off: the stream ends either way.
    let _ = timeout(limit.min(MAX_TIME), reading).await;
}

/// The body of a request. Dropped before its end, it makes the connection close in stages.
#[derive(Debug)]
pub struct RequestBody {
    /// `None` only while it is dropped.
    body: Option<Incoming>,
    ended: bool,
    state: Arc<ConnectionState>,
    /// How long the rest is discarded here (HTTP/2); `None` leaves that to the connection (HTTP/1.1).
    discard_limit: Option<Duration>,
}

impl RequestBody {
    /// Tracks whether `body` is read to its end.
    pub(crate) fn new(body: Incoming, state: Arc<ConnectionState>, discard_limit: Option<Duration>) -> Self {
        Self { ended: body.is_end_stream(), body: Some(body), state, discard_limit }
    }
}

impl Body for RequestBody {
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

impl Drop for RequestBody {
    fn drop(&mut self) {
        if self.ended || self.is_end_stream() {
            return;
        }
        self.state.set_unread_body();
        if let (Some(limit), Some(body)) = (self.discard_limit, self.body.take())
            && let Ok(runtime) = Handle::try_current()
        {
            runtime.spawn(discard(body, Arc::clone(&self.state), limit));
        }
    }
}

#[cfg(test)]
mod tests;
