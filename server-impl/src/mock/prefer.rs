//! The mock's own layer: applies the preferences that a client sends with `Prefer` (RFC 7240).

use super::backend::MockBackend;
use super::preferences::{PREFERENCE_APPLIED, Preferences};
use crate::auth::password::HashError;
use crate::auth::throttle::Throttled;
use crate::error::Error;
use crate::http::context::RequestContext;
use crate::http::credentials;
use crate::http::pipeline::{Answer, Next};
use crate::http::server::HttpServer;
use http::StatusCode;
use immich_api::mock::Mock;
use immich_api::{Operation, route};
use std::time::Duration;
use tokio::time::sleep;

/// `Retry-After` of the errors that have one.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Waits for the requested delay, and answers with the requested error. A requested success is left to the operation,
/// because the request must be valid first.
pub(crate) async fn handle(
    server: &HttpServer<Mock<MockBackend>>,
    context: &mut RequestContext,
    next: impl Next<Mock<MockBackend>>,
) -> Answer {
    let wished = Preferences::read(&context.head.headers);
    if let Some(delay) = wished.delay {
        sleep(delay).await;
    }
    let mut response = match wished_error(server, context, &wished) {
        Some((operation, error)) => {
            context.operation = Some(operation);
            context.refuse(error)
        }
        None => next(server, context).await,
    };
    if let Some(applied) = applied(server, context.operation, response.status(), wished).applied() {
        response.headers_mut().insert(PREFERENCE_APPLIED, applied);
    }
    response
}

/// The error that the client asks for, where the operation documents its status.
fn wished_error(
    server: &HttpServer<Mock<MockBackend>>,
    context: &RequestContext,
    wished: &Preferences,
) -> Option<(Operation, Error)> {
    let status = wished.code.filter(|status| status.is_client_error() || status.is_server_error())?;
    let operation = route(&context.head.method, context.head.uri.path())?.operation;
    let is_documented = server.application.0.answers.documents(operation, status);
    is_documented.then(|| (operation, error(operation, status)))
}

/// The preferences that the answer follows. Logs the reason for each one that is ignored.
fn applied(
    server: &HttpServer<Mock<MockBackend>>,
    operation: Option<Operation>,
    status: StatusCode,
    wished: Preferences,
) -> Preferences {
    let mut applied = Preferences { delay: wished.delay, ..Preferences::default() };
    let Some(operation) = operation else { return applied };
    let answers = &server.application.0.answers;
    applied.code = wished.code.filter(|code| *code == status && answers.documents(operation, *code));
    if let Some(code) = wished.code.filter(|code| !answers.documents(operation, *code)) {
        let known: Vec<&str> = answers.statuses(operation).collect();
        tracing::warn!(
            "ignoring Prefer: code={}: the contract documents {known:?} for {}",
            code.as_u16(),
            operation.id()
        );
    }
    if let Some(name) = wished.example.filter(|_| status.is_success()) {
        let names = answers.names(operation, status);
        if names.contains(&name.as_str()) {
            applied.example = Some(name);
        } else {
            tracing::warn!(
                "ignoring Prefer: example={name:?}: this response of {} has the examples {names:?}",
                operation.id()
            );
        }
    }
    applied
}

/// The server's error with this status.
fn error(operation: Operation, status: StatusCode) -> Error {
    match (status, operation.permission()) {
        (StatusCode::UNAUTHORIZED, _) => credentials::missing(),
        (StatusCode::FORBIDDEN, Some(needed)) => credentials::not_permitted(needed),
        (StatusCode::TOO_MANY_REQUESTS, _) => Throttled { retry_after: RETRY_AFTER }.into(),
        (StatusCode::SERVICE_UNAVAILABLE, _) => HashError::Busy { retry_after: RETRY_AFTER }.into(),
        (StatusCode::INTERNAL_SERVER_ERROR, _) => Error::internal("requested with `Prefer`"),
        _ => Error::Refused { status, message: status.canonical_reason().unwrap_or("Error").into() },
    }
}
