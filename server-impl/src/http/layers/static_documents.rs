//! Answers the two documents that are fixed when the program is built: the contract, and where the API is.

use crate::http::application::Application;
use crate::http::context::RequestContext;
use crate::http::pipeline::{Answer, Next};
use crate::http::server::HttpServer;
use crate::http::static_file::{Content, StaticFile};
use immich_api::{BASE_PATH, CONTRACT};
use immich_wire::path;
use serde_json::json;
use std::sync::LazyLock;

const JSON: &str = "application/json; charset=utf-8";

static OPENAPI: StaticFile = StaticFile::new(JSON, Content::Plain(CONTRACT));

/// The base path, for clients that were given only a host.
static WELL_KNOWN: LazyLock<StaticFile> = LazyLock::new(|| {
    let text = json!({"api": {"endpoint": BASE_PATH}}).to_string();
    StaticFile::new(JSON, Content::Plain(text.leak()))
});

pub(crate) async fn handle<A: Application>(
    server: &HttpServer<A>,
    context: &mut RequestContext,
    next: impl Next<A>,
) -> Answer {
    let Some(file) = document(context.head.uri.path()).filter(|_| context.is_read()) else {
        return next(server, context).await;
    };
    match Box::pin(file.response(&context.head.headers)).await {
        Ok(response) => Box::new(response),
        Err(error) => context.refuse(error),
    }
}

fn document(path: &str) -> Option<&'static StaticFile> {
    if path.strip_prefix(BASE_PATH) == Some("/openapi.json") {
        Some(&OPENAPI)
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
