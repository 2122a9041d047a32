//! The structured log, on standard error.
//!
//! A request that changes something or fails is logged at the default level, a successful read at `debug`. The line of
//! a request has its operation, status, duration in milliseconds and correlation id. The [audit lines](super::audit) are
//! written at every level. Threads of their own write the lines, so that no request waits for what reads them (a full
//! pipe, a paused terminal): lines beyond 4,096 are dropped and counted. Audit lines have a buffer of their
//! own, which a flood of requests cannot fill. No line at the default level contains a secret, and none an e-mail address unless
//! `IMMICH_LOG_EMAIL` is `true`.

use super::audit;
use crate::config::{Log, LogFormat};
use std::io::{IsTerminal as _, stderr};
use std::sync::OnceLock;
use tracing::Subscriber;
use tracing_appender::non_blocking::{ErrorCounter, NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;

/// The prefix of this project's crates. Other crates are logged at `warn` and above.
const OWN_CRATES: &str = "immich";

/// Lines that wait to be written: of requests and everything else, and of the audit log.
const BUFFERED_LINES: usize = 4096;

/// The lines that were dropped, in each buffer.
static DROPPED: OnceLock<[ErrorCounter; 2]> = OnceLock::new();

/// Writes the lines that still wait when it is dropped, for at most a second.
#[must_use]
#[derive(Debug)]
pub struct LogGuard {
    _writers: [WorkerGuard; 2],
}

/// Starts the log. A second call changes nothing.
pub fn start(settings: &Log) -> LogGuard {
    let level = settings.level.filter();
    let others = level.min(LevelFilter::WARN);
    let requests =
        Targets::new().with_default(others).with_target(OWN_CRATES, level).with_target(audit::TARGET, LevelFilter::OFF);
    let audit = Targets::new().with_target(audit::TARGET, LevelFilter::INFO);
    let ((lines, lines_guard), (audit_lines, audit_guard)) = (writer(), writer());
    // Set once, as the log is.
    let _ = DROPPED.set([lines.error_counter(), audit_lines.error_counter()]);
    // Fails only when a log has already been started.
    let _ = tracing_subscriber::registry()
        .with(layer(settings.format, lines).with_filter(requests))
        .with(layer(settings.format, audit_lines).with_filter(audit))
        .try_init();
    LogGuard { _writers: [lines_guard, audit_guard] }
}

/// The lines that were dropped, because nothing read them in time.
#[must_use]
pub fn dropped_lines() -> u64 {
    let counters = DROPPED.get().map_or(&[][..], |counters| counters);
    counters.iter().map(|counter| counter.dropped_lines() as u64).sum()
}

fn writer() -> (NonBlocking, WorkerGuard) {
    NonBlockingBuilder::default().lossy(true).buffered_lines_limit(BUFFERED_LINES).thread_name("log").finish(stderr())
}

fn layer<S>(format: LogFormat, writer: NonBlocking) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let layer = tracing_subscriber::fmt::layer().with_writer(writer).with_ansi(stderr().is_terminal());
    match format {
        LogFormat::Text => layer.boxed(),
        LogFormat::Json => layer.json().flatten_event(true).boxed(),
    }
}
