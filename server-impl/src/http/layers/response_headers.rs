//! Adds the headers that all answers have.

use super::request_id::CORRELATION_ID;
use crate::http::application::Application;
use crate::http::context::RequestContext;
use crate::http::headers;
use crate::http::pipeline::{Answer, Next};
use crate::http::server::HttpServer;
use http::HeaderValue;
use http::header::X_CONTENT_TYPE_OPTIONS;

pub(crate) async fn handle<A: Application>(
    server: &HttpServer<A>,
    context: &mut RequestContext,
    next: impl Next<A>,
) -> Answer {
    let mut response = next(server, context).await;
    // An identifier that the client sent goes back byte by byte.
    if let Some(value) = headers::value(context.correlation_id()) {
        response.headers_mut().insert(&CORRELATION_ID, value);
    }
    // A browser must not take one type of content for another (Fetch Standard, "X-Content-Type-Options").
    response.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
