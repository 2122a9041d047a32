//! The server as a site: its health beside the contract, and everything counted.

use crate::app::App;
use crate::http::context::RequestContext;
use crate::http::health::Health;
use crate::http::site::{Outcome, Site};
use crate::telemetry::metrics::Metrics;
use http::{Method, Response, StatusCode};
use immich_api::Operation;
use immich_wire::Body;
use std::sync::Arc;
use std::time::Duration;

/// The server with its health and its metrics.
pub struct AppSite {
    /// What the operations work with.
    pub app: Arc<App>,
    /// Whether the server is about to stop.
    pub health: Arc<Health>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
}

impl Site for AppSite {
    type Api = App;

    fn api(&self) -> &App {
        &self.app
    }

    async fn instead(&self, context: &RequestContext) -> Option<Outcome> {
        if context.head.method != Method::GET && context.head.method != Method::HEAD {
            return None;
        }
        match context.head.uri.path() {
            "/livez" => Some((None, Ok(Health::live()))),
            "/readyz" => Some((None, Ok(self.health.ready(&self.app).await))),
            _ => None,
        }
    }

    fn answered(&self, _: &RequestContext, _: Option<Operation>, _: &mut Response<Body>) {}

    fn count(&self, operation: Option<Operation>, status: StatusCode, took: Duration) {
        self.metrics.count(operation, status, took);
    }
}
