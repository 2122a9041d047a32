//! The state that the layers share.

use super::layers::client_address::Proxies;
use super::layers::cors::Cors;
use super::layers::health::Health;
use crate::config::{self, SecurityProfile};
use crate::telemetry::audit::AuditLog;
use crate::telemetry::metrics::Metrics;
use immich_wire::BodyReader;
use std::sync::Arc;

/// The state that the layers share. It lives as long as the server.
pub struct HttpServer<A> {
    /// The implementation of the contract.
    pub application: Arc<A>,
    /// Whether the server is stopping.
    pub health: Arc<Health>,
    /// Counts requests.
    pub metrics: Arc<Metrics>,
    /// Writes a line for each change of an account; none where there are no accounts.
    pub audit: Option<AuditLog>,
    /// Proxies whose headers about the client are trusted.
    pub proxies: Proxies,
    /// Receives the bodies of requests, under limits.
    pub bodies: BodyReader,
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
