//! Sends requests to the server under test.

use super::transport::ServerConnection;
use super::{Connector, Recorder, Response, Target};
use crate::control::{Delivery, Health, Stop};
use http1_client::Request;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use time::OffsetDateTime;

/// How long to wait for bytes after a response that has no body, when the server keeps the connection open although it
/// announced its end.
const PATIENCE: Duration = Duration::from_millis(100);
/// How long to wait for the response to a request that only shows where the response before it ended.
const PROBE: Duration = Duration::from_secs(2);
/// How long to try again when a server that has answered before refuses connections: it may be restarting.
const RESTART: Duration = Duration::from_secs(1);
/// The pause between two tries.
const PAUSE: Duration = Duration::from_millis(200);
/// A connection that was idle for longer is not used again: the server may close it at any time.
const IDLE: Duration = Duration::from_secs(2);
/// More than any response of the contract; of a longer body the rest is not read.
const MAX_BODY: u64 = 64 * 1024 * 1024;

/// Sends requests to one server. Clones share its connections.
#[derive(Clone)]
pub(crate) struct Client {
    connector: Connector,
    /// The server.
    pub(crate) target: Target,
    pub(crate) timeout: Duration,
    pub(crate) recorder: Recorder,
    pub(crate) stop: Stop,
    pub(crate) health: Health,
    idle: Arc<Mutex<Vec<(ServerConnection, Instant)>>>,
}

/// A request that was sent: its response or why there is none, and its times.
pub(crate) struct Sent {
    pub(crate) result: io::Result<Response>,
    pub(crate) started: OffsetDateTime,
    pub(crate) took: Duration,
}

impl Client {
    pub(crate) fn new(connector: Connector, timeout: Duration, recorder: Recorder, stop: Stop) -> Self {
        let target = connector.target.clone();
        Self { connector, target, timeout, recorder, stop, health: Health::default(), idle: Arc::default() }
    }

    /// Whether a request reaches the server: not if an ingress takes its header `Authorization`.
    pub(crate) fn can_send(&self, request: &Request) -> bool {
        !(self.connector.takes_authorization() && request.has_header("authorization"))
    }

    /// Sends a request of an operation and reads its response. Never returns once the run is to end.
    pub(crate) async fn send(&self, operation: &str, request: &Request) -> Sent {
        self.stop.guard(self.send_now(operation, request)).await
    }

    async fn send_now(&self, operation: &str, request: &Request) -> Sent {
        let (started, clock) = (OffsetDateTime::now_utc(), Instant::now());
        let mut connected = false;
        let exchange = tokio::time::timeout(self.timeout, self.exchange(request, &mut connected));
        let result = exchange.await.unwrap_or_else(|_| {
            Err(io::Error::new(io::ErrorKind::TimedOut, format!("no response within {:?}", self.timeout)))
        });
        let delivery = match &result {
            Ok(_) => Delivery::Answered,
            Err(error) if error.kind() == io::ErrorKind::TimedOut => Delivery::TimedOut,
            Err(error) if !connected => Delivery::NotConnected(error),
            Err(_) => Delivery::Broken,
        };
        self.health.observe(operation, delivery, &self.stop);
        Sent { result, started, took: clock.elapsed() }
    }

    async fn exchange(&self, request: &Request, connected: &mut bool) -> io::Result<Response> {
        // What a request says about its own framing must not affect others.
        let is_separate =
            ["connection", "content-length", "transfer-encoding"].iter().any(|name| request.has_header(name));
        let bytes = self.connector.bytes(request);
        let to_head = request.is_head();
        if !is_separate && let Some(mut connection) = self.idle_connection() {
            *connected = true;
            match connection.exchange(&bytes, to_head).await {
                // The server has closed it in the meantime.
                Err(error) if was_closed(&error) => *connected = false,
                result => return self.finished(connection, to_head, is_separate, result).await,
            }
        }
        let mut connection = self.connect().await?.max_body(MAX_BODY);
        *connected = true;
        let result = connection.exchange(&bytes, to_head).await;
        self.finished(connection, to_head, is_separate, result).await
    }

    /// Looks for bytes after a response without a body, and keeps the connection for further requests.
    async fn finished(
        &self,
        mut connection: ServerConnection,
        to_head: bool,
        is_separate: bool,
        result: io::Result<http1_client::Response>,
    ) -> io::Result<Response> {
        let received = result.map_err(|error| self.connector.explained(error))?;
        if let Some(problem) = self.connector.proxy_problem(received.status) {
            return Err(problem);
        }
        let has_body = !to_head && !matches!(received.status, 204 | 304);
        let mut is_reusable = connection.is_reusable() && !is_separate;
        let surplus = match (has_body, is_reusable) {
            (true, _) => Vec::new(),
            (false, false) => connection.read_surplus(PATIENCE).await,
            (false, true) => {
                let (surplus, ended) = self.surplus_before_next(&mut connection).await;
                is_reusable = ended;
                surplus
            }
        };
        if is_reusable {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push((connection, Instant::now()));
        }
        Ok(Response { received, surplus })
    }

    /// The bytes between a response and the next one on the same connection, which a further request provokes; and
    /// whether the connection can be used again. To wait for bytes instead would take longer, and prove less.
    async fn surplus_before_next(&self, connection: &mut ServerConnection) -> (Vec<u8>, bool) {
        let probe = Request::new("HEAD", &self.target.prefix);
        let mut surplus = Vec::new();
        let exchange = async {
            let is_sent = connection.write(&self.connector.bytes(&probe)).await.is_ok();
            surplus = connection.read_until_response().await;
            is_sent && surplus.is_empty() && connection.read_response(true).await.is_ok()
        };
        let is_reusable = tokio::time::timeout(PROBE.min(self.timeout), exchange).await.unwrap_or(false);
        (surplus, is_reusable && connection.is_reusable())
    }

    /// The connection that was used last, if it is not idle for long.
    fn idle_connection(&self) -> Option<ServerConnection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        match idle.pop() {
            Some((connection, since)) if since.elapsed() < IDLE => Some(connection),
            _ => {
                idle.clear();
                None
            }
        }
    }

    async fn connect(&self) -> io::Result<ServerConnection> {
        let started = Instant::now();
        loop {
            match self.connector.connect().await {
                Err(error)
                    if error.kind() == io::ErrorKind::ConnectionRefused
                        && self.health.has_answered()
                        && started.elapsed() < RESTART =>
                {
                    tokio::time::sleep(PAUSE).await;
                }
                result => return result,
            }
        }
    }
}

/// Whether the connection was closed before any byte of a response was received.
fn was_closed(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    matches!(error.kind(), UnexpectedEof | ConnectionReset | ConnectionAborted | BrokenPipe)
}
