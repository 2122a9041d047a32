//! The structured log, on standard error.
//!
//! A request that changes something or fails is logged at the default level, a successful read at `debug`. The line of
//! a request has its operation, status, duration in milliseconds and correlation id. No line at the default level
//! contains a secret or an e-mail address.

use crate::config::{Log, LogFormat};
use std::io::IsTerminal as _;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// The prefix of this project's crates. Other crates are logged at `warn` and above.
const OWN_CRATES: &str = "immich";

/// Starts the log. A second call changes nothing.
pub fn start(settings: &Log) {
    let level = settings.level.filter();
    let others = level.min(tracing::level_filters::LevelFilter::WARN);
    let filter = Targets::new().with_default(others).with_target(OWN_CRATES, level);
    let layer =
        tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
    let layer = match settings.format {
        LogFormat::Text => layer.with_filter(filter).boxed(),
        LogFormat::Json => layer.json().flatten_event(true).with_filter(filter).boxed(),
    };
    // Fails only when a log has already been started.
    let _ = tracing_subscriber::registry().with(layer).try_init();
}
