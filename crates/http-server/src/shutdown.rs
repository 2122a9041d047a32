//! Graceful shutdown: signals every connection, and waits until all have ended.
//!
//! `hyper_util::server::graceful` does the same, but polls its signal whenever a connection makes progress, which costs
//! 2 % of a short request, and it does not let a connection be taken apart for parking.

use hyper_util::server::graceful::GracefulConnection;
use std::future::{pending, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};
use tokio::sync::watch;

/// The server's side: begins the shutdown.
#[derive(Debug)]
pub(crate) struct Shutdown {
    begun: Arc<AtomicBool>,
    signal: watch::Sender<()>,
}

impl Shutdown {
    pub(crate) fn new() -> Self {
        Self { begun: Arc::default(), signal: watch::Sender::new(()) }
    }

    /// The signal for a new connection.
    pub(crate) fn subscribe(&self) -> ShutdownSignal {
        let mut signal = self.signal.subscribe();
        // An error means that the server is gone, which ends the connection as well.
        let signal = Box::pin(async move {
            drop(signal.changed().await);
            // Keeps the receiver as long as the connection lives: `drain` waits for its drop.
            pending::<()>().await;
        });
        ShutdownSignal { begun: Arc::clone(&self.begun), signal, waker: None, is_ending: false }
    }

    /// Begins the shutdown, and waits until all connections have ended.
    pub(crate) async fn drain(self) {
        self.begun.store(true, Ordering::Release);
        self.signal.send_replace(());
        self.signal.closed().await;
    }
}

/// A connection's side. [`Shutdown::drain`] waits until it is dropped.
pub(crate) struct ShutdownSignal {
    begun: Arc<AtomicBool>,
    /// Never resolves, but wakes the task when the shutdown begins.
    signal: Pin<Box<dyn Future<Output = ()> + Send>>,
    /// The waker registered with the signal.
    waker: Option<Waker>,
    /// Whether the connection's own graceful shutdown has begun.
    is_ending: bool,
}

impl ShutdownSignal {
    /// Whether the shutdown has begun; if not, the task is woken when it does.
    pub(crate) fn poll_begun(&mut self, context: &mut Context<'_>) -> bool {
        if !self.waker.as_ref().is_some_and(|waker| waker.will_wake(context.waker())) {
            let _never = self.signal.as_mut().poll(context);
            self.waker = Some(context.waker().clone());
        }
        self.begun.load(Ordering::Acquire)
    }

    /// Waits until the shutdown begins.
    pub(crate) async fn begun(&mut self) {
        poll_fn(|context| if self.poll_begun(context) { Poll::Ready(()) } else { Poll::Pending }).await;
    }

    /// Polls a connection, and begins its graceful shutdown once the server shuts down.
    pub(crate) fn poll<C: GracefulConnection>(
        &mut self,
        mut connection: Pin<&mut C>,
        context: &mut Context<'_>,
    ) -> Poll<C::Output> {
        if !self.is_ending && self.poll_begun(context) {
            self.is_ending = true;
            connection.as_mut().graceful_shutdown();
        }
        connection.poll(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;
    use std::time::Duration;
    use tokio::time::{sleep, timeout};

    /// Returns the signal once the shutdown has begun.
    async fn until_begun(mut signal: ShutdownSignal) -> ShutdownSignal {
        signal.begun().await;
        signal
    }

    #[tokio::test(start_paused = true)]
    async fn a_shutdown_signals_every_connection_and_waits_for_each() {
        let shutdown = Shutdown::new();
        let early = shutdown.subscribe();
        let first = tokio::spawn(async move { drop(until_begun(early).await) });
        let slow = shutdown.subscribe();
        let second = tokio::spawn(async move {
            let slow = until_begun(slow).await;
            sleep(Duration::from_secs(5)).await;
            drop(slow);
        });
        sleep(Duration::from_secs(1)).await;
        assert!(!first.is_finished() && !second.is_finished());

        let mut drained = pin!(shutdown.drain());

        assert!(timeout(Duration::from_secs(4), &mut drained).await.is_err());
        assert!(first.is_finished());
        timeout(Duration::from_secs(2), drained).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_signal_that_moves_to_another_task_wakes_that_task() {
        let shutdown = Shutdown::new();
        let mut signal = shutdown.subscribe();
        let early = poll_fn(|context| Poll::Ready(signal.poll_begun(context))).await;
        assert!(!early);

        let other = tokio::spawn(async move { drop(until_begun(signal).await) });
        sleep(Duration::from_secs(1)).await;

        timeout(Duration::from_secs(1), shutdown.drain()).await.unwrap();
        other.await.unwrap();
    }
}
