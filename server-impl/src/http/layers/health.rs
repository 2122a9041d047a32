//! Whether the server lives, and whether it can serve: for orchestrators and load balancers.

use crate::app::App;
use http::{Response, StatusCode};
use immich_wire::{Body, json};
use serde::Serialize;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the server is about to stop.
#[derive(Debug, Default)]
pub struct Health {
    stopping: AtomicBool,
}

#[derive(Serialize)]
struct Report {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

impl Health {
    /// From now on the server is not ready: it stops accepting.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
    }

    /// `/livez`: the process answers.
    pub(super) fn live() -> Response<Body> {
        report(StatusCode::OK, &Report { status: "ok", reason: None })
    }

    /// `/readyz`: the process answers and its database does.
    pub(super) async fn ready(&self, app: &App) -> Response<Body> {
        let reason = if self.stopping.load(Ordering::Acquire) {
            Some("the server is stopping")
        } else if app.database.ping().await.is_err() {
            Some("the database is unavailable")
        } else {
            None
        };
        match reason {
            None => report(StatusCode::OK, &Report { status: "ok", reason }),
            Some(_) => report(StatusCode::SERVICE_UNAVAILABLE, &Report { status: "unavailable", reason }),
        }
    }
}

fn report(status: StatusCode, report: &Report) -> Response<Body> {
    json(status, report).unwrap_or_else(|_| immich_wire::empty(status))
}
