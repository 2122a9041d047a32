//! The state that the layers share.

use super::layers::cors::Cors;
use super::layers::health::Health;
use crate::config::{self, SecurityProfile, TrustedProxies};
use crate::telemetry::metrics::Metrics;
use immich_wire::Limits;
use std::sync::Arc;

/// The state that the layers share. It lives as long as the server.
pub struct HttpServer<A> {
    /// The implementation of the contract.
    pub application: Arc<A>,
    /// Whether the server is stopping.
    pub health: Arc<Health>,
    /// Counts requests.
    pub metrics: Arc<Metrics>,
    /// Proxies whose headers about the client are trusted.
    pub proxies: TrustedProxies,
    /// How much of a body is read, and for how long.
    pub limits: Limits,
    /// Which web pages of other origins may call the server.
    pub cors: Cors,
    /// Whether the server does what upstream does, or what the standard demands.
    pub security: SecurityProfile,
}

impl From<&config::Limits> for http_server::Limits {
    fn from(limits: &config::Limits) -> Self {
        Self {
            head: limits.header_timeout,
            idle: limits.idle_timeout,
            write: limits.body_timeout,
            drain: limits.shutdown_timeout,
        }
    }
}
