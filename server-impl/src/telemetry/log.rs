//! The structured log, on standard error.
//!
//! A request that changes something or is refused is logged at the default level, a successful read at `debug`. Every
//! line of a request names its operation, status, duration in milliseconds and correlation id. No line at the default
//! level holds a secret or an e-mail address.

use crate::config::{Log, LogFormat};
use std::io::IsTerminal as _;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Crates whose lines are about us; others are heard from `warn` up.
const OURS: &str = "immich";

/// Starts the log. A second call changes nothing.
pub fn start(settings: &Log) {
    let level = settings.level.filter();
    let others = level.min(tracing::level_filters::LevelFilter::WARN);
    let filter = Targets::new().with_default(others).with_target(OURS, level);
    let layer =
        tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
    let layer = match settings.format {
        LogFormat::Text => layer.with_filter(filter).boxed(),
        LogFormat::Json => layer.json().flatten_event(true).with_filter(filter).boxed(),
    };
    // Only fails when a log is there already.
    let _ = tracing_subscriber::registry().with(layer).try_init();
}
