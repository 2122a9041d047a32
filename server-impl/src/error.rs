//! The errors of requests, and the response to each.
//!
//! | error | status | the client reads | the log has |
//! |---|---|---|---|
//! | [`Error::Request`] | 4xx; 503 when too many bodies arrive at once | what is wrong with the request, and where | the same, at debug |
//! | [`Error::Refused`] | 4xx | which rule the request breaks | the same, at debug |
//! | [`Error::RetryLater`] | 429, 503 | when to try again | the same, at warn |
//! | [`Error::Database`] | 503 when it is unavailable, else 500 | that it failed, not why | all causes, at error |
//! | [`Error::Internal`] | 500 | that it failed, not why | all causes, at error |
//!
//! Other modules convert their errors to [`Error`] themselves (`impl From<Throttled> for Error` is in
//! `auth/throttle.rs`), so that this module does not depend on them.

use crate::db::DbError;
use http::header::RETRY_AFTER;
use http::{HeaderValue, Response, StatusCode};
use immich_api::Operation;
use immich_api::models::ErrorResponseDto;
use immich_wire::{Body, BodyError, ErrorMessage, RequestError};
use std::borrow::Cow;
use std::error::Error as StdError;
use std::time::Duration;

/// Why a request fails.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request violates the contract.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The request is well-formed, but a rule forbids it.
    #[error("{message}")]
    Refused {
        /// 4xx.
        status: StatusCode,
        /// The text for the client.
        message: Cow<'static, str>,
    },
    /// The same request may succeed later.
    #[error("{message}")]
    RetryLater {
        /// 429 or 503.
        status: StatusCode,
        /// The text for the client.
        message: &'static str,
        /// When the client may try again.
        retry_after: Duration,
    },
    /// A database query failed.
    #[error(transparent)]
    Database(#[from] DbError),
    /// The server failed for a reason that the client cannot change.
    #[error("internal error: {0}")]
    Internal(#[source] Box<dyn StdError + Send + Sync>),
}

impl Error {
    /// 400 with this message.
    pub fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::Refused { status: StatusCode::BAD_REQUEST, message: message.into() }
    }

    /// 401 with this message.
    pub fn unauthorized(message: impl Into<Cow<'static, str>>) -> Self {
        Self::Refused { status: StatusCode::UNAUTHORIZED, message: message.into() }
    }

    /// 403 with this message.
    pub fn forbidden(message: impl Into<Cow<'static, str>>) -> Self {
        Self::Refused { status: StatusCode::FORBIDDEN, message: message.into() }
    }

    /// 429 with this message.
    #[must_use]
    pub fn too_many_requests(message: &'static str, retry_after: Duration) -> Self {
        Self::RetryLater { status: StatusCode::TOO_MANY_REQUESTS, message, retry_after }
    }

    /// 503 with this message.
    #[must_use]
    pub fn busy(message: &'static str, retry_after: Duration) -> Self {
        Self::RetryLater { status: StatusCode::SERVICE_UNAVAILABLE, message, retry_after }
    }

    /// 500 to the client; `source` goes to the log.
    pub fn internal(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Internal(source.into())
    }

    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Request(error) => error.status(),
            Self::Refused { status, .. } | Self::RetryLater { status, .. } => *status,
            Self::Database(DbError::Unavailable(_)) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Database(DbError::Unrepresentable(_)) => StatusCode::BAD_REQUEST,
            Self::Database(DbError::Violated(_) | DbError::Other(_)) | Self::Internal(_) => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        }
    }

    /// The text for the client.
    fn message(&self, operation: Option<Operation>) -> ErrorMessage {
        let text = match self {
            Self::Request(error) => return error.message(),
            Self::Refused { message, .. } => message.clone().into_owned(),
            Self::RetryLater { message, .. } => (*message).to_owned(),
            Self::Database(DbError::Unavailable(_)) => "The database is unavailable, try again later".to_owned(),
            Self::Database(DbError::Unrepresentable(_)) => "A value cannot be stored".to_owned(),
            Self::Database(DbError::Violated(_) | DbError::Other(_)) | Self::Internal(_) => failed_to(operation),
        };
        ErrorMessage::One(text)
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RetryLater { retry_after, .. } => Some(*retry_after),
            Self::Database(DbError::Unavailable(_)) | Self::Request(RequestError::Body(BodyError::Busy)) => {
                Some(Duration::from_secs(1))
            }
            Self::Request(_) | Self::Refused { .. } | Self::Database(_) | Self::Internal(_) => None,
        }
    }

    /// The response, in the contract's format for errors. Also logs the error.
    #[must_use]
    pub fn into_response(self, operation: Option<Operation>, correlation_id: Option<&str>) -> Response<Body> {
        let status = self.status();
        self.log(status);
        let body = ErrorResponseDto {
            message: self.message(operation),
            error: status.canonical_reason().unwrap_or("Error").to_owned(),
            status_code: i32::from(status.as_u16()),
            correlation_id: correlation_id.map(str::to_owned),
        };
        let mut response = match immich_wire::json(status, &body) {
            Ok(response) => response,
            Err(error) => {
                tracing::error!(%error, "could not serialize an error; answering without a body");
                immich_wire::empty(status)
            }
        };
        if let Some(wait) = self.retry_after() {
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        }
        response
    }

    fn log(&self, status: StatusCode) {
        match self {
            // The request target may contain a credential.
            Self::Request(RequestError::RouteNotFound { .. }) => {
                tracing::debug!(status = status.as_u16(), "request refused: no such route");
            }
            Self::RetryLater { .. } | Self::Request(RequestError::Body(BodyError::Busy)) => {
                tracing::warn!(status = status.as_u16(), "request refused: {self}");
            }
            Self::Request(_) | Self::Refused { .. } => {
                tracing::debug!(status = status.as_u16(), "request refused: {self}");
            }
            Self::Database(_) | Self::Internal(_) => {
                tracing::error!(status = status.as_u16(), cause = chain(self), "request failed");
            }
        }
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(error)
    }
}

/// An error and all its causes, in one line.
pub fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        // Many errors already include their cause.
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

/// The text for a failed operation: `Failed to create api key` for `createApiKey`.
fn failed_to(operation: Option<Operation>) -> String {
    let Some(operation) = operation else { return "Internal server error".to_owned() };
    let mut text = "Failed to ".to_owned();
    for character in operation.id().chars() {
        if character.is_ascii_uppercase() {
            text.push(' ');
        }
        text.push(character.to_ascii_lowercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_named_after_its_operation() {
        assert_eq!(failed_to(Some(Operation::CreateApiKey)), "Failed to create api key");
        assert_eq!(failed_to(Some(Operation::Login)), "Failed to login");
        assert_eq!(failed_to(None), "Internal server error");
    }

    #[test]
    fn the_cause_of_an_internal_error_does_not_reach_the_client() {
        let error = Error::internal("secret detail");
        assert!(chain(&error).contains("secret detail"));
        let response = error.into_response(Some(Operation::Login), Some("cid"));
        let text = String::from_utf8(response.body().as_full().unwrap().to_vec()).unwrap();
        assert_eq!(
            text,
            r#"{"message":"Failed to login","error":"Internal Server Error","statusCode":500,"correlationId":"cid"}"#
        );
    }
}
