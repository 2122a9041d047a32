//! Answers the documentation page: Swagger UI on the contract, from files that are compiled into the program.

use super::compression::{self, Encoding};
use crate::error::Error;
use crate::http::application::Application;
use crate::http::context::RequestContext;
use crate::http::pipeline::{Answer, Next};
use crate::http::server::HttpServer;
use bytes::Bytes;
use flate2::read::GzDecoder;
use http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY};
use http::{HeaderValue, Response, StatusCode};
use immich_api::BASE_PATH;
use immich_wire::Body;
use std::io::{self, Read as _};

/// The page loads, runs and calls only what comes from this server, and no page may frame it. The viewer's style sheet
/// has `data:` images.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// A file of the page.
struct Asset {
    /// Path below the page's.
    path: &'static str,
    media_type: &'static str,
    content: Content,
}

#[derive(Clone, Copy)]
enum Content {
    Plain(&'static str),
    /// The same file, compressed in two ways.
    Packed {
        brotli: &'static [u8],
        gzip: &'static [u8],
    },
}

macro_rules! plain {
    ($name:literal) => {
        Content::Plain(include_str!(concat!("../../../assets/docs/", $name)))
    };
}

macro_rules! packed {
    ($name:literal) => {
        Content::Packed {
            brotli: include_bytes!(concat!("../../../assets/docs/", $name, ".br")),
            gzip: include_bytes!(concat!("../../../assets/docs/", $name, ".gz")),
        }
    };
}

static ASSETS: [Asset; 6] = [
    Asset { path: "", media_type: "text/html; charset=utf-8", content: plain!("index.html") },
    Asset { path: "/docs.js", media_type: "text/javascript; charset=utf-8", content: plain!("docs.js") },
    Asset { path: "/docs.css", media_type: "text/css; charset=utf-8", content: plain!("docs.css") },
    Asset {
        path: "/swagger-ui-bundle.js",
        media_type: "text/javascript; charset=utf-8",
        content: packed!("swagger-ui-bundle.js"),
    },
    Asset { path: "/swagger-ui.css", media_type: "text/css; charset=utf-8", content: packed!("swagger-ui.css") },
    Asset {
        path: "/swagger-ui-bundle.js.LICENSE.txt",
        media_type: "text/plain; charset=utf-8",
        content: plain!("swagger-ui-bundle.js.LICENSE.txt"),
    },
];

pub(crate) async fn handle<A: Application>(
    server: &HttpServer<A>,
    context: &mut RequestContext,
    next: impl Next<A>,
) -> Answer {
    let Some(path) = context.head.uri.path().strip_prefix(BASE_PATH).and_then(|path| path.strip_prefix("/docs")) else {
        return next(server, context).await;
    };
    match ASSETS.iter().find(|asset| asset.path == path) {
        _ if !context.is_read() => next(server, context).await,
        None if path == "/" => Box::new(moved()),
        None => next(server, context).await,
        Some(asset) => match Box::pin(answer(asset, compression::choose(&context.head.headers))).await {
            Ok(response) => Box::new(response),
            Err(error) => context.refuse(Error::internal(error)),
        },
    }
}

async fn answer(asset: &'static Asset, encoding: Encoding) -> io::Result<Response<Body>> {
    let (body, encoding) = match (asset.content, encoding) {
        (Content::Plain(text), _) => (Bytes::from_static(text.as_bytes()), None),
        (Content::Packed { brotli, .. }, Encoding::Brotli) => (Bytes::from_static(brotli), Some(encoding)),
        (Content::Packed { gzip, .. }, Encoding::Gzip) => (Bytes::from_static(gzip), Some(encoding)),
        (Content::Packed { gzip, .. }, Encoding::Deflate | Encoding::Identity) => {
            (tokio::task::spawn_blocking(|| unpacked(gzip)).await??, None)
        }
    };
    let mut response = Response::new(Body::from(body));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(asset.media_type));
    if let Some(encoding) = encoding {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding.name()));
    }
    // Browsers keep the file, and revalidate it with its entity tag: a newer program has newer files.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(response)
}

/// Redirects the path with a trailing slash, below which the relative references of the page do not resolve.
fn moved() -> Response<Body> {
    let mut response = immich_wire::empty(StatusCode::PERMANENT_REDIRECT);
    response.headers_mut().insert(LOCATION, HeaderValue::from_static("../docs"));
    response
}

fn unpacked(gzip: &[u8]) -> io::Result<Bytes> {
    let mut bytes = Vec::new();
    GzDecoder::new(gzip).read_to_end(&mut bytes)?;
    Ok(bytes.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_packings_of_a_file_hold_the_same_bytes() {
        let mut compared = 0;
        for asset in &ASSETS {
            let Content::Packed { mut brotli, gzip } = asset.content else { continue };
            let mut bytes = Vec::new();
            brotli::BrotliDecompress(&mut brotli, &mut bytes).unwrap();
            assert!(bytes.len() > 100_000, "{}", asset.path);
            assert!(unpacked(gzip).unwrap() == bytes, "{}", asset.path);
            compared += 1;
        }
        assert_eq!(compared, 2);
    }

    #[test]
    fn the_page_names_only_files_that_there_are() {
        let Content::Plain(page) = ASSETS[0].content else { panic!("the page is text") };
        let named: Vec<&str> = page.split('"').filter_map(|part| part.strip_prefix("docs/")).collect();
        assert_eq!(named.len(), 4);
        for name in named {
            assert!(ASSETS.iter().any(|asset| asset.path.strip_prefix('/') == Some(name)), "{name}");
        }
    }
}
