//! Does an answer agree with the recorded one, as far as the case demands?

use super::case::{Case, Compare, Exchange};
use super::pattern::{Variables, expand, matches};
use crate::contract::Contract;
use crate::http::Response;
use serde_json::{Value, json};

/// Everything in which the answer differs from what is expected; empty when they agree.
pub(super) fn differences(
    contract: &Contract,
    case: &Case,
    exchange: &Exchange,
    answer: &Response,
    variables: &Variables,
) -> Vec<String> {
    let expected = |name: &str| exchange.expect.get(name);
    let mut found = Vec::new();
    if let Some(status) = expected("status")
        && *status != answer.status
    {
        found.push(format!("status: expected {status}, got {}", answer.status));
    }
    match exchange.compare {
        Compare::Exact => {
            content_type(expected("content_type"), answer, &mut found);
            cookies(expected("set_cookie"), answer, variables, &mut found);
            exact_body(exchange, answer, variables, &mut found);
        }
        Compare::Status => error_shape_as(expected("body"), answer, &mut found),
        Compare::Shape => shape(contract, &case.operation, answer, &mut found),
        Compare::Fixed => refusal(expected("status_class"), answer, &mut found),
    }
    found
}

fn content_type(expected: Option<&Value>, answer: &Response, found: &mut Vec<String>) {
    let expected = expected.and_then(Value::as_str);
    let got = answer.header("content-type");
    if expected != got {
        found.push(format!("content type: expected {expected:?}, got {got:?}"));
    }
}

fn cookies(expected: Option<&Value>, answer: &Response, variables: &Variables, found: &mut Vec<String>) {
    let expected = expected.and_then(Value::as_array).into_iter().flatten();
    let expected: Vec<String> = expected.map(|cookie| expand(cookie.as_str().unwrap_or_default(), variables)).collect();
    let got: Vec<&str> = answer.headers_named("set-cookie").collect();
    let agree =
        expected.len() == got.len() && expected.iter().zip(&got).all(|(pattern, cookie)| matches(pattern, cookie));
    if !agree {
        found.push(format!("cookies: expected {expected:?}, got {got:?}"));
    }
}

fn exact_body(exchange: &Exchange, answer: &Response, variables: &Variables, found: &mut Vec<String>) {
    if let Some(text) = exchange.expect.get("body_text").and_then(Value::as_str) {
        let got = answer.text();
        if !matches(&expand(text, variables), &got) {
            found.push(format!("body: expected {text:?}, got {got:?}"));
        }
        return;
    }
    match exchange.expect.get("body") {
        Some(Value::Null) | None if may_be_compressed(exchange, answer) => {
            // The recording could not read the compressed body: that it is JSON must do.
            json_body(answer, found);
        }
        Some(Value::Null) | None => {
            if !answer.body.is_empty() || !answer.surplus.is_empty() {
                found.push(format!("body: expected none, got {:?}", answer.text()));
            }
        }
        Some(expected) => {
            if let Some(body) = json_body(answer, found) {
                value(expected, &body, "body", variables, found);
            }
        }
    }
}

fn may_be_compressed(exchange: &Exchange, answer: &Response) -> bool {
    exchange.method != "HEAD"
        && answer.status != 204
        && exchange.headers.iter().any(|(name, value)| {
            name.eq_ignore_ascii_case("accept-encoding") && value.as_deref().is_some_and(|value| value != "identity")
        })
}

fn json_body(answer: &Response, found: &mut Vec<String>) -> Option<Value> {
    answer.json().map_err(|problem| found.push(format!("body: {problem}"))).ok()
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

fn shape(contract: &Contract, operation: &str, answer: &Response, found: &mut Vec<String>) {
    let documented = contract.operation(operation).and_then(|operation| operation.responses.get(&answer.status));
    let Some(content) = documented.and_then(|response| response.content.as_ref()) else {
        return found.push(format!("the contract promises no {}", answer.status));
    };
    if let Some(body) = json_body(answer, found) {
        found.extend(content.validator.errors(&body).map(|error| format!("body{}: {error}", error.instance_path())));
    }
}

/// An error has the same keys with the same kinds of value as the recorded one.
fn error_shape_as(expected: Option<&Value>, answer: &Response, found: &mut Vec<String>) {
    let Some(Value::Object(expected)) = expected else { return };
    let Some(body) = json_body(answer, found) else { return };
    if answer.status >= 400 {
        found.extend(violations_of_error_shape(&body, answer.status));
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

fn refusal(class: Option<&Value>, answer: &Response, found: &mut Vec<String>) {
    let refused = (400..500).contains(&answer.status);
    let allowed = match class.and_then(Value::as_str) {
        Some("2xx-or-4xx") => refused || answer.is_success(),
        _ => refused,
    };
    if !allowed {
        found.push(format!("status: expected {class:?}, got {}", answer.status));
    }
    if refused && let Some(body) = json_body(answer, found) {
        found.extend(violations_of_error_shape(&body, answer.status));
    }
}

/// How a body departs from `{message, error, statusCode, correlationId}`.
///
/// `message` is a text or a list of texts, `statusCode` repeats the status, and `correlationId` may be absent: an
/// unreadable body is refused before it is given.
fn violations_of_error_shape(body: &Value, status: u16) -> Vec<String> {
    let Some(fields) = body.as_object() else {
        return vec![format!("an error is an object, not {body}")];
    };
    let mut violations = Vec::new();
    let is_text = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
    let is_list = |value: &Value| value.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(is_text));
    if !fields.get("message").is_some_and(|message| is_text(message) || is_list(message)) {
        violations.push("message is a text or a list of texts".to_owned());
    }
    if !fields.get("error").is_some_and(is_text) {
        violations.push("error is a text".to_owned());
    }
    if fields.get("statusCode") != Some(&json!(status)) {
        violations.push(format!("statusCode is {status}"));
    }
    if fields.get("correlationId").is_some_and(|id| !is_text(id)) {
        violations.push("correlationId is a text".to_owned());
    }
    for name in fields.keys() {
        if !["message", "error", "statusCode", "correlationId"].contains(&name.as_str()) {
            violations.push(format!("{name} does not belong into an error"));
        }
    }
    violations
}
