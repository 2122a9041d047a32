//! Refuses heads that are too long (431) and expectations other than `100-continue` (417).

use crate::error::Error;
use crate::http::application::Application;
use crate::http::context::RequestContext;
use crate::http::headers::lines;
use crate::http::pipeline::{Answer, Next};
use crate::http::server::HttpServer;
use http::StatusCode;
use http::header::EXPECT;
use http::request::Parts;
use immich_wire::RequestError;

/// The longest head of a request in bytes: the limit of Node.js, on which the original runs.
const MAX_HEAD: usize = 16 * 1024;

pub(crate) async fn handle<A: Application>(
    server: &HttpServer<A>,
    context: &mut RequestContext,
    next: impl Next<A>,
) -> Answer {
    match check(&context.head) {
        Ok(()) => next(server, context).await,
        Err(error) => context.refuse(error),
    }
}

fn check(head: &Parts) -> Result<(), Error> {
    if length(head) > MAX_HEAD {
        return Err(Error::Refused {
            status: StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            message: format!("The head of the request is longer than {MAX_HEAD} bytes").into(),
        });
    }
    match lines(&head.headers, &EXPECT).next() {
        Some(expectation) if !expectation.as_bytes().eq_ignore_ascii_case(b"100-continue") => {
            Err(RequestError::Expectation.into())
        }
        _ => Ok(()),
    }
}

/// The approximate size of a head on the wire, in bytes.
fn length(head: &Parts) -> usize {
    let headers: usize = head.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    head.uri.path_and_query().map_or(0, |target| target.as_str().len()) + headers
}
