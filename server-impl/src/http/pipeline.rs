//! One request: what surrounds every operation.

use crate::config::TrustedProxies;
use crate::error::Error;
use crate::http::context::RequestContext;
use crate::http::cors::Cors;
use crate::http::docs;
use crate::http::finish;
use crate::http::site::{Outcome, Site};
use crate::http::standing::StandingAnswers;
use bytes::Bytes;
use http::header::EXPECT;
use http::request::Parts;
use http::{Method, Request, Response, StatusCode};
use immich_api::{BASE_PATH, CONTRACT, Operation};
use immich_wire::reply::JSON;
use immich_wire::{Body, BoxError, Limits, RequestError, path};
use serde_json::json;
use std::net::IpAddr;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// Where clients find the base path when they were given only a host.
static WELL_KNOWN: LazyLock<String> = LazyLock::new(|| json!({"api": {"endpoint": BASE_PATH}}).to_string());

/// The longest head of a request in bytes, as upstream's runtime has it; more is answered with 431.
const LONGEST_HEAD: usize = 16 * 1024;

/// Serves the requests to a site, whatever connection they come from.
pub struct HttpService<S> {
    /// The implementation of the contract, with what surrounds it.
    pub site: S,
    /// Who is believed about the client.
    pub proxies: TrustedProxies,
    /// How much of a body is read, and for how long.
    pub limits: Limits,
    /// Which pages of other origins may call.
    pub cors: Cors,
    /// What everybody is answered with.
    pub standing: StandingAnswers,
}

impl<S: Site> HttpService<S> {
    /// The answer to a request that needs no looking into: a plain one, whose answer stands. `body` makes its body.
    #[inline]
    pub fn at_once<B: http_body::Body, R>(
        &self,
        request: &Request<B>,
        body: impl FnOnce(Bytes) -> R,
    ) -> Option<Response<R>> {
        let plain = self.standing.plain(request)?;
        // A line of the log tells who asked, which nobody has looked at here.
        let response = if tracing::enabled!(tracing::Level::DEBUG) { None } else { plain.answer(body) }?;
        // Looking at the clock would take longer than it takes.
        self.site.count(Some(plain.operation()), response.status(), Duration::ZERO);
        Some(response)
    }

    /// Answers a request that came from `peer`.
    pub async fn handle<B>(&self, peer: IpAddr, request: Request<B>) -> Response<Body>
    where
        B: http_body::Body<Data = Bytes> + Send,
        B::Error: Into<BoxError>,
    {
        let started = Instant::now();
        let plain = self.standing.plain(&request);
        let (head, body) = request.into_parts();
        let context = RequestContext::new(head, peer, &self.proxies);
        let (operation, outcome) = match self.outside_the_contract(&context).await {
            Some(outcome) => outcome,
            None => immich_api::serve(self.site.api(), &context.head, body, &self.limits, &context).await,
        };
        let mut response = match outcome {
            Ok(response) => response,
            Err(error) => {
                let named = names_its_request(&error, &context).then(|| context.correlation_id());
                error.into_response(operation, named)
            }
        };
        self.site.answered(&context, operation, &mut response);
        let response = finish::finish(response, &context, self.cors).await;
        if let Some(plain) = plain {
            plain.keep(&response);
        }
        let took = started.elapsed();
        self.site.count(operation, response.status(), took);
        log(&context, operation, response.status(), took);
        response
    }

    /// What is answered beside the contract's operations, or in their place.
    async fn outside_the_contract(&self, context: &RequestContext) -> Option<Outcome> {
        let head = &context.head;
        if let Some(error) = refusal(head) {
            return Some((None, Err(error)));
        }
        if let Some(response) = self.cors.preflight(&head.method, &head.headers) {
            return Some((None, Ok(response)));
        }
        match document(head).await {
            Some(answer) => Some((None, answer)),
            None => self.site.instead(context).await,
        }
    }
}

/// Why a head is refused, whatever it asks for.
fn refusal(head: &Parts) -> Option<Error> {
    if length(head) > LONGEST_HEAD {
        return Some(Error::Refused {
            status: StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            message: format!("The head of the request is longer than {LONGEST_HEAD} bytes").into(),
        });
    }
    let expectation = head.headers.get(EXPECT)?;
    (!expectation.as_bytes().eq_ignore_ascii_case(b"100-continue")).then(|| RequestError::Expectation.into())
}

/// What every site tells of itself.
async fn document(head: &Parts) -> Option<Result<Response<Body>, Error>> {
    if head.method != Method::GET && head.method != Method::HEAD {
        return None;
    }
    match head.uri.path() {
        path if path.strip_prefix(BASE_PATH) == Some("/openapi.json") => Some(Ok(text(CONTRACT))),
        path if is_well_known(path) => Some(Ok(text(&WELL_KNOWN))),
        path => docs::file(path, &head.headers).await.map(|file| file.map_err(Error::internal)),
    }
}

/// Whether this is the path of [`WELL_KNOWN`], matched as those of the contract are.
fn is_well_known(path: &str) -> bool {
    // Only to be quick about all others.
    path.starts_with("/.") && path::segments(path).is_some_and(|segments| {
        matches!(*segments, [folder, name] if path::is_literal(folder, ".well-known") && path::is_literal(name, "immich"))
    })
}

/// About the bytes that a head took on the wire.
fn length(head: &Parts) -> usize {
    let headers: usize = head.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    head.uri.path_and_query().map_or(0, |target| target.as_str().len()) + headers
}

fn text(json: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(Bytes::from_static(json.as_bytes())));
    response.headers_mut().insert(http::header::CONTENT_TYPE, JSON);
    response
}

/// Whether an error's body repeats the correlation id: as upstream, not when the body could not be read, nor outside
/// the base path. The header is always there.
fn names_its_request(error: &Error, context: &RequestContext) -> bool {
    !matches!(error, Error::Request(RequestError::Body(_) | RequestError::Expectation)) && context.is_under_base_path()
}

fn log(context: &RequestContext, operation: Option<Operation>, status: StatusCode, took: Duration) {
    macro_rules! line {
        ($level:ident) => {
            tracing::$level!(
                operation = operation.map_or("none", Operation::id),
                method = %context.head.method,
                status = status.as_u16(),
                duration_ms = took.as_secs_f64() * 1e3,
                correlation_id = context.logged_correlation_id(),
                client = %context.client.address,
                "request"
            )
        };
    }
    let reads = context.head.method == Method::GET || context.head.method == Method::HEAD;
    if status.is_server_error() {
        line!(warn);
    } else if status.is_client_error() || !reads {
        line!(info);
    } else {
        line!(debug);
    }
}
