//! The body of an error.

use super::{Exchange, Verdicts};
use crate::results::Violation;
use crate::rule::Rule;
use crate::severity::Severity;
use serde_json::Value;

/// What the message of an error should be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Message<'a> {
    /// One string.
    Text,
    /// One string that contains this.
    TextWith(&'a str),
    /// A list of strings, one of which names this field.
    ListNaming(&'a str),
}

/// Checks status and reason phrase, which the body of every error repeats.
pub(super) fn check(exchange: &Exchange<'_>, body: &Value, verdicts: &mut Verdicts) {
    let status = exchange.response.status;
    // Validation against the schema reports fields that are missing or have another type.
    if let Some(repeated) = body.get("statusCode").and_then(Value::as_i64) {
        verdicts.check(Rule::ErrorStatusCode, repeated == i64::from(status), || {
            Violation::new("/statusCode", status.to_string()).received(repeated.to_string())
        });
    }
    let phrase = http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    if let (Some(reason), Some(phrase)) = (body.get("error").and_then(Value::as_str), phrase) {
        verdicts.check(Rule::ErrorReason, reason == phrase, || {
            // Reason phrases are free text (RFC 9110, section 15.1), also in another language.
            let severity = if exchange.profile.is_some() { Severity::Error } else { Severity::Warning };
            Violation::new("/error", format!("{phrase:?}")).received(format!("{reason:?}")).severity(severity)
        });
    }
}

/// Checks the message of an error.
pub(crate) fn check_message(exchange: &Exchange<'_>, expected: Message<'_>, verdicts: &mut Verdicts) {
    let Some(message) = exchange.response.json().ok().and_then(|body| body.get("message").cloned()) else { return };
    let text = message.as_str().filter(|text| !text.is_empty());
    let (fits, expected) = match expected {
        Message::Text => (text.is_some(), "a single message".to_owned()),
        Message::TextWith(word) => {
            (text.is_some_and(|text| text.contains(word)), format!("a message that contains {word:?}"))
        }
        Message::ListNaming(field) => {
            let mut texts = message.as_array().into_iter().flatten().filter_map(Value::as_str);
            (texts.any(|text| text.contains(field)), format!("a list of messages, one of which names {field:?}"))
        }
    };
    verdicts.check(Rule::ErrorMessage, fits, || {
        let kind = if message.is_array() { "a list" } else { "a text" };
        Violation::new(format!("/message: {kind}"), expected).received(message.to_string())
    });
}
