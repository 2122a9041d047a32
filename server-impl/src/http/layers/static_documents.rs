//! Answers the two documents that are fixed when the program is built: the contract, and where the API is.

use crate::http::application::Application;
use crate::http::context::RequestContext;
use crate::http::pipeline::{Answer, Next};
use crate::http::server::HttpServer;
use bytes::Bytes;
use http::Response;
use http::header::CONTENT_TYPE;
use immich_api::{BASE_PATH, CONTRACT};
use immich_wire::reply::JSON;
use immich_wire::{Body, path};
use serde_json::json;
use std::sync::LazyLock;

/// The base path, for clients that were given only a host.
static WELL_KNOWN: LazyLock<String> = LazyLock::new(|| json!({"api": {"endpoint": BASE_PATH}}).to_string());

pub(crate) async fn handle<A: Application>(
    server: &HttpServer<A>,
    context: &mut RequestContext,
    next: impl Next<A>,
) -> Answer {
    match document(context.head.uri.path()) {
        Some(document) if context.is_read() => Box::new(json_text(document)),
        _ => next(server, context).await,
    }
}

fn document(path: &str) -> Option<&'static str> {
    if path.strip_prefix(BASE_PATH) == Some("/openapi.json") {
        Some(CONTRACT)
    } else if is_well_known(path) {
        Some(&WELL_KNOWN)
    } else {
        None
    }
}

/// Whether this is the path of [`WELL_KNOWN`], matched as the contract's paths are.
fn is_well_known(path: &str) -> bool {
    // Most paths are ruled out by their first letters.
    path.starts_with("/.") && path::segments(path).is_some_and(|segments| {
        matches!(*segments, [folder, name] if path::is_literal(folder, ".well-known") && path::is_literal(name, "immich"))
    })
}

fn json_text(json: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(Bytes::from_static(json.as_bytes())));
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    response
}
