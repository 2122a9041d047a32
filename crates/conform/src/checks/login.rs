//! A rejected login does not show whether the account exists, no password but the right one is accepted, and no response
//! repeats a password.

use crate::contract::Operation;
use crate::http::{Request, RequestExt as _, Response};
use crate::results::Violation;
use crate::rule::Rule;
use crate::run::{Expected, Purpose, RequestDraft, Run};
use crate::value::valid::Extent;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Throttled: the server does not say whether the password is right.
const TOO_MANY: u16 = 429;
/// E-mail addresses of no account.
const UNKNOWN: [&str; 2] = ["conform-unknown-1@example.com", "conform-unknown-2@example.com"];
/// Headers that differ between equal responses.
const VOLATILE: [&str; 9] =
    ["date", "etag", "content-length", "x-immich-cid", "age", "server-timing", "connection", "keep-alive", "via"];

pub(super) async fn check(run: &mut Run<'_>, operation: &Operation) {
    repeated(run, operation).await;
    if operation.id == "login" {
        rejected(run, operation).await;
    }
}

/// Logins that must be rejected, and look the same.
async fn rejected(run: &mut Run<'_>, login: &Operation) {
    let (Some(email), Some(password)) = (run.account.email.clone(), run.account.password.clone()) else {
        return run.skip(login, Rule::CredentialMessage, "needs the account's password (--password)");
    };
    let mut unknown = Vec::new();
    for address in UNKNOWN {
        let Some((_, response)) = attempt(run, login, address, &password).await else { return };
        unknown.push(comparable(&response, address));
    }
    for (wrong, how) in almost(&password) {
        let Some((request, response)) = attempt(run, login, &email, &wrong).await else { return };
        let violation = response.is_success().then(|| Violation::new(how, "rejected with 401"));
        run.record(login, Rule::CredentialWrong, &request, &response, violation);
        let received = comparable(&response, &email);
        let violation = unknown.first().zip(unknown.get(1)).and_then(|(one, two)| difference(&received, one, two));
        run.record(login, Rule::CredentialMessage, &request, &response, violation);
    }
}

/// Sends a login; `None` if the throttle rejects it.
async fn attempt(run: &mut Run<'_>, login: &Operation, email: &str, password: &str) -> Option<(Request, Response)> {
    let request = run.request(login, &RequestDraft::of(json!({ "email": email, "password": password })));
    let response = run.send(login, &request, Expected::Any).await?;
    (response.status != TOO_MANY).then_some((request, response))
}

/// Passwords that are almost right. Few, as wrong passwords are throttled.
fn almost(password: &str) -> Vec<(String, &'static str)> {
    let mut shorter = password.to_owned();
    shorter.pop();
    let swapped: String = password
        .chars()
        .map(|character| {
            if character.is_ascii_lowercase() { character.to_ascii_uppercase() } else { character.to_ascii_lowercase() }
        })
        .collect();
    let all = [
        (shorter, "a password without its last character"),
        (swapped, "a password in the other case"),
        (format!("{password} "), "a password with a space at its end"),
    ];
    all.into_iter().filter(|(wrong, _)| wrong != password && !wrong.is_empty()).collect()
}

/// What a client can compare: status, headers and body, without what differs between any two responses. A message may
/// name the address that was sent; the password may be a common word, so it is not looked for.
fn comparable(response: &Response, address: &str) -> BTreeMap<String, String> {
    let stable = |text: &str| {
        let named = text.replace(address, "(as sent)");
        named.chars().map(|character| if character.is_ascii_digit() { '0' } else { character }).collect::<String>()
    };
    let mut seen = BTreeMap::from([("status".to_owned(), response.status.to_string())]);
    for (name, value) in &response.headers {
        let name = name.to_lowercase();
        if !VOLATILE.contains(&name.as_str()) && !name.contains("ratelimit") {
            seen.entry(format!("header {name}")).or_insert_with(String::new).push_str(&stable(value));
        }
    }
    match response.json() {
        Ok(Value::Object(fields)) => {
            seen.extend(fields.iter().map(|(name, value)| (format!("/{name}"), stable(&value.to_string()))));
        }
        _ => drop(seen.insert("body".to_owned(), stable(&response.text()))),
    }
    seen
}

/// Where a response differs from two others, in a place in which these are equal.
fn difference(
    received: &BTreeMap<String, String>,
    one: &BTreeMap<String, String>,
    two: &BTreeMap<String, String>,
) -> Option<Violation> {
    let places = received.keys().chain(one.keys());
    let place = places.into_iter().find(|place| {
        *place != "/correlationId" && one.get(*place) == two.get(*place) && received.get(*place) != one.get(*place)
    })?;
    let expected = one.get(place).map_or_else(|| "none".to_owned(), Clone::clone);
    let received = received.get(place).map_or_else(|| format!("no {place}"), Clone::clone);
    Some(Violation::new(place.clone(), format!("{expected}, as for an unknown account")).received(received))
}

/// Requests with passwords that are rejected for another reason: no response repeats them.
async fn repeated(run: &mut Run<'_>, operation: &Operation) {
    let contract = run.contract;
    let names: Vec<String> = operation.properties(contract).map(|(name, _)| name.clone()).collect();
    let secrets: Vec<&String> = names.iter().filter(|name| contract.secret_names().contains(name)).collect();
    // A server that ignores what is wrong with the request may change the password.
    if secrets.is_empty() || (operation.id.starts_with("update") && !run.account.disposable) {
        return;
    }
    let Ok(draft) = run.draft(operation, Extent::Minimal, Purpose::Fail).await else { return };
    let credential = run.credential(operation);
    let secret = format!("Conform0{}", uuid::Uuid::new_v4().simple());
    run.secrets.add(&secret);
    let mut body = draft.body.clone().unwrap_or_default();
    let values = [json!(secret), json!([secret]), json!({ "value": secret }), json!(format!("{secret}\u{0}\n"))];
    for value in values {
        for name in &names {
            body[name.as_str()] = if secrets.contains(&name) { value.clone() } else { json!(["conform"]) };
        }
        // All names are secret: the last is broken.
        if value.is_string() && secrets.len() == names.len() {
            body[names.last().map_or("", String::as_str)] = json!([secret]);
        }
        let request = run.request(operation, &draft.with_body(body.clone())).with(credential.as_ref());
        run.send(operation, &request, Expected::Any).await;
    }
    let mut request = run.request(operation, &draft.with_body(body)).with(credential.as_ref());
    request.body = Some(format!("{{\"{}\":\"{secret}\",", secrets[0]).into_bytes());
    run.send_malformed(operation, &request, Expected::Any).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(message: &str, cid: &str) -> Response {
        let headers = vec![("X-Immich-Cid".to_owned(), cid.to_owned()), ("X-A".to_owned(), "1".to_owned())];
        let body = json!({ "message": message, "correlationId": cid }).to_string().into_bytes();
        Response { received: http1_client::Response { status: 401, headers, body }, surplus: Vec::new() }
    }

    #[test]
    fn only_what_two_unknown_accounts_have_in_common_is_compared() {
        let unknown = |email: &str| comparable(&response(&format!("{email}: incorrect"), email), email);
        let (one, two) = (unknown("a@b.c"), unknown("d@e.f"));

        assert_eq!(difference(&unknown("g@h.i"), &one, &two), None);
        let other = comparable(&response("a@b.c: wrong password", "a"), "a@b.c");
        assert_eq!(difference(&other, &one, &two).unwrap().at, "/message");
    }
}
