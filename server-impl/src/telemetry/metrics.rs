//! Metrics in the `OpenMetrics` text format for Prometheus, on a separate port.
//!
//! Label values are bounded: the contract's operations and the classes of status. No label contains what a client
//! sends.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use http_server::Connections;
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

/// A scraper sends its request head immediately, and scrapes again within this time or opens a new connection.
const LIMITS: http_server::Limits = http_server::Limits {
    head: Duration::from_secs(60),
    idle: Duration::from_secs(60),
    write: Duration::from_secs(60),
    drain: Duration::ZERO,
};

/// More scrapers than anyone has, and few enough that they take no open files from clients.
const MAX_CONNECTIONS: usize = 32;

/// Upper bounds in seconds: the fastest is a read from the database's memory, the slowest a login in a full hash queue.
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

/// All metrics. The counters of each operation are looked up once, so that a request only increments them.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    operations: Vec<OperationMetrics>,
    other: OperationMetrics,
    gauges: Gauges,
    connections: ConnectionCounters,
    credential_cache: CacheCounters,
    cleanup: CleanupMetrics,
    /// Each scrape copies the count.
    log_lines_dropped: Counter,
}

/// What the nightly cleanups of this process have removed.
#[derive(Debug, Default)]
struct CleanupMetrics {
    sessions: Counter,
    users: Counter,
    last: Gauge,
}

/// Lookups in the credential cache. The cache counts them; each scrape copies its counts.
#[derive(Debug, Default)]
struct CacheCounters {
    hits: Counter,
    misses: Counter,
    bypasses: Counter,
}

/// Connections that had to give way. Each scrape copies the counts.
#[derive(Debug, Default)]
struct ConnectionCounters {
    displaced: Counter,
    refused: Counter,
}

/// The metrics of one operation: counters per class of status, and durations.
#[derive(Debug)]
struct OperationMetrics {
    requests: [Counter; CLASSES.len()],
    seconds: Histogram,
}

/// Values that are read for each scrape.
#[derive(Debug, Default)]
struct Gauges {
    connections: Gauge,
    database_up: Gauge,
    write_connections: Gauge,
    write_connections_in_use: Gauge,
    write_waiting: Gauge,
    passwords_waiting: Gauge,
    passwords_in_work: Gauge,
    request_body_bytes: Gauge,
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
        let metrics_of = |operation: &'static str| OperationMetrics {
            requests: CLASSES.map(|status| requests.get_or_create(&RequestLabels { operation, status }).clone()),
            seconds: seconds.get_or_create(&OperationLabel { operation }).clone(),
        };
        let operations = Operation::ALL.into_iter().map(|operation| metrics_of(operation.id())).collect();
        let other = metrics_of("none");
        let gauges = Gauges::default();
        for (name, help, gauge) in [
            ("connections", "Open connections of clients", &gauges.connections),
            ("database_up", "Whether the database answers: 1 or 0", &gauges.database_up),
            ("database_write_connections", "Open connections for writing", &gauges.write_connections),
            ("database_write_connections_in_use", "Connections for writing in use", &gauges.write_connections_in_use),
            ("database_write_waiting", "Requests waiting for a connection for writing", &gauges.write_waiting),
            ("passwords_waiting", "Passwords waiting to be hashed", &gauges.passwords_waiting),
            ("passwords_in_work", "Passwords being hashed", &gauges.passwords_in_work),
            ("request_body_bytes", "Bytes of memory that request bodies take", &gauges.request_body_bytes),
        ] {
            registry.register(name, help, gauge.clone());
        }
        let connections = ConnectionCounters::default();
        let credential_cache = CacheCounters::default();
        for (name, help, counter) in [
            (
                "connections_displaced",
                "Connections closed because a new one needed their place",
                &connections.displaced,
            ),
            (
                "connections_refused",
                "New connections closed at once, because there were too many and none could give way",
                &connections.refused,
            ),
            ("credential_cache_hits", "Lookups that found the caller in the credential cache", &credential_cache.hits),
            (
                "credential_cache_misses",
                "Lookups that did not find the caller in the credential cache",
                &credential_cache.misses,
            ),
            ("credential_cache_bypasses", "Lookups that bypassed the credential cache", &credential_cache.bypasses),
        ] {
            registry.register(name, help, counter.clone());
        }
        let log_lines_dropped = Counter::default();
        registry.register(
            "log_lines_dropped",
            "Log lines dropped, because nothing read the log in time",
            log_lines_dropped.clone(),
        );
        let cleanup = CleanupMetrics::default();
        registry.register("sessions_removed", "Sessions removed by the nightly cleanup", cleanup.sessions.clone());
        registry.register("users_removed", "Users removed by the nightly cleanup", cleanup.users.clone());
        registry.register(
            "last_cleanup_timestamp_seconds",
            "When the last nightly cleanup ended, in seconds since 1970; 0 before the first",
            cleanup.last.clone(),
        );
        Self { registry, operations, other, gauges, connections, credential_cache, cleanup, log_lines_dropped }
    }
}

impl Metrics {
    /// Counts an answered request.
    pub fn count(&self, operation: Option<Operation>, status: StatusCode, took: Duration) {
        let metrics = operation.and_then(|operation| self.operations.get(operation as usize)).unwrap_or(&self.other);
        if let Some(counter) = metrics.requests.get(usize::from(status.as_u16() / 100).saturating_sub(1)) {
            counter.inc();
        }
        metrics.seconds.observe(took.as_secs_f64());
    }

    /// Counts a nightly cleanup that ended at this Unix time.
    pub fn count_cleanup(&self, sessions: u64, users: u64, at: i64) {
        self.cleanup.sessions.inc_by(sessions);
        self.cleanup.users.inc_by(users);
        self.cleanup.last.set(at);
    }

    /// All metrics, in the `OpenMetrics` text format.
    fn report(&self, readings: &Readings) -> Response<Body> {
        let gauges = &self.gauges;
        let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        gauges.connections.set(number(readings.connections));
        gauges.database_up.set(i64::from(readings.database_up));
        gauges.write_connections.set(number(readings.write_connections));
        gauges.write_connections_in_use.set(number(readings.write_connections_in_use));
        gauges.write_waiting.set(number(readings.write_waiting));
        gauges.passwords_waiting.set(number(readings.passwords_waiting));
        gauges.passwords_in_work.set(number(readings.passwords_in_work));
        gauges.request_body_bytes.set(number(readings.request_body_bytes));
        for (counter, count) in [
            (&self.connections.displaced, readings.connections_displaced),
            (&self.connections.refused, readings.connections_refused),
            (&self.log_lines_dropped, readings.log_lines_dropped),
            (&self.credential_cache.hits, readings.credential_cache_hits),
            (&self.credential_cache.misses, readings.credential_cache_misses),
            (&self.credential_cache.bypasses, readings.credential_cache_bypasses),
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

/// The values of other parts of the program at the time of a scrape.
#[derive(Debug, Clone, Copy)]
pub struct Readings {
    /// Open connections of clients.
    pub connections: u64,
    /// Connections closed because a new one needed their place.
    pub connections_displaced: u64,
    /// New connections closed at once.
    pub connections_refused: u64,
    /// Log lines dropped, because nothing read the log in time.
    pub log_lines_dropped: u64,
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
    /// Bytes of memory that request bodies take.
    pub request_body_bytes: u64,
    /// Lookups that found the caller in the credential cache.
    pub credential_cache_hits: u64,
    /// Lookups that did not find the caller in the credential cache.
    pub credential_cache_misses: u64,
    /// Lookups that bypassed the credential cache, because revocations might be missing.
    pub credential_cache_bypasses: u64,
}

/// Answers every request on the metrics port with all metrics.
pub async fn serve(listener: TcpListener, metrics: Arc<Metrics>, read: impl Fn() -> Readings + Send + Sync + 'static) {
    let handler = Arc::new(move |_, _| ready(metrics.report(&read())));
    let connections = Arc::new(Connections::new(MAX_CONNECTIONS).exempt(|_| true));
    http_server::serve(listener, connections, handler, LIMITS, pending()).await;
}
