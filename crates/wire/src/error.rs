//! Errors of requests that are rejected before any handler sees them.

use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::body::BodyError;
use crate::path::BadEscape;

/// A request that is rejected before its operation is called. The text of an error is its message for the client.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RequestError {
    /// The body could not be read or decoded.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// The body or the parameters violate the contract; holds all messages, in order.
    #[error("{}", .0.join("; "))]
    Validation(Vec<String>),
    /// A path parameter contains an invalid percent-escape.
    #[error(transparent)]
    Parameter(#[from] BadEscape),
    /// No operation has this method and path.
    #[error("Cannot {method} {target}")]
    RouteNotFound {
        /// The method of the request.
        method: Method,
        /// The request target as it was sent, with its escapes and its query.
        target: String,
    },
    /// The `Expect` header asks for something other than `100-continue` (RFC 9110 section 10.1.1).
    #[error("The Expect header may only ask for 100-continue")]
    Expectation,
}

impl RequestError {
    /// The HTTP status of the error response.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Body(error) => error.status(),
            Self::Validation(_) | Self::Parameter(_) => StatusCode::BAD_REQUEST,
            Self::RouteNotFound { .. } => StatusCode::NOT_FOUND,
            Self::Expectation => StatusCode::EXPECTATION_FAILED,
        }
    }

    /// The message for the client: a list for violations, one string for every other error.
    #[must_use]
    pub fn message(&self) -> ErrorMessage {
        match self {
            Self::Validation(violations) => ErrorMessage::Many(violations.clone()),
            other => ErrorMessage::One(other.to_string()),
        }
    }
}

/// The `message` of an error body: a string or an array of strings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ErrorMessage {
    /// One message.
    One(String),
    /// Several messages, one per violation.
    Many(Vec<String>),
}

impl From<String> for ErrorMessage {
    fn from(message: String) -> Self {
        Self::One(message)
    }
}

impl From<&str> for ErrorMessage {
    fn from(message: &str) -> Self {
        Self::One(message.to_owned())
    }
}

impl From<Vec<String>> for ErrorMessage {
    fn from(messages: Vec<String>) -> Self {
        Self::Many(messages)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_error_has_its_status_and_message() {
        let unknown_route = RequestError::RouteNotFound { method: Method::PATCH, target: "/api/x%2F?y=1".into() };
        for (error, status, message) in [
            (RequestError::from(BodyError::Timeout), 408, json!(BodyError::Timeout.to_string())),
            (RequestError::Validation(vec!["a".into(), "b".into()]), 400, json!(["a", "b"])),
            (RequestError::from(BadEscape("%zz".into())), 400, json!("Failed to decode param '%zz'")),
            (unknown_route, 404, json!("Cannot PATCH /api/x%2F?y=1")),
            (RequestError::Expectation, 417, json!("The Expect header may only ask for 100-continue")),
        ] {
            assert_eq!(error.status(), status, "{error}");
            assert_eq!(serde_json::to_value(error.message()).unwrap(), message);
            assert_eq!(serde_json::from_value::<ErrorMessage>(message).unwrap(), error.message());
        }
    }
}
