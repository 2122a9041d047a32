//! Compares a response with the recorded one, as strictly as the case asks.

use super::case::{Case, Compare, Exchange};
use super::pattern::{Variables, expand, matches};
use crate::contract::Contract;
use crate::http::Response;
use serde_json::{Value, json};

/// Everything in which the response differs from what is expected; empty when they agree.
pub(super) fn differences(
    contract: &Contract,
    case: &Case,
    exchange: &Exchange,
    response: &Response,
    variables: &Variables,
) -> Vec<String> {
    let expected = |name: &str| exchange.expect.get(name);
    let mut found = Vec::new();
    if let Some(status) = expected("status")
        && *status != response.status
    {
        found.push(format!("status: expected {status}, got {}", response.status));
    }
    match exchange.compare {
        Compare::Exact => {
            content_type(expected("content_type"), response, &mut found);
            cookies(expected("set_cookie"), response, variables, &mut found);
            exact_body(exchange, response, variables, &mut found);
        }
        Compare::Status => error_shape_as(expected("body"), response, &mut found),
        Compare::Shape => shape(contract, &case.operation, response, &mut found),
        Compare::Fixed => rejection(expected("status_class"), response, &mut found),
    }
    found
}

fn content_type(expected: Option<&Value>, response: &Response, found: &mut Vec<String>) {
    let expected = expected.and_then(Value::as_str);
    let got = response.header("content-type");
    if expected != got {
        found.push(format!("content type: expected {expected:?}, got {got:?}"));
    }
}

fn cookies(expected: Option<&Value>, response: &Response, variables: &Variables, found: &mut Vec<String>) {
    let expected = expected.and_then(Value::as_array).into_iter().flatten();
    let expected: Vec<String> = expected.map(|cookie| expand(cookie.as_str().unwrap_or_default(), variables)).collect();
    let got: Vec<&str> = response.headers_named("set-cookie").collect();
    let agree =
        expected.len() == got.len() && expected.iter().zip(&got).all(|(pattern, cookie)| matches(pattern, cookie));
    if !agree {
        found.push(format!("cookies: expected {expected:?}, got {got:?}"));
    }
}

fn exact_body(exchange: &Exchange, response: &Response, variables: &Variables, found: &mut Vec<String>) {
    if let Some(text) = exchange.expect.get("body_text").and_then(Value::as_str) {
        let got = response.text();
        if !matches(&expand(text, variables), &got) {
            found.push(format!("body: expected {text:?}, got {got:?}"));
        }
        return;
    }
    match exchange.expect.get("body") {
        Some(Value::Null) | None if may_be_compressed(exchange, response) => {
            // The recording could not read the compressed body: it only has to be JSON.
            json_body(response, found);
        }
        Some(Value::Null) | None => {
            if !response.body.is_empty() || !response.surplus.is_empty() {
                found.push(format!("body: expected none, got {:?}", response.text()));
            }
        }
        Some(expected) => {
            if let Some(body) = json_body(response, found) {
                value(expected, &body, "body", variables, found);
            }
        }
    }
}

fn may_be_compressed(exchange: &Exchange, response: &Response) -> bool {
    exchange.method != "HEAD"
        && response.status != 204
        && exchange.headers.iter().any(|(name, value)| {
            name.eq_ignore_ascii_case("accept-encoding") && value.as_deref().is_some_and(|value| value != "identity")
        })
}

fn json_body(response: &Response, found: &mut Vec<String>) -> Option<Value> {
    response.json().map_err(|problem| found.push(format!("body: {problem}"))).ok()
}

fn value(expected: &Value, got: &Value, at: &str, variables: &Variables, found: &mut Vec<String>) {
    match (expected, got) {
        (Value::Object(expected), Value::Object(got)) => {
            for (name, field) in expected {
                match got.get(name) {
                    Some(there) => value(field, there, &format!("{at}.{name}"), variables, found),
                    None => found.push(format!("{at}.{name}: missing, expected {field}")),
                }
            }
            for (name, field) in got {
                if !expected.contains_key(name) {
                    found.push(format!("{at}.{name}: not expected, got {field}"));
                }
            }
        }
        (Value::Array(expected), Value::Array(got)) if expected.len() == got.len() => {
            for (index, (left, right)) in expected.iter().zip(got).enumerate() {
                value(left, right, &format!("{at}[{index}]"), variables, found);
            }
        }
        (Value::String(pattern), Value::String(text)) if matches(&expand(pattern, variables), text) => {}
        _ if expected == got => {}
        (Value::String(pattern), _) => {
            let pattern = expand(pattern, variables);
            found.push(format!("{at}: expected {pattern:?}, got {got}"));
        }
        _ => found.push(format!("{at}: expected {expected}, got {got}")),
    }
}

fn shape(contract: &Contract, operation: &str, response: &Response, found: &mut Vec<String>) {
    let documented = contract.operation(operation).and_then(|operation| operation.responses.get(&response.status));
    let Some(content) = documented.and_then(|response| response.contents.first()) else {
        return found.push(format!("the contract does not document {} with a body", response.status));
    };
    if let Some(body) = json_body(response, found) {
        match content.validator() {
            Ok(validator) => {
                found.extend(validator.errors(&body).map(|error| format!("body{}: {error}", error.instance_path())));
            }
            Err(problem) => found.push(format!("the contract's schema cannot be used: {problem}")),
        }
    }
}

/// An error has the same keys with the same kinds of value as the recorded one.
fn error_shape_as(expected: Option<&Value>, response: &Response, found: &mut Vec<String>) {
    let Some(Value::Object(expected)) = expected else { return };
    let Some(body) = json_body(response, found) else { return };
    if response.status >= 400 {
        found.extend(violations_of_error_shape(&body, response.status));
    }
    let keys = |fields: &serde_json::Map<String, Value>| {
        let mut keys: Vec<String> = fields.keys().cloned().collect();
        keys.sort();
        keys
    };
    let (expected, got) = (keys(expected), body.as_object().map(keys).unwrap_or_default());
    if expected != got {
        found.push(format!("body: expected the keys {expected:?}, got {got:?}"));
    }
}

fn rejection(class: Option<&Value>, response: &Response, found: &mut Vec<String>) {
    let rejected = (400..500).contains(&response.status);
    let allowed = match class.and_then(Value::as_str) {
        Some("2xx-or-4xx") => rejected || response.is_success(),
        _ => rejected,
    };
    if !allowed {
        found.push(format!("status: expected {class:?}, got {}", response.status));
    }
    if rejected && let Some(body) = json_body(response, found) {
        found.extend(violations_of_error_shape(&body, response.status));
    }
}

/// How a body differs from `{message, error, statusCode, correlationId}`.
///
/// `message` is a string or a list of strings, `statusCode` repeats the status, and `correlationId` may be absent: an
/// malformed body is rejected before the request has an id.
fn violations_of_error_shape(body: &Value, status: u16) -> Vec<String> {
    let Some(fields) = body.as_object() else {
        return vec![format!("error body: expected an object, got {body}")];
    };
    let mut violations = Vec::new();
    let is_text = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
    let is_list = |value: &Value| value.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(is_text));
    if !fields.get("message").is_some_and(|message| is_text(message) || is_list(message)) {
        violations.push("message: expected a string or a list of strings".to_owned());
    }
    if !fields.get("error").is_some_and(is_text) {
        violations.push("error: expected a string".to_owned());
    }
    if fields.get("statusCode") != Some(&json!(status)) {
        violations.push(format!("statusCode: expected {status}"));
    }
    if fields.get("correlationId").is_some_and(|id| !is_text(id)) {
        violations.push("correlationId: expected a string".to_owned());
    }
    for name in fields.keys() {
        if !["message", "error", "statusCode", "correlationId"].contains(&name.as_str()) {
            violations.push(format!("{name}: not expected in an error"));
        }
    }
    violations
}
