//! Writes one log line per request, for a request that changes accounts also an audit line, and counts it in the metrics.
//!
//! A successful read is logged at `debug`, everything else at `info`, an error of the server at `warn`. A request without
//! an operation, such as a 404, is logged with its path; never with its query, which may contain a credential.

use crate::http::application::Application;
use crate::http::context::{RequestContext, shortened};
use crate::http::pipeline::{Answer, Next};
use crate::http::server::HttpServer;
use http::StatusCode;
use immich_api::Operation;
use std::time::{Duration, Instant};

pub(crate) async fn handle<A: Application>(
    server: &HttpServer<A>,
    context: &mut RequestContext,
    next: impl Next<A>,
) -> Answer {
    let started = Instant::now();
    let response = next(server, context).await;
    let duration = started.elapsed();
    server.metrics.count(context.operation, response.status(), duration);
    log(context, response.status(), duration);
    if let Some(audit) = &server.audit
        && let Some(change) = context.operation.and_then(|operation| context.change(operation))
    {
        audit.answered(change, response.status());
    }
    response
}

fn log(context: &RequestContext, status: StatusCode, duration: Duration) {
    macro_rules! line {
        ($level:ident) => {
            tracing::$level!(
                operation = context.operation.map_or("none", Operation::id),
                path = context.operation.is_none().then(|| shortened(context.head.uri.path())),
                method = shortened(context.head.method.as_str()),
                status = status.as_u16(),
                duration_ms = duration.as_secs_f64() * 1e3,
                correlation_id = context.logged_correlation_id(),
                client = %context.client.address,
                "request"
            )
        };
    }
    if status.is_server_error() {
        line!(warn);
    } else if status.is_client_error() || !context.is_read() {
        line!(info);
    } else {
        line!(debug);
    }
}
