//! Responses.

use super::Place;
use super::body::underlying;
use super::media::{self, Kind, Media};
use crate::document::{escape, operations};
use crate::reader::Reader;
use crate::schema::shape::{self, Shape};
use crate::schema::{types, usage};
use crate::text::doc;
use serde_json::{Value, json};

/// Statuses that are not errors: the variant, the constant of `http::StatusCode`, whether there may be a body.
const STATUSES: [(&str, &str, &str, bool); 10] = [
    ("200", "Ok", "OK", true),
    ("201", "Created", "CREATED", true),
    ("202", "Accepted", "ACCEPTED", true),
    ("204", "NoContent", "NO_CONTENT", false),
    ("206", "PartialContent", "PARTIAL_CONTENT", true),
    ("302", "Found", "FOUND", true),
    ("303", "SeeOther", "SEE_OTHER", true),
    ("304", "NotModified", "NOT_MODIFIED", false),
    ("307", "TemporaryRedirect", "TEMPORARY_REDIRECT", true),
    ("308", "PermanentRedirect", "PERMANENT_REDIRECT", true),
];

/// Facts of every response that is not an error.
pub(super) fn facts<'d>(reader: &mut Reader<'d>, place: Place<'d, '_>) -> Vec<Value> {
    let pointer = format!("{}/responses", place.pointer);
    let declared = place.operation.get("responses").and_then(Value::as_object);
    let mut facts = Vec::new();
    for (status, response) in declared.into_iter().flatten().filter(|(status, _)| *status != "default") {
        facts.extend(of_response(reader, status, response, &format!("{pointer}/{}", escape(status))));
    }
    let has_success = declared.is_some_and(|declared| declared.keys().any(|status| status.starts_with(['2', '3'])));
    if !has_success {
        reader.refuse(pointer, "no success", "declare one");
    }
    facts
}

fn of_response<'d>(reader: &mut Reader<'d>, status: &str, response: &'d Value, pointer: &str) -> Option<Value> {
    let response = reader.resolve(response);
    let Some((_, variant, constant, may_have_body)) = STATUSES.iter().find(|(known, ..)| *known == status) else {
        let numbers: Vec<&str> = STATUSES.iter().map(|(status, ..)| *status).collect();
        let advice = format!(
            "supported are {}; `default` stands for all errors: remove it in the overlay, or extend \
             `crates/contract/src/operation/response.rs`",
            numbers.join(", ")
        );
        reader.refuse(pointer, format!("the status {status}"), advice);
        return None;
    };
    refuse_unknown(reader, response, pointer);
    let mut facts = json!({
        "variant": variant, "constant": constant, "status": status, "doc": doc(response, variant),
        "type": Value::Null, "isJson": false, "isText": false, "isBinary": false,
        "holdsSecret": usage::holds_secret(reader.document(), response),
    });
    if let Some(content) = response.get("content") {
        if !may_have_body {
            let advice = "HTTP does not allow a body with this status: remove it";
            reader.refuse(format!("{pointer}/content"), format!("a body with the status {status}"), advice);
        }
        let Media { kind, schema, pointer } = media::read(reader, content, &format!("{pointer}/content"))?;
        facts["type"] = json!(match kind {
            Kind::Binary => "immich_wire::Body".to_owned(),
            Kind::Text => text_type(reader, schema, &pointer)?,
            Kind::Json => types::plain(reader, schema, &pointer)?,
        });
        facts["isJson"] = json!(kind == Kind::Json);
        facts["isText"] = json!(kind == Kind::Text);
        facts["isBinary"] = json!(kind == Kind::Binary);
    }
    Some(facts)
}

fn text_type<'d>(reader: &mut Reader<'d>, schema: &'d Value, pointer: &str) -> Option<String> {
    let shape = Shape::of(reader, schema, pointer, shape::Place::Inline)?;
    if matches!(underlying(reader, shape)?, Shape::Text(shape::Text::Plain)) {
        return types::of_shape(reader, shape, pointer);
    }
    reader.refuse(
        pointer,
        "a text/plain response that is not a plain text",
        "its schema has the type string, no format",
    );
    None
}

fn refuse_unknown(reader: &mut Reader<'_>, response: &Value, pointer: &str) {
    for (keyword, value) in response.as_object().into_iter().flatten() {
        let advice = match keyword.as_str() {
            "description" | "content" => continue,
            "headers" => "an implementation sets headers with its reply: remove it in the overlay",
            "links" => "links are not supported: remove it in the overlay",
            keyword if keyword.starts_with("x-") => continue,
            _ => "the templates do not support it",
        };
        if value.as_object().is_none_or(|map| !map.is_empty()) {
            reader.refuse(format!("{pointer}/{}", escape(keyword)), format!("the keyword {keyword}"), advice);
        }
    }
}

/// Every error has one shape, which the implementation writes; a contract with several is not supported.
pub(super) fn refuse_different_errors(reader: &mut Reader<'_>) {
    let mut first: Option<(String, &Value)> = None;
    for (_, _, pointer, operation) in operations(reader.document()) {
        let Some(error) = operation.pointer("/responses/default") else { continue };
        let pointer = format!("{pointer}/responses/default");
        let content = reader.resolve(error).get("content").unwrap_or(&Value::Null);
        match &first {
            None => first = Some((pointer, content)),
            Some((other, known)) if *known != content => {
                let advice = "all errors have one shape: make them the same in the overlay";
                reader.refuse(pointer, format!("another error response than {other}"), advice);
            }
            Some(_) => {}
        }
    }
}
