//! The mock as a site: what clients ask for with `Prefer` is granted around the operations.

use super::prefer::{PREFERENCE_APPLIED, Preferences};
use super::stage::Stage;
use crate::error::Error;
use crate::http::context::RequestContext;
use crate::http::credentials;
use crate::http::site::{Outcome, Site};
use http::{Response, StatusCode};
use immich_api::mock::Mock;
use immich_api::{Operation, route};
use immich_wire::{Body, Choice as _};
use std::time::Duration;
use tokio::time::sleep;

/// When a client that was told to wait may come again.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The contract answered with examples.
#[derive(Debug)]
pub struct MockSite {
    pub(super) api: Mock<Stage>,
}

impl Site for MockSite {
    type Api = Mock<Stage>;

    fn api(&self) -> &Mock<Stage> {
        &self.api
    }

    /// Waits as long as is wished for, and gives the error that is wished for, whatever the request holds. Wishes for a
    /// success are left to the operation, which a request has to reach first.
    async fn instead(&self, context: &RequestContext) -> Option<Outcome> {
        let preferences = Preferences::read(&context.head.headers);
        if let Some(delay) = preferences.delay {
            sleep(delay).await;
        }
        let operation = route(&context.head.method, context.head.uri.path())?.operation;
        let status = preferences.code.filter(|status| status.is_client_error() || status.is_server_error())?;
        let is_documented = self.api.0.answers.documents(operation, status);
        is_documented.then(|| (Some(operation), Err(error(operation, status))))
    }

    /// Tells which wishes were granted; of those that could not be, the log tells why.
    fn answered(&self, context: &RequestContext, operation: Option<Operation>, response: &mut Response<Body>) {
        let wished = Preferences::read(&context.head.headers);
        let mut applied = Preferences { delay: wished.delay, ..Preferences::default() };
        if let Some(operation) = operation {
            let answers = &self.api.0.answers;
            let status = response.status();
            applied.code = wished.code.filter(|code| *code == status && answers.documents(operation, *code));
            if let Some(code) = wished.code.filter(|code| !answers.documents(operation, *code)) {
                let known: Vec<&str> = answers.statuses(operation).collect();
                tracing::warn!("ignored: Prefer: code={}: {} answers with {known:?}", code.as_u16(), operation.id());
            }
            let names = answers.names(operation, status);
            if let Some(name) = wished.example.filter(|_| status.is_success()) {
                if names.contains(&name.as_str()) {
                    applied.example = Some(name);
                } else {
                    tracing::warn!(
                        "ignored: Prefer: example={name:?}: this answer of {} has {names:?}",
                        operation.id()
                    );
                }
            }
        }
        if let Some(applied) = applied.applied() {
            response.headers_mut().insert(PREFERENCE_APPLIED, applied);
        }
    }

    fn count(&self, _: Option<Operation>, _: StatusCode, _: Duration) {}
}

/// An error with this status as the server has it, so that it looks the same.
fn error(operation: Operation, status: StatusCode) -> Error {
    match (status, operation.permission()) {
        (StatusCode::UNAUTHORIZED, _) => credentials::missing(),
        (StatusCode::FORBIDDEN, Some(needed)) => credentials::not_permitted(needed.as_str()),
        (StatusCode::TOO_MANY_REQUESTS, _) => Error::Throttled { retry_after: RETRY_AFTER },
        (StatusCode::SERVICE_UNAVAILABLE, _) => Error::Busy { retry_after: RETRY_AFTER },
        (StatusCode::INTERNAL_SERVER_ERROR, _) => Error::internal("asked for with `Prefer`"),
        _ => Error::Refused { status, message: status.canonical_reason().unwrap_or("Error").into() },
    }
}
