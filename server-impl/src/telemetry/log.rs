//! The structured log, on standard error.
//!
//! A request that changes something or fails is logged at the default level, a successful read at `debug`. The line of
//! a request has its operation, status, duration in milliseconds and correlation id. The [audit lines](super::audit) are
//! written at every level. No line at the default level contains a secret, and none an e-mail address unless
//! `IMMICH_LOG_EMAIL` is `true`.

use super::audit;
use crate::config::{Log, LogFormat};
use std::io::IsTerminal as _;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// The prefix of this project's crates. Other crates are logged at `warn` and above.
const OWN_CRATES: &str = "immich";

/// Starts the log. A second call changes nothing.
pub fn start(settings: &Log) {
    let level = settings.level.filter();
    let others = level.min(LevelFilter::WARN);
    let filter = Targets::new()
        .with_default(others)
        .with_target(OWN_CRATES, level)
        .with_target(audit::TARGET, LevelFilter::INFO);
    let layer =
        tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
    let layer = match settings.format {
        LogFormat::Text => layer.with_filter(filter).boxed(),
        LogFormat::Json => layer.json().flatten_event(true).with_filter(filter).boxed(),
    };
    // Fails only when a log has already been started.
    let _ = tracing_subscriber::registry().with(layer).try_init();
}
