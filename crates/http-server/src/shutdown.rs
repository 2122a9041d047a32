//! Stopping: every connection is told, and waited for.
//!
//! hyper-util has the same (`hyper_util::server::graceful`), but asks for the signal anew whenever a connection goes on,
//! which is 2 % of what a short request takes, and it does not let a connection be taken apart while it rests.

use hyper_util::server::graceful::GracefulConnection;
use std::future::{pending, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};
use tokio::sync::watch;

/// Tells all connections to end.
#[derive(Debug)]
pub(super) struct Stop {
    told: Arc<AtomicBool>,
    signal: watch::Sender<()>,
}

impl Stop {
    pub(super) fn new() -> Self {
        Self { told: Arc::default(), signal: watch::Sender::new(()) }
    }

    /// For a new connection.
    pub(super) fn listen(&self) -> Stopping {
        let mut signal = self.signal.subscribe();
        // An error means that there is nobody left who could tell, which comes to the same.
        let signal = Box::pin(async move {
            drop(signal.changed().await);
            // Held for as long as the connection, which is waited for by it.
            pending::<()>().await;
        });
        Stopping { told: Arc::clone(&self.told), signal, waker: None, is_ending: false }
    }

    /// Tells them, and waits until all have ended.
    pub(super) async fn all(self) {
        self.told.store(true, Ordering::Release);
        self.signal.send_replace(());
        self.signal.closed().await;
    }
}

/// What a connection hears of it. While it lives, the connection is waited for.
pub(super) struct Stopping {
    told: Arc<AtomicBool>,
    /// Never ends; wakes the task.
    signal: Pin<Box<dyn Future<Output = ()> + Send>>,
    /// Who is woken when it is told.
    waker: Option<Waker>,
    /// Whether the connection was told in its turn.
    is_ending: bool,
}

impl Stopping {
    /// Whether it is time to end; the task is woken when it comes.
    pub(super) fn is_told(&mut self, context: &mut Context<'_>) -> bool {
        if !self.waker.as_ref().is_some_and(|waker| waker.will_wake(context.waker())) {
            let _never = self.signal.as_mut().poll(context);
            self.waker = Some(context.waker().clone());
        }
        self.told.load(Ordering::Acquire)
    }

    /// Goes on with a connection: what is in flight is finished when it is told to end.
    pub(super) fn poll<C: GracefulConnection>(
        &mut self,
        mut connection: Pin<&mut C>,
        context: &mut Context<'_>,
    ) -> Poll<C::Output> {
        if !self.is_ending && self.is_told(context) {
            self.is_ending = true;
            connection.as_mut().graceful_shutdown();
        }
        connection.poll(context)
    }

    /// Serves a connection until it ends.
    pub(super) async fn watch<C: GracefulConnection>(mut self, connection: C) -> C::Output {
        let mut connection = pin!(connection);
        poll_fn(|context| self.poll(connection.as_mut(), context)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::time::{sleep, timeout};

    /// Holds on to it until then.
    async fn until_told(mut stopping: Stopping) -> Stopping {
        poll_fn(|context| if stopping.is_told(context) { Poll::Ready(()) } else { Poll::Pending }).await;
        stopping
    }

    #[tokio::test(start_paused = true)]
    async fn given_connections_when_all_are_told_then_each_hears_of_it_and_is_waited_for() {
        let stop = Stop::new();
        let early = stop.listen();
        let first = tokio::spawn(async move { drop(until_told(early).await) });
        let slow = stop.listen();
        let second = tokio::spawn(async move {
            let slow = until_told(slow).await;
            sleep(Duration::from_secs(5)).await;
            drop(slow);
        });
        sleep(Duration::from_secs(1)).await;
        assert!(!first.is_finished() && !second.is_finished());

        let mut all = pin!(stop.all());

        assert!(timeout(Duration::from_secs(4), &mut all).await.is_err());
        assert!(first.is_finished());
        timeout(Duration::from_secs(2), all).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn given_another_task_goes_on_with_it_then_that_one_is_woken() {
        let stop = Stop::new();
        let mut stopping = stop.listen();
        let early = poll_fn(|context| Poll::Ready(stopping.is_told(context))).await;
        assert!(!early);

        let other = tokio::spawn(async move { drop(until_told(stopping).await) });
        sleep(Duration::from_secs(1)).await;

        timeout(Duration::from_secs(1), stop.all()).await.unwrap();
        other.await.unwrap();
    }
}
