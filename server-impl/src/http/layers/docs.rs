//! Answers the documentation page: Swagger UI on the contract, from files that are compiled into the program.

use crate::error::Error;
use crate::http::application::Application;
use crate::http::context::RequestContext;
use crate::http::pipeline::{Answer, Next};
use crate::http::server::HttpServer;
use crate::http::static_file::{Content, StaticFile};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, LOCATION, REFERRER_POLICY};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use immich_api::BASE_PATH;
use immich_wire::Body;

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
    file: StaticFile,
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
    Asset { path: "", file: StaticFile::new("text/html; charset=utf-8", plain!("index.html")) },
    Asset { path: "/docs.js", file: StaticFile::new("text/javascript; charset=utf-8", plain!("docs.js")) },
    Asset { path: "/docs.css", file: StaticFile::new("text/css; charset=utf-8", plain!("docs.css")) },
    Asset {
        path: "/swagger-ui-bundle.js",
        file: StaticFile::new("text/javascript; charset=utf-8", packed!("swagger-ui-bundle.js")),
    },
    Asset { path: "/swagger-ui.css", file: StaticFile::new("text/css; charset=utf-8", packed!("swagger-ui.css")) },
    Asset {
        path: "/swagger-ui-bundle.js.LICENSE.txt",
        file: StaticFile::new("text/plain; charset=utf-8", plain!("swagger-ui-bundle.js.LICENSE.txt")),
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
        Some(asset) => match Box::pin(answer(&asset.file, &context.head.headers)).await {
            Ok(response) => Box::new(response),
            Err(error) => context.refuse(error),
        },
    }
}

async fn answer(file: &StaticFile, request: &HeaderMap) -> Result<Response<Body>, Error> {
    let mut response = file.response(request).await?;
    let headers = response.headers_mut();
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

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::GzDecoder;
    use std::io::Read as _;

    #[test]
    fn both_packings_of_a_file_hold_the_same_bytes() {
        for content in [packed!("swagger-ui-bundle.js"), packed!("swagger-ui.css")] {
            let Content::Packed { mut brotli, gzip } = content else { panic!("the file is compressed") };
            let (mut bytes, mut same) = (Vec::new(), Vec::new());
            brotli::BrotliDecompress(&mut brotli, &mut bytes).unwrap();
            assert!(bytes.len() > 100_000);
            GzDecoder::new(gzip).read_to_end(&mut same).unwrap();
            assert!(same == bytes);
        }
    }

    #[test]
    fn the_page_names_only_files_that_there_are() {
        let Content::Plain(page) = plain!("index.html") else { panic!("the page is text") };
        let named: Vec<&str> = page.split('"').filter_map(|part| part.strip_prefix("docs/")).collect();
        assert_eq!(named.len(), 4);
        for name in named {
            assert!(ASSETS.iter().any(|asset| asset.path.strip_prefix('/') == Some(name)), "{name}");
        }
    }
}
