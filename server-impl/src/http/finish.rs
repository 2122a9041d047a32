//! What every answer gets on its way out: its correlation id, an entity tag, 304 where the client has it already,
//! compression where that pays.

use crate::config::Environment;
use crate::http::compression::{self, Encoding, INLINE_LIMIT};
use crate::http::conditional::{entity_tag, not_modified};
use crate::http::context::{CORRELATION_ID, RequestContext};
use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_LENGTH,
    CONTENT_TYPE, ETAG,
};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use immich_wire::Body;
use std::io;

/// Finishes an answer.
pub(super) async fn finish(
    mut response: Response<Body>,
    context: &RequestContext,
    environment: Environment,
) -> Response<Body> {
    if let Some(id) = context.correlation_header() {
        response.headers_mut().insert(HeaderName::from_static(CORRELATION_ID), id);
    }
    if environment == Environment::Development {
        response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
    let Some(bytes) = response.body().as_full().cloned() else { return response };
    let tag = entity_tag(&bytes);
    let head = &context.head;
    let is_known = response.status().is_success() && not_modified(&head.method, &head.headers, &tag);
    response.headers_mut().insert(ETAG, tag);
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response.headers_mut().remove(CONTENT_TYPE);
        response.headers_mut().remove(CONTENT_LENGTH);
        *response.body_mut() = Body::Empty;
        return response;
    }
    let encoding = compression::negotiate(&head.method, &head.headers, response.headers_mut(), bytes.len());
    if encoding != Encoding::Identity {
        match compress(encoding, bytes).await {
            Ok(compressed) => {
                compression::describe(response.headers_mut(), encoding, compressed.len());
                *response.body_mut() = Body::from(Bytes::from(compressed));
            }
            // The body is still there as it was.
            Err(error) => tracing::error!(%error, "an answer could not be compressed"),
        }
    }
    response
}

async fn compress(encoding: Encoding, bytes: Bytes) -> io::Result<Vec<u8>> {
    if bytes.len() <= INLINE_LIMIT {
        return compression::compress(encoding, &bytes);
    }
    tokio::task::spawn_blocking(move || compression::compress(encoding, &bytes)).await?
}

/// The answer to a browser that asks whether it may call (only in development).
pub(super) fn preflight() -> Response<Body> {
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET,HEAD,PUT,PATCH,POST,DELETE"));
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("*"));
    response
}
