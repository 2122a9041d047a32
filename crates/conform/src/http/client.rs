//! Sends requests to the server under test.

use super::{Recorder, Response, Target};
use http1_client::{Connection, Request};
use std::io;
use std::time::{Duration, Instant};
use time::OffsetDateTime;

/// How long to wait for bytes after a response that has no body, when the server keeps the connection open.
const PATIENCE: Duration = Duration::from_millis(100);
/// More than any response of the contract; of a longer body the rest is not read.
const MAX_BODY: u64 = 64 * 1024 * 1024;

/// Sends requests to one server, each on its own connection.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) target: Target,
    pub(crate) timeout: Duration,
    pub(crate) recorder: Recorder,
}

/// A request that was sent: its response or why there is none, and its times.
pub(crate) struct Sent {
    pub(crate) result: io::Result<Response>,
    pub(crate) started: OffsetDateTime,
    pub(crate) took: Duration,
}

impl Client {
    /// Sends a request and reads its response.
    pub(crate) async fn send(&self, request: &Request) -> Sent {
        let (started, clock) = (OffsetDateTime::now_utc(), Instant::now());
        let result = self.response(request).await;
        Sent { result, started, took: clock.elapsed() }
    }

    async fn response(&self, request: &Request) -> io::Result<Response> {
        let to_head = request.is_head();
        let mut request = request.clone();
        if !request.has_header("connection") {
            request = request.header("Connection", "close");
        }
        let exchange = async {
            let mut connection = Connection::open(self.target.address()).await?.max_body(MAX_BODY);
            let received = connection.exchange(&request.to_bytes(&self.target.authority), to_head).await?;
            let has_body = !to_head && !matches!(received.status, 204 | 304);
            let surplus = if has_body { Vec::new() } else { connection.read_surplus(PATIENCE).await };
            Ok(Response { received, surplus })
        };
        tokio::time::timeout(self.timeout, exchange).await.unwrap_or_else(|_| {
            Err(io::Error::new(io::ErrorKind::TimedOut, format!("no response within {:?}", self.timeout)))
        })
    }
}
