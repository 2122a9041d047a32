//! Secrets in responses: a secret is returned once, where the contract says so.

use super::{Exchange, Verdicts};
use crate::results::Violation;
use crate::rule::Rule;
use serde_json::Value;

/// How the hash of a password begins, for the ways of hashing that are in use.
const HASHES: [&str; 6] = ["$2a$", "$2b$", "$2y$", "$argon2", "$scrypt$", "$pbkdf2"];

pub(super) fn check(exchange: &Exchange<'_>, body: &Value, verdicts: &mut Verdicts) {
    let mut leaks = Vec::new();
    walk(exchange, body, "", &mut leaks);
    if leaks.is_empty() {
        return verdicts.pass(Rule::SecretLeaked);
    }
    for (at, what) in leaks {
        let violation = Violation::new(at.clone(), "no secret");
        verdicts.fail(Rule::SecretLeaked, violation.received(format!("{what} at {at}")));
    }
}

fn walk(exchange: &Exchange<'_>, value: &Value, at: &str, leaks: &mut Vec<(String, &'static str)>) {
    match value {
        Value::String(text) => {
            if HASHES.iter().any(|start| text.starts_with(start)) {
                leaks.push((at.to_owned(), "the hash of a password"));
            } else if exchange.secrets.find_in(text).is_some() && !is_documented(exchange, at) {
                leaks.push((at.to_owned(), "a password, token or key"));
            }
        }
        Value::Array(items) => items.iter().for_each(|item| walk(exchange, item, &format!("{at}/*"), leaks)),
        Value::Object(fields) => {
            fields.iter().for_each(|(name, field)| walk(exchange, field, &format!("{at}/{name}"), leaks));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Whether the contract has a secret there: a property of that name in the response to a write.
fn is_documented(exchange: &Exchange<'_>, at: &str) -> bool {
    let name = at.rsplit('/').next().unwrap_or_default();
    let may_have_secrets = exchange.response.is_success() && !exchange.operation.is_read();
    may_have_secrets && exchange.contract.secret_names().iter().any(|secret| secret == name)
}
