//! Answers `/livez` and `/readyz`, for orchestrators and load balancers.

use crate::http::application::Application;
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
        "/livez" if context.is_read() => Box::new(report(Ok(()))),
        "/readyz" if context.is_read() => Box::new(report(ready(server).await)),
        _ => next(server, context).await,
    }
}

async fn ready<A: Application>(server: &HttpServer<A>) -> Result<(), &'static str> {
    if server.health.stopping.load(Ordering::Acquire) {
        return Err("the server is stopping");
    }
    server.application.ready().await
}

#[derive(Serialize)]
struct Report {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

fn report(state: Result<(), &'static str>) -> Response<Body> {
    let (status, report) = match state {
        Ok(()) => (StatusCode::OK, Report { status: "ok", reason: None }),
        Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, Report { status: "unavailable", reason: Some(reason) }),
    };
    json(status, &report).unwrap_or_else(|_| immich_wire::empty(status))
}
