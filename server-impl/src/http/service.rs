//! One request: what surrounds every operation.

use crate::app::App;
use crate::config::Environment;
use crate::config::TrustedProxies;
use crate::error::Error;
use crate::http::context::RequestContext;
use crate::http::finish;
use crate::http::health::Health;
use crate::telemetry::metrics::Metrics;
use http::header::EXPECT;
use http::request::Parts;
use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use immich_api::{BASE_PATH, CONTRACT, Operation};
use immich_wire::reply::JSON;
use immich_wire::{Body, Limits, RequestError, path};
use serde_json::json;
use std::net::IpAddr;
use std::sync::{Arc, LazyLock};
use std::time::Instant;

/// Where clients find the base path when they were given only a host.
static WELL_KNOWN: LazyLock<String> = LazyLock::new(|| json!({"api": {"endpoint": BASE_PATH}}).to_string());

/// The longest head of a request in bytes, as upstream's runtime has it; more is answered with 431.
const LONGEST_HEAD: usize = 16 * 1024;

/// Serves requests, whatever connection they come from.
pub struct HttpService {
    /// What the operations work with.
    pub app: Arc<App>,
    /// Whether the server is about to stop.
    pub health: Arc<Health>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Who is believed about the client.
    pub proxies: TrustedProxies,
    /// How much of a body is read, and for how long.
    pub limits: Limits,
    /// Whether browsers may call from anywhere.
    pub environment: Environment,
}

impl HttpService {
    /// Answers a request that came from `peer`.
    pub async fn handle(&self, peer: IpAddr, request: Request<Incoming>) -> Response<Body> {
        let started = Instant::now();
        let (head, body) = request.into_parts();
        let context = RequestContext::new(head, peer, &self.proxies);
        let (operation, outcome) = match self.outside_the_contract(&context).await {
            Some(outcome) => (None, outcome),
            None => immich_api::serve(&*self.app, &context.head, body, &self.limits, &context).await,
        };
        let response = match outcome {
            Ok(response) => response,
            Err(error) => {
                let named = names_its_request(&error, &context).then(|| context.correlation_id());
                error.into_response(operation, named)
            }
        };
        let response = finish::finish(response, &context, self.environment).await;
        let took = started.elapsed();
        self.metrics.count(operation, response.status(), took);
        log(&context, operation, response.status(), took);
        response
    }

    /// What is answered beside the contract's operations.
    async fn outside_the_contract(&self, context: &RequestContext) -> Option<Result<Response<Body>, Error>> {
        let head = &context.head;
        if length(head) > LONGEST_HEAD {
            return Some(Err(Error::Refused {
                status: StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                message: format!("The head of the request is longer than {LONGEST_HEAD} bytes").into(),
            }));
        }
        if let Some(expectation) = head.headers.get(EXPECT)
            && !expectation.as_bytes().eq_ignore_ascii_case(b"100-continue")
        {
            return Some(Err(RequestError::Expectation.into()));
        }
        if self.environment == Environment::Development && head.method == Method::OPTIONS {
            return Some(Ok(finish::preflight()));
        }
        if head.method != Method::GET && head.method != Method::HEAD {
            return None;
        }
        match head.uri.path() {
            "/livez" => Some(Ok(Health::live())),
            "/readyz" => Some(Ok(self.health.ready(&self.app).await)),
            path if path.strip_prefix(BASE_PATH) == Some("/openapi.json") => Some(Ok(text(CONTRACT))),
            path if is_well_known(path) => Some(Ok(text(&WELL_KNOWN))),
            _ => None,
        }
    }
}

/// Whether this is the path of [`WELL_KNOWN`], matched as those of the contract are.
fn is_well_known(path: &str) -> bool {
    path::segments(path).is_some_and(|segments| {
        matches!(*segments, [folder, name] if path::is_literal(folder, ".well-known") && path::is_literal(name, "immich"))
    })
}

/// About the bytes that a head took on the wire.
fn length(head: &Parts) -> usize {
    let headers: usize = head.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    head.uri.path_and_query().map_or(0, |target| target.as_str().len()) + headers
}

fn text(json: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(bytes::Bytes::from_static(json.as_bytes())));
    response.headers_mut().insert(http::header::CONTENT_TYPE, JSON);
    response
}

/// Whether an error's body repeats the correlation id: as upstream, not when the body could not be read, nor outside
/// the base path. The header is always there.
fn names_its_request(error: &Error, context: &RequestContext) -> bool {
    !matches!(error, Error::Request(RequestError::Body(_) | RequestError::Expectation)) && context.is_under_base_path()
}

fn log(context: &RequestContext, operation: Option<Operation>, status: StatusCode, took: std::time::Duration) {
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
