//! Logs and metrics.

pub mod audit;
pub mod log;
pub mod metrics;
