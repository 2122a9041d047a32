//! What the server tells of itself: logs and metrics.

pub mod log;
pub mod metrics;
