//! Metrics in the Prometheus text format, on a port of their own.
//!
//! Labels are bounded: the contract's operations, classes of status. Nothing of a request's content is ever one.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use immich_api::Operation;
use immich_wire::Body;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::future::{pending, ready};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::net::TcpListener;

/// A scraper sends its head at once, and scrapes again within this time or opens a new connection.
const LIMITS: http_server::Limits = http_server::Limits {
    head: Duration::from_secs(60),
    idle: Duration::from_secs(60),
    write: Duration::from_secs(60),
    drain: Duration::ZERO,
};

/// Upper bounds in seconds, from a read that the database has in memory to a password that waits for its turn.
const BUCKETS: [f64; 12] = [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5];

const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OperationLabel {
    operation: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    operation: &'static str,
    status: &'static str,
}

/// What is counted. Each operation's counters are looked up once, so that a request only adds to them.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    of_operations: Vec<OfOperation>,
    of_others: OfOperation,
    gauges: Gauges,
    credentials: Credentials,
}

/// How often the credential cache could answer; counted there, and copied when asked for.
#[derive(Debug, Default)]
struct Credentials {
    hits: Counter,
    misses: Counter,
    bypasses: Counter,
}

#[derive(Debug)]
struct OfOperation {
    requests: [Counter; CLASSES.len()],
    seconds: Histogram,
}

/// Read when they are asked for.
#[derive(Debug, Default)]
struct Gauges {
    database_up: Gauge,
    write_connections: Gauge,
    write_connections_in_use: Gauge,
    write_waiting: Gauge,
    passwords_waiting: Gauge,
    passwords_in_work: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("immich_api");
        let requests = Family::<RequestLabels, Counter>::default();
        let seconds =
            Family::<OperationLabel, Histogram>::new_with_constructor(|| Histogram::new(BUCKETS.iter().copied()));
        registry.register("requests", "Requests answered", requests.clone());
        registry.register_with_unit(
            "request",
            "Time from a request's head to its answer",
            Unit::Seconds,
            seconds.clone(),
        );
        let of = |operation: &'static str| OfOperation {
            requests: CLASSES.map(|status| requests.get_or_create(&RequestLabels { operation, status }).clone()),
            seconds: seconds.get_or_create(&OperationLabel { operation }).clone(),
        };
        let of_operations = Operation::ALL.into_iter().map(|operation| of(operation.id())).collect();
        let of_others = of("none");
        let gauges = Gauges::default();
        for (name, help, gauge) in [
            ("database_up", "Whether the database answers: 1 or 0", &gauges.database_up),
            ("database_write_connections", "Connections for writing that are open", &gauges.write_connections),
            ("database_write_connections_in_use", "Connections for writing in use", &gauges.write_connections_in_use),
            ("database_write_waiting", "Requests that wait for a connection", &gauges.write_waiting),
            ("passwords_waiting", "Passwords that wait to be hashed", &gauges.passwords_waiting),
            ("passwords_in_work", "Passwords that are being hashed", &gauges.passwords_in_work),
        ] {
            registry.register(name, help, gauge.clone());
        }
        let credentials = Credentials::default();
        for (name, help, counter) in [
            ("credential_cache_hits", "Callers found in the credential cache", &credentials.hits),
            ("credential_cache_misses", "Callers not in the credential cache", &credentials.misses),
            ("credential_cache_bypasses", "Callers not looked for in the credential cache", &credentials.bypasses),
        ] {
            registry.register(name, help, counter.clone());
        }
        Self { registry, of_operations, of_others, gauges, credentials }
    }
}

impl Metrics {
    /// Counts an answered request.
    pub fn count(&self, operation: Option<Operation>, status: StatusCode, took: Duration) {
        let of = operation.and_then(|operation| self.of_operations.get(operation as usize)).unwrap_or(&self.of_others);
        if let Some(counter) = of.requests.get(usize::from(status.as_u16() / 100).saturating_sub(1)) {
            counter.inc();
        }
        of.seconds.observe(took.as_secs_f64());
    }

    /// All metrics, in the OpenMetrics text format.
    fn report(&self, readings: &Readings) -> Response<Body> {
        let gauges = &self.gauges;
        let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        gauges.database_up.set(i64::from(readings.database_up));
        gauges.write_connections.set(number(readings.write_connections));
        gauges.write_connections_in_use.set(number(readings.write_connections_in_use));
        gauges.write_waiting.set(number(readings.write_waiting));
        gauges.passwords_waiting.set(number(readings.passwords_waiting));
        gauges.passwords_in_work.set(number(readings.passwords_in_work));
        for (counter, count) in [
            (&self.credentials.hits, readings.credential_cache_hits),
            (&self.credentials.misses, readings.credential_cache_misses),
            (&self.credentials.bypasses, readings.credential_cache_bypasses),
        ] {
            counter.inner().store(count, Ordering::Relaxed);
        }
        let mut text = String::new();
        let status = match encode(&mut text, &self.registry) {
            Ok(()) => StatusCode::OK,
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let mut response = Response::new(Body::from(Bytes::from(text)));
        *response.status_mut() = status;
        response.headers_mut().insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8"),
        );
        response
    }
}

/// What other parts of the program count, at the time of a scrape.
#[derive(Debug, Clone, Copy)]
pub struct Readings {
    /// Whether the database answers.
    pub database_up: bool,
    /// Open connections for writing.
    pub write_connections: u64,
    /// Connections for writing in use.
    pub write_connections_in_use: u64,
    /// Requests waiting for a connection.
    pub write_waiting: u64,
    /// Passwords waiting to be hashed.
    pub passwords_waiting: u64,
    /// Passwords being hashed.
    pub passwords_in_work: u64,
    /// Lookups that found the caller in the credential cache.
    pub credential_cache_hits: u64,
    /// Lookups that did not.
    pub credential_cache_misses: u64,
    /// Lookups that were not made.
    pub credential_cache_bypasses: u64,
}

/// Answers every request on the metrics port with the report.
pub async fn serve(listener: TcpListener, metrics: Arc<Metrics>, read: impl Fn() -> Readings + Send + Sync + 'static) {
    let handler = Arc::new(move |_, _| ready(metrics.report(&read())));
    http_server::serve(listener, handler, LIMITS, pending()).await;
}
