//! Two servers on one database, and who is let in by them while something is being revoked.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::harness::{Client, Connection, Database, Request, Server};

/// A server with its metrics.
pub(super) struct Measured {
    pub(super) server: Server,
    metrics: Client,
}

impl Measured {
    pub(super) async fn on(database: &Database, mode: &str) -> Self {
        let port = local_postgres::free_port();
        let server = Server::on(database)
            .with("IMMICH_CREDENTIAL_CACHE", mode)
            .with("IMMICH_API_METRICS_PORT", port.to_string())
            .start()
            .await;
        Self { server, metrics: Client::new(([127, 0, 0, 1], port).into()) }
    }

    /// How often the cache has answered (`hits`), could not (`misses`), or was not asked (`bypasses`).
    pub(super) async fn counted(&self, what: &str) -> u64 {
        let text = self.metrics.raw("GET", "/metrics").await.must_be(200).text();
        let name = format!("immich_api_credential_cache_{what}_total ");
        let line = text.lines().find_map(|line| line.strip_prefix(&name));
        line.unwrap_or_else(|| panic!("no {name}in\n{text}")).parse().expect("a count")
    }
}

/// One process answers the revocations, the other one only hears of them.
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

/// One request that was let in or not.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt {
    pub(super) sent: Instant,
    pub(super) let_in: bool,
}

/// Somebody who asks again and again, one request after the other on one connection.
pub(super) struct Hammer {
    stop: Arc<AtomicBool>,
    asking: tokio::task::JoinHandle<Vec<Attempt>>,
}

/// How long a hammer goes on after the first refusal, to see that there is no way back.
const AFTER_REFUSAL: Duration = Duration::from_millis(2);

async fn attempt(request: &Request, connection: &mut Connection) -> Attempt {
    let sent = Instant::now();
    let status = request.over(connection).await.expect("an answer").status;
    assert!(matches!(status, 200 | 401 | 403), "{status}");
    Attempt { sent, let_in: status == 200 }
}

impl Hammer {
    /// Begins when the first request was answered: who is let in by it is remembered by then.
    pub(super) async fn start(client: Client, request: Request) -> Self {
        let mut connection = client.connect().await;
        let first = attempt(&request, &mut connection).await;
        let stop = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&stop);
        let asking = tokio::spawn(async move {
            let mut attempts = vec![first];
            let mut refused: Option<Instant> = None;
            while !told.load(Ordering::Relaxed) && refused.is_none_or(|since| since.elapsed() < AFTER_REFUSAL) {
                let made = attempt(&request, &mut connection).await;
                attempts.push(made);
                if !made.let_in && refused.is_none() {
                    refused = Some(made.sent);
                }
            }
            attempts
        });
        Self { stop, asking }
    }

    /// All attempts, once it has been refused; it is given up after a second.
    pub(super) async fn finish(mut self) -> Vec<Attempt> {
        if let Ok(attempts) = tokio::time::timeout(Duration::from_secs(1), &mut self.asking).await {
            return attempts.expect("the hammer ends");
        }
        self.stop.store(true, Ordering::Relaxed);
        self.asking.await.expect("the hammer ends")
    }
}
