//! Secrets in responses: a secret is returned once, where the contract says so.

use super::{Exchange, Verdicts};
use crate::contract::{CredentialLocation, resolve};
use crate::results::Violation;
use crate::rule::Rule;
use serde_json::Value;
use std::collections::BTreeSet;

/// How the hash of a password begins, for the ways of hashing that are in use; what follows is at least this long.
const HASHES: [(&str, usize); 6] =
    [("$2a$", 24), ("$2b$", 24), ("$2y$", 24), ("$argon2", 16), ("$scrypt$", 16), ("$pbkdf2", 16)];
/// A password of a request that is shorter may be in a response by chance.
const DISTINCTIVE: usize = 6;
/// Schemas within schemas that are followed; more are a loop.
const DEPTH: usize = 32;

/// A place and what is there that should not be.
type Leaks = BTreeSet<(String, &'static str)>;

/// Searches the whole response, whatever its status and content type.
pub(super) fn check(exchange: &Exchange<'_>, verdicts: &mut Verdicts) {
    let mut leaks = Leaks::new();
    headers(exchange, &mut leaks);
    body(exchange, &mut leaks);
    if leaks.is_empty() {
        return verdicts.pass(Rule::SecretLeaked);
    }
    for (at, what) in leaks {
        let violation = Violation::new(at.clone(), "no secret");
        verdicts.fail(Rule::SecretLeaked, violation.received(format!("{what} at {at}")));
    }
}

/// The secrets in a response, in the places where the contract has them.
pub(crate) fn documented(exchange: &Exchange<'_>) -> Vec<String> {
    fn collect(exchange: &Exchange<'_>, value: &Value, at: &str, found: &mut Vec<String>) {
        match value {
            Value::String(text) if is_documented(exchange, at) => found.push(text.clone()),
            Value::Array(items) => items.iter().for_each(|item| collect(exchange, item, &format!("{at}/*"), found)),
            Value::Object(fields) => {
                fields.iter().for_each(|(name, field)| collect(exchange, field, &format!("{at}/{name}"), found));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    if let Ok(body) = exchange.response.json() {
        collect(exchange, &body, "", &mut found);
    }
    found
}

fn headers(exchange: &Exchange<'_>, leaks: &mut Leaks) {
    for (name, value) in &exchange.response.headers {
        if sets_documented_cookie(exchange, name, value) {
            continue;
        }
        if let Some(what) = secret_in(exchange, value) {
            leaks.insert((format!("header {}", name.to_lowercase()), what));
        }
    }
}

/// Whether a header sets a cookie with which the contract lets clients authenticate.
fn sets_documented_cookie(exchange: &Exchange<'_>, name: &str, value: &str) -> bool {
    let cookie = value.split_once('=').map_or(value, |(name, _)| name.trim());
    let mut schemes = exchange.contract.operations.iter().flat_map(|operation| &operation.schemes);
    name.eq_ignore_ascii_case("set-cookie")
        && exchange.response.is_success()
        && schemes.any(|scheme| matches!(&scheme.location, CredentialLocation::Cookie(known) if known == cookie))
}

fn body(exchange: &Exchange<'_>, leaks: &mut Leaks) {
    let bytes = exchange.response.decoded().unwrap_or_else(|_| exchange.response.body.clone());
    match serde_json::from_slice::<Value>(&bytes) {
        Ok(value) => walk(exchange, &value, "", leaks),
        Err(_) => {
            leaks.extend(secret_in(exchange, &String::from_utf8_lossy(&bytes)).map(|what| ("body".to_owned(), what)));
        }
    }
    let surplus = String::from_utf8_lossy(&exchange.response.surplus);
    leaks.extend(secret_in(exchange, &surplus).map(|what| ("body".to_owned(), what)));
}

fn walk(exchange: &Exchange<'_>, value: &Value, at: &str, leaks: &mut Leaks) {
    match value {
        Value::String(text) => {
            if let Some(what) = secret_in(exchange, text).filter(|_| !is_documented(exchange, at)) {
                leaks.insert((at.to_owned(), what));
            }
        }
        Value::Array(items) => items.iter().for_each(|item| walk(exchange, item, &format!("{at}/*"), leaks)),
        Value::Object(fields) => {
            for (name, field) in fields {
                if let Some(what) = secret_in(exchange, name) {
                    leaks.insert((format!("{at}/*: name"), what));
                }
                walk(exchange, field, &format!("{at}/{name}"), leaks);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// What kind of secret a text contains.
fn secret_in(exchange: &Exchange<'_>, text: &str) -> Option<&'static str> {
    if has_password_hash(text) {
        return Some("the hash of a password");
    }
    let known = exchange.secrets.find_in(text);
    // An error may repeat the address that was requested, as the client itself wrote it.
    if known.is_some()
        && exchange.response.status >= 400
        && exchange.secrets.find_in(&exchange.request.target).is_some()
    {
        return None;
    }
    known.or_else(|| {
        let is_there = |secret: &String| text.contains(secret.as_str());
        passwords_sent(exchange).iter().any(is_there).then_some("a password of the request")
    })
}

fn has_password_hash(text: &str) -> bool {
    HASHES.iter().any(|(start, length)| {
        text.match_indices(start).any(|(at, _)| {
            let rest = text.get(at + start.len()..).unwrap_or_default();
            let is_hash = |character: &char| character.is_ascii_alphanumeric() || "$./+=,-_".contains(*character);
            rest.chars().take_while(is_hash).count() >= *length
        })
    })
}

/// Passwords in the request, as far as they are found in a response only if the server repeats them.
fn passwords_sent(exchange: &Exchange<'_>) -> Vec<String> {
    let sent = exchange.request.body.as_deref().and_then(|body| serde_json::from_slice::<Value>(body).ok());
    let Some(Value::Object(fields)) = sent else { return Vec::new() };
    let is_secret = |name: &String| exchange.contract.secret_names().contains(name);
    let (secret, open): (Vec<_>, Vec<_>) = fields.iter().partition(|(name, _)| is_secret(name));
    let is_distinctive = |password: &String| {
        password.chars().count() >= DISTINCTIVE
            && password.chars().any(|character| !character.is_alphabetic())
            && !open.iter().any(|(_, value)| value.to_string().contains(password.as_str()))
    };
    let mut texts = Vec::new();
    for (_, value) in secret {
        collect_texts(value, &mut texts);
    }
    texts.into_iter().filter(is_distinctive).collect()
}

fn collect_texts(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect_texts(item, texts)),
        Value::Object(fields) => fields.values().for_each(|field| collect_texts(field, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Whether the contract has a secret there: a property of format `password` in the response to a write.
fn is_documented(exchange: &Exchange<'_>, at: &str) -> bool {
    let Exchange { contract, operation, response, .. } = exchange;
    if !response.is_success() || operation.is_read() {
        return false;
    }
    let document = contract.document();
    let method = operation.method.to_lowercase();
    let responses = document.get("paths").and_then(|paths| paths.get(&operation.path)?.get(method)?.get("responses"));
    let described =
        responses.and_then(|responses| responses.get(response.status.to_string()).or_else(|| responses.get("default")));
    let content = described.and_then(|described| resolve(document, described).get("content")?.as_object());
    let mut schemas = content.into_iter().flatten().filter_map(|(_, content)| content.get("schema"));
    let steps: Vec<&str> = at.split('/').skip(1).collect();
    schemas.any(|schema| has_secret(document, schema, &steps, DEPTH))
}

/// Whether a schema has a property of format `password` at the end of these steps.
fn has_secret(document: &Value, schema: &Value, steps: &[&str], depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    let schema = resolve(document, schema);
    let parts = ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|keyword| schema.get(keyword)?.as_array()).flatten();
    if parts.into_iter().any(|part| has_secret(document, part, steps, depth)) {
        return true;
    }
    match steps {
        [] => schema.get("format").and_then(Value::as_str) == Some("password"),
        ["*", rest @ ..] => schema.get("items").is_some_and(|items| has_secret(document, items, rest, depth)),
        [name, rest @ ..] => {
            let property = schema.get("properties").and_then(|properties| properties.get(*name));
            property.is_some_and(|property| has_secret(document, property, rest, depth))
        }
    }
}
