//! Adds the headers that all answers have.

use crate::http::application::Application;
use crate::http::context::RequestContext;
use crate::http::pipeline::{Answer, Next};
use crate::http::server::HttpServer;
use http::header::X_CONTENT_TYPE_OPTIONS;
use http::{HeaderName, HeaderValue};

/// Forbids browsers to guess the type of a body (Fetch Standard, section "`X-Content-Type-Options` header").
const HEADERS: [(HeaderName, HeaderValue); 1] = [(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"))];

pub(crate) async fn handle<A: Application>(
    server: &HttpServer<A>,
    context: &mut RequestContext,
    next: impl Next<A>,
) -> Answer {
    let mut response = next(server, context).await;
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, value);
    }
    response
}
