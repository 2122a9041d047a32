//! Answers `/livez` and `/readyz`, for orchestrators and load balancers.

use crate::http::application::{Application, Ready};
use crate::http::context::RequestContext;
use crate::http::pipeline::{Answer, Next};
use crate::http::server::HttpServer;
use http::{Response, StatusCode};
use immich_wire::{Body, json};
use serde::Serialize;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the server is stopping.
#[derive(Debug, Default)]
pub struct Health {
    stopping: AtomicBool,
}

impl Health {
    /// Makes `/readyz` report that the server is stopping.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
    }
}

pub(crate) async fn handle<A: Application>(
    server: &HttpServer<A>,
    context: &mut RequestContext,
    next: impl Next<A>,
) -> Answer {
    match context.head.uri.path() {
        "/livez" if context.is_read() => Box::new(report(Ready::Yes)),
        "/readyz" if context.is_read() => Box::new(report(ready(server).await)),
        _ => next(server, context).await,
    }
}

async fn ready<A: Application>(server: &HttpServer<A>) -> Ready {
    if server.health.stopping.load(Ordering::Acquire) {
        return Ready::No("the server is stopping".to_owned());
    }
    server.application.ready().await
}

/// The body: `reason` says what is missing.
#[derive(Serialize)]
struct Report {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

fn report(ready: Ready) -> Response<Body> {
    let (status, report) = match ready {
        Ready::Yes => (StatusCode::OK, Report { status: "ok", reason: None }),
        Ready::Partly(reason) => (StatusCode::OK, Report { status: "ok", reason: Some(reason) }),
        Ready::No(reason) => (StatusCode::SERVICE_UNAVAILABLE, Report { status: "unavailable", reason: Some(reason) }),
    };
    json(status, &report).unwrap_or_else(|_| immich_wire::empty(status))
}
