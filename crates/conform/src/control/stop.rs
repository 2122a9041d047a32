//! Ends a run early, between two requests.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use tokio::sync::Notify;

/// Ends a run early: the requests in progress are finished, no further one is sent. Clones end the same run.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<State>);

#[derive(Debug, Default)]
struct State {
    reason: OnceLock<String>,
    stopped: Notify,
    /// No request is in progress, and none will be sent.
    idle: Notify,
    in_progress: AtomicUsize,
}

impl Stop {
    /// Ends the run for this reason, which the report shows. The first reason counts.
    pub fn stop(&self, reason: impl Into<String>) {
        // A later reason changes nothing.
        let _ = self.0.reason.set(reason.into());
        self.0.stopped.notify_waiters();
    }

    /// The reason, once the run is to end.
    pub(crate) fn reason(&self) -> Option<&str> {
        self.0.reason.get().map(String::as_str)
    }

    /// Waits until the run is to end.
    pub(crate) async fn stopped(&self) {
        let notified = self.0.stopped.notified();
        if self.reason().is_none() {
            notified.await;
        }
    }

    /// Waits until no request is in progress, and the next one was held back.
    pub(crate) async fn idle(&self) {
        self.0.idle.notified().await;
    }

    /// Does the work of one request, unless the run is to end: then it never returns.
    pub(crate) async fn guard<T>(&self, request: impl Future<Output = T>) -> T {
        if self.reason().is_some() {
            if self.0.in_progress.load(Ordering::Relaxed) == 0 {
                self.0.idle.notify_one();
            }
            return std::future::pending().await;
        }
        self.0.in_progress.fetch_add(1, Ordering::Relaxed);
        let result = request.await;
        self.0.in_progress.fetch_sub(1, Ordering::Relaxed);
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test]
    async fn the_request_in_progress_is_finished_and_the_next_is_held_back() {
        let stop = Stop::default();
        let mut finished = 0;
        let requests = async {
            for _ in 0..3 {
                stop.guard(tokio::time::sleep(Duration::from_millis(20))).await;
                finished += 1;
            }
        };

        tokio::select! {
            () = requests => panic!("all requests were sent"),
            () = async {
                tokio::time::sleep(Duration::from_millis(5)).await;
                stop.stop("first");
                stop.stop("second");
                stop.stopped().await;
                stop.idle().await;
            } => {}
        }

        assert_eq!(finished, 1);
        assert_eq!(stop.reason(), Some("first"));
    }
}
