//! What every answer gets on its way out: its correlation id, an entity tag, 304 where the client has it already,
//! compression where that pays. Answers that are streamed get no tag.

use crate::http::compression::{self, Encoding, INLINE_LIMIT};
use crate::http::conditional::{entity_tag, entity_tag_of_read, not_modified};
use crate::http::context::{CORRELATION_HEADER, RequestContext};
use crate::http::cors::Cors;
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG};
use http::{Method, Response, StatusCode};
use immich_wire::Body;
use std::io;

/// Finishes an answer.
pub(super) async fn finish(mut response: Response<Body>, context: &RequestContext, cors: Cors) -> Response<Body> {
    if let Some(id) = context.correlation_header() {
        response.headers_mut().insert(&CORRELATION_HEADER, id);
    }
    cors.describe(&context.head.headers, response.headers_mut());
    let Some(bytes) = response.body().as_full().cloned() else { return streamed(response, context) };
    let head = &context.head;
    let tag = if head.method == Method::GET { entity_tag_of_read(&bytes) } else { entity_tag(&bytes) };
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

/// An answer that is sent while it is produced has no entity tag: the tag comes before the bytes that it is made of.
fn streamed(mut response: Response<Body>, context: &RequestContext) -> Response<Body> {
    if !matches!(response.body(), Body::Stream(_)) {
        return response;
    }
    let head = &context.head;
    let encoding = compression::negotiate(&head.method, &head.headers, response.headers_mut(), usize::MAX);
    compression::describe_stream(response.headers_mut(), encoding);
    response.map(|body| compression::compress_stream(encoding, body))
}

async fn compress(encoding: Encoding, bytes: Bytes) -> io::Result<Vec<u8>> {
    if bytes.len() <= INLINE_LIMIT {
        return compression::compress(encoding, &bytes);
    }
    tokio::task::spawn_blocking(move || compression::compress(encoding, &bytes)).await?
}
