//! Ends a run early: at its time limit, on a signal, or when the server does not respond anymore.

use crate::control::{Progress, Status, Stop};
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval, sleep};

/// How often a line of progress is printed.
const LINE: Duration = Duration::from_secs(5);
/// How long requests in progress may take once the run is to end.
const LAST_REQUESTS: Duration = Duration::from_secs(2);

/// Does the work of a run. `None` if the run was to end before the work was done: then no request is in progress, but
/// for one that takes longer than two seconds.
pub(super) async fn supervise<T>(
    work: impl Future<Output = T>,
    stop: &Stop,
    max_time: Option<Duration>,
    progress: &Progress,
    status: &Status,
) -> Option<T> {
    let watch = async {
        let mut line = interval(LINE);
        line.set_missed_tick_behavior(MissedTickBehavior::Delay);
        line.tick().await;
        loop {
            line.tick().await;
            progress.print_line(status);
        }
    };
    let limit = async {
        match max_time {
            Some(max_time) => sleep(max_time).await,
            None => std::future::pending().await,
        }
        let seconds = max_time.unwrap_or_default().as_secs();
        stop.stop(format!("it was not done within {seconds} s (--max-time)"));
        std::future::pending().await
    };
    let end = async {
        stop.stopped().await;
        tokio::select! {
            () = stop.idle() => {}
            () = sleep(LAST_REQUESTS) => {}
        }
    };
    tokio::select! {
        biased;
        done = work => Some(done),
        () = end => None,
        never = watch => never,
        never = limit => never,
    }
}
