//! Operations, their parameters, bodies and responses.

use super::{elements, entries, object, path_item, schema, without_default, without_extensions};
use crate::resolve;
use serde_json::{Map, Value, json};

/// Brings an operation into the normal form; `shared` are the parameters of its path.
pub(super) fn operation(document: &Value, operation: &mut Value, shared: Option<&Value>) {
    let Some(operation) = operation.as_object_mut() else { return };
    without_extensions(operation);
    push_down(document, operation, shared);
    elements(operation.get_mut("parameters")).for_each(parameter);
    if let Some(value) = operation.get_mut("requestBody") {
        body(value);
    }
    entries(operation.get_mut("responses")).for_each(response);
    for callback in entries(operation.get_mut("callbacks")) {
        entries(Some(callback)).for_each(|item| path_item(document, item));
    }
}

/// Adds the parameters of the path that the operation does not replace.
fn push_down(document: &Value, operation: &mut Map<String, Value>, shared: Option<&Value>) {
    let key = |parameter: &Value| {
        let parameter = resolve(document, parameter);
        (parameter.get("in").cloned(), parameter.get("name").cloned())
    };
    let own = operation.get("parameters").and_then(Value::as_array).cloned().unwrap_or_default();
    let shared = shared.and_then(Value::as_array).into_iter().flatten();
    let mut parameters: Vec<Value> =
        shared.filter(|shared| !own.iter().any(|own| key(own) == key(shared))).cloned().collect();
    parameters.extend(own);
    parameters.retain(|parameter| !is_ignored(resolve(document, parameter)));
    if parameters.is_empty() {
        operation.shift_remove("parameters");
    } else {
        operation.insert("parameters".to_owned(), Value::Array(parameters));
    }
}

/// OpenAPI 3.0.3, section "Parameter Object": other keywords say what these headers are.
fn is_ignored(parameter: &Value) -> bool {
    let name = parameter.get("name").and_then(Value::as_str).unwrap_or_default();
    let is_said_elsewhere =
        ["accept", "authorization", "content-type"].iter().any(|header| name.eq_ignore_ascii_case(header));
    is_said_elsewhere && parameter.get("in").and_then(Value::as_str) == Some("header")
}

/// Brings a parameter into the normal form (OpenAPI 3.0.3, section "Parameter Object").
pub(super) fn parameter(parameter: &mut Value) {
    let Some(parameter) = parameter.as_object_mut() else { return };
    let usual = match parameter.get("in").and_then(Value::as_str) {
        Some("query" | "cookie") => "form",
        _ => "simple",
    };
    serialized(parameter, usual);
    without_default(parameter, "allowEmptyValue", &json!(false));
    without_default(parameter, "allowReserved", &json!(false));
}

/// Brings a header of a response into the normal form.
pub(super) fn header(header: &mut Value) {
    if let Some(header) = header.as_object_mut() {
        serialized(header, "simple");
    }
}

fn serialized(part: &mut Map<String, Value>, usual_style: &str) {
    without_extensions(part);
    let is_form = part.get("style").map_or(usual_style, |style| style.as_str().unwrap_or_default()) == "form";
    without_default(part, "explode", &json!(is_form));
    without_default(part, "style", &json!(usual_style));
    without_default(part, "required", &json!(false));
    without_default(part, "deprecated", &json!(false));
    if let Some(value) = part.get_mut("schema") {
        schema::normal(value);
    }
    content(part);
}

pub(super) fn body(body: &mut Value) {
    if let Some(body) = body.as_object_mut() {
        without_extensions(body);
        without_default(body, "required", &json!(false));
        content(body);
    }
}

pub(super) fn response(response: &mut Value) {
    if let Some(response) = response.as_object_mut() {
        without_extensions(response);
        if let Some(headers) = object(response.get_mut("headers")) {
            headers.retain(|name, _| !name.eq_ignore_ascii_case("content-type"));
        }
        entries(response.get_mut("headers")).for_each(header);
        content(response);
        // No content, and an empty one: both say that there is no body.
        without_default(response, "content", &json!({}));
        without_default(response, "headers", &json!({}));
    }
}

fn content(part: &mut Map<String, Value>) {
    let Some(content) = object(part.get_mut("content")) else { return };
    let named = std::mem::take(content).into_iter().map(|(name, mut media)| {
        if let Some(media) = media.as_object_mut() {
            without_extensions(media);
            if let Some(value) = media.get_mut("schema") {
                schema::normal(value);
            }
        }
        (media_type(&name), media)
    });
    *content = named.collect();
}

/// A media type in lower case, without the character set that JSON and text have anyway (RFC 9110, section 8.3.1).
fn media_type(name: &str) -> String {
    let mut parts = name.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
    let kept = parts
        .filter_map(|part| part.split_once('='))
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().trim_matches('"')))
        .filter(|(name, value)| !(name == "charset" && value.eq_ignore_ascii_case("utf-8")));
    kept.fold(essence, |all, (name, value)| format!("{all}; {name}={value}"))
}
