//! The server uses the primary, and only the primary: standbys in its place, promotions, a database that takes no writes.

mod connections;
mod promotion;
mod readiness;
mod standby;
mod start;

use serde_json::json;

use crate::harness::{Response, Server, Session};

/// A request that writes.
async fn write(server: &Server, session: &Session) -> Response {
    server.put("/users/me", json!({"name": "Ada"})).bearer(&session.token).await
}

/// The status of `/readyz`, and what is missing.
async fn readiness(server: &Server) -> (u16, Option<String>) {
    let answer = server.raw("GET", "/readyz").await;
    let reason = answer.json()["reason"].as_str().map(str::to_owned);
    (answer.status, reason)
}
