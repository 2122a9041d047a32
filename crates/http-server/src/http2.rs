//! Serves an HTTP/2 connection whose client must take its responses.
//!
//! An HTTP/2 client decides with its windows how much it takes of each response, and answers pings all the while. So
//! each stream is watched: one whose client takes less than its share of the minimum rate
//! ([`write_rate`](crate::write_rate)) is reset. What cannot be reset any more, the end of a short response that `h2`
//! keeps, closes the connection.
//!
//! While bytes wait for the socket, no stream is to blame: `timeout_stream` watches the socket.

use crate::BoxError;
use crate::connection_state::ConnectionState;
use crate::listener::Limits;
use crate::send_progress::SendProgress;
use crate::shutdown::ShutdownSignal;
use crate::write_rate::min_bytes;
use hyper::rt::Executor;
use hyper_util::server::graceful::GracefulConnection;
use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep_until};

/// A client may use up what it took before for this many periods, because it makes room for large pieces at a time.
const CREDIT_PERIODS: u64 = 4;

tokio::task_local! {
    /// The progress of the response that the current task sends.
    static PROGRESS: Arc<SendProgress>;
}

/// The progress of the response that the current stream sends.
pub(crate) fn current_progress() -> Arc<SendProgress> {
    PROGRESS.try_with(Arc::clone).unwrap_or_default()
}

/// Runs the streams of one connection, and ends those whose client takes too little.
#[derive(Clone)]
pub(crate) struct Streams {
    state: Arc<ConnectionState>,
    period: Duration,
    /// Responses of which only the end is left, in buffers of `h2`, and those that may be complete.
    ends: Arc<Mutex<Ends>>,
}

#[derive(Default)]
struct Ends {
    paces: Vec<Pace>,
    /// Wakes the connection.
    waker: Option<Waker>,
}

/// Whether the client takes a response at the minimum rate.
#[derive(Default)]
struct Pace {
    progress: Arc<SendProgress>,
    /// Bytes sent when the period began.
    before: u64,
    /// Bytes taken beyond what the periods so far required, at most what [`CREDIT_PERIODS`] require.
    credit: u64,
}

impl Pace {
    fn new(progress: Arc<SendProgress>) -> Self {
        Self { before: progress.sent(), progress, credit: 0 }
    }

    /// Whether the client took too little in the period that ends now. Begins the next one.
    fn is_too_slow(&mut self, state: &ConnectionState, required: u64) -> bool {
        let sent = self.progress.sent();
        let taken = sent - std::mem::replace(&mut self.before, sent);
        self.credit = (self.credit + taken).min(required.saturating_mul(CREDIT_PERIODS));
        if self.progress.has_caught_up() || self.progress.unsent() == 0 || state.is_write_blocked() {
            return false;
        }
        match self.credit.checked_sub(required) {
            Some(rest) => self.credit = rest,
            None => return true,
        }
        false
    }
}

impl Streams {
    pub(crate) fn new(state: Arc<ConnectionState>, limits: Limits) -> Self {
        Self { state, period: limits.write, ends: Arc::default() }
    }

    /// Serves the connection until it ends, the server shuts down, or the client does not take the end of a response.
    pub(crate) async fn serve<C>(self, connection: C, mut shutdown: ShutdownSignal) -> Result<(), BoxError>
    where
        C: GracefulConnection,
        C::Error: Into<BoxError>,
    {
        let mut connection = pin!(connection);
        let mut timer = None;
        poll_fn(|context| match shutdown.poll(connection.as_mut(), context) {
            Poll::Ready(result) => Poll::Ready(result.map_err(Into::into)),
            Poll::Pending => self.poll_ends(&mut timer, context).map(Err),
        })
        .await
    }

    /// Sends one response. Dropping `stream` before its end resets it.
    async fn send(self, stream: impl Future<Output = ()>) {
        let progress = Arc::new(SendProgress::default());
        let mut pace = None;
        let mut timer = None;
        let mut stream = pin!(stream);
        poll_fn(|context| {
            if PROGRESS.sync_scope(Arc::clone(&progress), || stream.as_mut().poll(context)).is_ready() {
                return Poll::Ready(());
            }
            if !progress.has_begun() {
                return Poll::Pending;
            }
            // Most responses are taken at once, and need no timer.
            let pace = pace.get_or_insert_with(|| Pace::new(Arc::clone(&progress)));
            let timer = timer.get_or_insert_with(|| self.timer());
            loop {
                ready!(timer.as_mut().poll(context));
                if pace.is_too_slow(&self.state, self.required(0)) {
                    tracing::debug!("reset an HTTP/2 stream: its client takes the response too slowly");
                    return Poll::Ready(());
                }
                timer.as_mut().reset(Instant::now() + self.period);
            }
        })
        .await;
        let mut ends = self.ends();
        ends.paces.push(Pace::new(progress));
        if let Some(connection) = ends.waker.take() {
            connection.wake();
        }
    }

    /// Ready when the client has not taken the end of a response.
    fn poll_ends(&self, timer: &mut Option<Pin<Box<Sleep>>>, context: &mut Context<'_>) -> Poll<BoxError> {
        let mut ends = self.ends();
        ends.waker = Some(context.waker().clone());
        let ends = &mut ends.paces;
        // While bytes wait for the socket, heads wait before them.
        ends.retain(|end| end.progress.unsent() > 0 || self.state.is_write_blocked());
        if ends.is_empty() {
            *timer = None;
            return Poll::Pending;
        }
        let timer = timer.get_or_insert_with(|| self.timer());
        loop {
            ready!(timer.as_mut().poll(context));
            let required = self.required(ends.len());
            if ends.iter_mut().any(|end| end.is_too_slow(&self.state, required)) {
                return Poll::Ready(io::Error::from(io::ErrorKind::TimedOut).into());
            }
            timer.as_mut().reset(Instant::now() + self.period);
        }
    }

    fn timer(&self) -> Pin<Box<Sleep>> {
        Box::pin(sleep_until(Instant::now() + self.period))
    }

    /// The bytes that the client must take of each response in a period. The responses share the connection.
    fn required(&self, ends: usize) -> u64 {
        min_bytes(self.period, self.state.in_flight().saturating_add(u32::try_from(ends).unwrap_or(u32::MAX)))
    }

    fn ends(&self) -> MutexGuard<'_, Ends> {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Streams {
    fn execute(&self, stream: F) {
        tokio::spawn(self.clone().send(stream));
    }
}
