//! Compresses the body of an answer with an encoding that the client accepts.
//!
//! The rules are those of the npm packages `compression` and `negotiator`, which the original uses. As in the original,
//! the entity tag is that of the uncompressed body.

mod negotiation;
mod stream;

pub use negotiation::choose;
use stream::compress_stream;

use crate::http::application::Application;
use crate::http::context::RequestContext;
use crate::http::pipeline::{Answer, Next};
use crate::http::server::HttpServer;
use brotli::enc::BrotliEncoderParams;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use http::header::Entry;
use http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, VARY};
use http::{HeaderMap, HeaderValue, Method, Response};
use immich_wire::Body;
use immich_wire::reply::JSON;
use std::io::{self, Write as _};

/// Bodies below this many bytes are not compressed.
pub(in crate::http) const THRESHOLD: usize = 1024;

/// Bodies above this many bytes are compressed on a thread for blocking work. Others take at most about half a
/// millisecond, and are compressed in the task of the request.
const INLINE_LIMIT: usize = 64 * 1024;

/// Brotli quality (0 to 11), as in the original.
const BROTLI_QUALITY: i32 = 4;

/// A content coding (RFC 9110, section 8.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// `br`
    Brotli,
    /// `gzip`
    Gzip,
    /// `deflate`, which is the format of zlib
    Deflate,
    /// `identity`: not compressed
    Identity,
}

impl Encoding {
    /// Every encoding, in the order of the server's preference.
    pub const ALL: [Self; 4] = [Self::Brotli, Self::Gzip, Self::Deflate, Self::Identity];

    /// Its name in `Accept-Encoding` and `Content-Encoding`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Identity => "identity",
        }
    }
}

pub(crate) async fn handle<A: Application>(
    server: &HttpServer<A>,
    context: &mut RequestContext,
    next: impl Next<A>,
) -> Answer {
    let mut response = next(server, context).await;
    let length = match response.body() {
        Body::Empty => return response,
        Body::Full(bytes) => bytes.len(),
        Body::Stream(_) => usize::MAX,
    };
    let encoding = negotiate(&context.head.method, &context.head.headers, response.headers_mut(), length);
    if encoding == Encoding::Identity {
        return response;
    }
    // Boxed: most answers are not compressed, and should not reserve memory for this future.
    Box::new(Box::pin(encode(*response, encoding)).await)
}

/// Encodes the body of an answer, and adjusts its headers.
async fn encode(response: Response<Body>, encoding: Encoding) -> Response<Body> {
    if encoding == Encoding::Identity {
        return response;
    }
    let (mut head, body) = response.into_parts();
    let body = match body {
        Body::Empty => Body::Empty,
        Body::Stream(_) => compress_stream(encoding, body),
        Body::Full(bytes) => match compress_full(encoding, bytes.clone()).await {
            Ok(compressed) => Body::from(Bytes::from(compressed)),
            Err(error) => {
                tracing::error!(%error, "could not compress an answer; sending it uncompressed");
                return Response::from_parts(head, Body::Full(bytes));
            }
        },
    };
    head.headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding.name()));
    head.headers.remove(CONTENT_LENGTH);
    Response::from_parts(head, body)
}

/// Chooses the encoding of an answer, and adds `Vary: Accept-Encoding` if the choice depends on the request's headers.
///
/// `length` is the length of the body in bytes. The answer's headers must be complete.
#[must_use]
fn negotiate(method: &Method, request: &HeaderMap, response: &mut HeaderMap, length: usize) -> Encoding {
    if !vary(response) {
        return Encoding::Identity;
    }
    if length < THRESHOLD || response.contains_key(CONTENT_ENCODING) || method == Method::HEAD {
        return Encoding::Identity;
    }
    choose(request)
}

/// Adds `Vary: Accept-Encoding` to an answer if it may be compressed, and returns whether it may.
pub(super) fn vary(response: &mut HeaderMap) -> bool {
    let is_compressible = is_compressible(response);
    if is_compressible {
        add_vary(response);
    }
    is_compressible
}

async fn compress_full(encoding: Encoding, bytes: Bytes) -> io::Result<Vec<u8>> {
    if bytes.len() <= INLINE_LIMIT {
        return compress(encoding, &bytes);
    }
    tokio::task::spawn_blocking(move || compress(encoding, &bytes)).await?
}

/// Compresses a body in memory.
pub(in crate::http) fn compress(encoding: Encoding, body: &[u8]) -> io::Result<Vec<u8>> {
    let compressed = Vec::with_capacity(body.len() / 2);
    match encoding {
        Encoding::Brotli => compress_brotli(body, compressed),
        Encoding::Gzip => {
            let mut encoder = GzEncoder::new(compressed, Compression::default());
            encoder.write_all(body)?;
            encoder.finish()
        }
        Encoding::Deflate => {
            let mut encoder = ZlibEncoder::new(compressed, Compression::default());
            encoder.write_all(body)?;
            encoder.finish()
        }
        Encoding::Identity => Ok(body.to_vec()),
    }
}

fn compress_brotli(body: &[u8], mut compressed: Vec<u8>) -> io::Result<Vec<u8>> {
    let params = BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: window_bits(body.len()),
        size_hint: body.len(),
        ..BrotliEncoderParams::default()
    };
    let mut body = body;
    brotli::BrotliCompress(&mut body, &mut compressed, &params)?;
    Ok(compressed)
}

/// The smallest window that holds the body: a larger one would only cost memory.
fn window_bits(length: usize) -> i32 {
    (10..22).find(|bits| length <= 1 << bits).unwrap_or(22)
}

/// Whether the answer's type compresses well, and no `Cache-Control: no-transform` forbids compression.
fn is_compressible(response: &HeaderMap) -> bool {
    let content_type = response.get(CONTENT_TYPE);
    if content_type == Some(&JSON) && !response.contains_key(CACHE_CONTROL) {
        return true;
    }
    let forbidden = response.get_all(CACHE_CONTROL).iter().any(|line| {
        let mut directives = line.as_bytes().split(|byte| *byte == b',');
        directives.any(|directive| directive.trim_ascii() == b"no-transform")
    });
    let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    let is_text = media_type.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("text/"));
    !forbidden && (is_text || media_type.eq_ignore_ascii_case("application/json"))
}

fn add_vary(response: &mut HeaderMap) {
    if let Entry::Vacant(vary) = response.entry(VARY) {
        vary.insert(HeaderValue::from_static("Accept-Encoding"));
        return;
    }
    let named = response.get_all(VARY).iter().any(|line| {
        let mut names = line.as_bytes().split(|byte| *byte == b',');
        names.any(|name| {
            let name = name.trim_ascii();
            name == b"*" || name.eq_ignore_ascii_case(ACCEPT_ENCODING.as_str().as_bytes())
        })
    });
    if !named {
        response.append(VARY, HeaderValue::from_static("Accept-Encoding"));
    }
}

#[cfg(test)]
mod tests;
