//! Two servers on one database, and which requests they accept while a credential is revoked.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::harness::{Client, Connection, Database, Metrics, Request, Server};

/// A server and its metrics.
pub(super) struct Measured {
    pub(super) server: Server,
    metrics: Metrics,
}

impl Measured {
    pub(super) async fn on(database: &Database, mode: &str) -> Self {
        let (server, metrics) = Server::on(database).with("IMMICH_CREDENTIAL_CACHE", mode).start_measured().await;
        Self { server, metrics }
    }

    /// A counter of the cache: `hits`, `misses` or `bypasses`.
    pub(super) async fn counted(&self, what: &str) -> u64 {
        self.metrics.value(&format!("credential_cache_{what}_total")).await
    }
}

/// One server handles the revocations, the other one is only notified.
pub(super) struct Pair {
    pub(super) revoking: Measured,
    pub(super) other: Measured,
}

impl Pair {
    pub(super) async fn on(database: &Database, mode: &str) -> Self {
        let (revoking, other) = tokio::join!(Measured::on(database, mode), Measured::on(database, mode));
        Self { revoking, other }
    }
}

/// One request, and whether it was accepted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt {
    pub(super) sent: Instant,
    pub(super) accepted: bool,
}

/// A client that sends one request after the other on one connection.
pub(super) struct Hammer {
    stop: Arc<AtomicBool>,
    task: tokio::task::JoinHandle<Vec<Attempt>>,
}

/// How long a hammer continues after the first rejection, to check that no later request is accepted.
const AFTER_REJECTION: Duration = Duration::from_millis(2);

async fn attempt(request: &Request, connection: &mut Connection) -> Attempt {
    let sent = Instant::now();
    let status = request.over(connection).await.expect("a response").status;
    assert!(matches!(status, 200 | 401 | 403), "{status}");
    Attempt { sent, accepted: status == 200 }
}

impl Hammer {
    /// Starts and waits for the first response: the caller is then in the cache.
    pub(super) async fn start(client: Client, request: Request) -> Self {
        let mut connection = client.connect().await;
        let first = attempt(&request, &mut connection).await;
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let task = tokio::spawn(async move {
            let mut attempts = vec![first];
            let mut rejected: Option<Instant> = None;
            while !stopped.load(Ordering::Relaxed) && rejected.is_none_or(|since| since.elapsed() < AFTER_REJECTION) {
                let made = attempt(&request, &mut connection).await;
                attempts.push(made);
                if !made.accepted && rejected.is_none() {
                    rejected = Some(made.sent);
                }
            }
            attempts
        });
        Self { stop, task }
    }

    /// Waits until a request is rejected, at most a second, and returns all attempts.
    pub(super) async fn finish(mut self) -> Vec<Attempt> {
        if let Ok(attempts) = tokio::time::timeout(Duration::from_secs(1), &mut self.task).await {
            return attempts.expect("the hammer ends");
        }
        self.stop.store(true, Ordering::Relaxed);
        self.task.await.expect("the hammer ends")
    }
}
