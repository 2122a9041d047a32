//! The body of an error.

use super::{Exchange, Verdicts};
use crate::results::Departure;
use crate::rule::Rule;
use serde_json::Value;

/// What the message of an error should be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Message<'a> {
    /// One text.
    Text,
    /// One text, with this in it.
    TextWith(&'a str),
    /// A list, one text of which names this field.
    ListNaming(&'a str),
}

/// Status and reason phrase, which the body of every error repeats.
pub(super) fn judge(exchange: &Exchange<'_>, body: &Value, verdicts: &mut Verdicts) {
    let status = exchange.answer.status;
    // Where they are missing or of another type, the schema has told it.
    if let Some(repeated) = body.get("statusCode").and_then(Value::as_i64) {
        verdicts.check(Rule::ErrorStatusCode, repeated == i64::from(status), || {
            Departure::new("/statusCode", status.to_string()).came(repeated.to_string())
        });
    }
    let phrase = http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    if let (Some(reason), Some(phrase)) = (body.get("error").and_then(Value::as_str), phrase) {
        verdicts.check(Rule::ErrorReason, reason == phrase, || {
            Departure::new("/error", format!("{phrase:?}")).came(format!("{reason:?}"))
        });
    }
}

/// Whether the message of an error is what it should be.
pub(crate) fn judge_message(exchange: &Exchange<'_>, wanted: Message<'_>, verdicts: &mut Verdicts) {
    let Some(message) = exchange.answer.json().ok().and_then(|body| body.get("message").cloned()) else { return };
    let text = message.as_str().filter(|text| !text.is_empty());
    let (fits, expected) = match wanted {
        Message::Text => (text.is_some(), "one text as the message".to_owned()),
        Message::TextWith(word) => {
            (text.is_some_and(|text| text.contains(word)), format!("a message with {word:?} in it"))
        }
        Message::ListNaming(field) => {
            let mut texts = message.as_array().into_iter().flatten().filter_map(Value::as_str);
            (texts.any(|text| text.contains(field)), format!("a list of messages, one of which names {field:?}"))
        }
    };
    verdicts.check(Rule::ErrorMessage, fits, || {
        let kind = if message.is_array() { "a list" } else { "a text" };
        Departure::new(format!("/message: {kind}"), expected).came(message.to_string())
    });
}
