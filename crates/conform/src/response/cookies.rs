//! Cookies. The contract names only the one with the token; clients of the original rely on all that a login sets and a
//! logout clears.

use super::{Exchange, Verdicts};
use crate::results::Violation;
use crate::rule::Rule;
use std::collections::BTreeMap;

/// The cookies of a login: name, value (`None` for the token), whether it is `HttpOnly`.
const SET_BY_LOGIN: [(&str, Option<&str>, bool); 3] = [
    ("immich_access_token", None, true),
    ("immich_auth_type", Some("password"), true),
    // The web client reads this one to see whether there is a token.
    ("immich_is_authenticated", Some("true"), false),
];
/// 400 days, the longest that browsers keep a cookie.
const MAX_AGE: &str = "34560000";
/// The `Expires` of a cleared cookie.
const PAST: &str = "Thu, 01 Jan 1970 00:00:00 GMT";

/// A parsed `Set-Cookie` header (RFC 6265, section 5.2).
struct Cookie<'a> {
    value: &'a str,
    /// Names in lower case.
    attributes: BTreeMap<String, &'a str>,
}

pub(super) fn check(exchange: &Exchange<'_>, verdicts: &mut Verdicts) {
    let succeeded = exchange.response.is_success() && !exchange.request.is_head();
    let expected: &[_] = match exchange.operation.id.as_str() {
        "login" | "logout" if succeeded => &SET_BY_LOGIN,
        _ => &[],
    };
    let received: BTreeMap<&str, Cookie<'_>> =
        exchange.response.headers_named("set-cookie").filter_map(parse).collect();
    for name in received.keys() {
        if !expected.iter().any(|(known, ..)| known == name) {
            let violation = Violation::new(*name, "no such cookie");
            verdicts.fail(Rule::CookieUnknown, violation.received(format!("a cookie {name}")));
        }
    }
    if !verdicts.has_failed(Rule::CookieUnknown) {
        verdicts.pass(Rule::CookieUnknown);
    }
    for (name, value, http_only) in expected {
        let cookie = received.get(name);
        verdicts.check(Rule::CookieMissing, cookie.is_some(), || {
            Violation::new(*name, format!("the cookie {name}")).received(format!("cookies: {:?}", received.keys()))
        });
        let Some(cookie) = cookie else { continue };
        let faults = if exchange.operation.id == "login" {
            faults_of_set(exchange, cookie, *value, *http_only)
        } else {
            faults_of_cleared(cookie)
        };
        for fault in &faults {
            let header = exchange.response.headers_named("set-cookie").find(|header| header.starts_with(name));
            let violation = Violation::new(format!("{name}: {fault}"), fault.clone());
            verdicts.fail(Rule::CookieAttributes, violation.received(header.unwrap_or_default()));
        }
        if faults.is_empty() {
            verdicts.pass(Rule::CookieAttributes);
        }
    }
}

fn parse(header: &str) -> Option<(&str, Cookie<'_>)> {
    let mut parts = header.split(';').map(str::trim);
    let (name, value) = parts.next()?.split_once('=')?;
    let attributes =
        parts.map(|part| part.split_once('=').unwrap_or((part, ""))).map(|(name, value)| (name.to_lowercase(), value));
    Some((name, Cookie { value, attributes: attributes.collect() }))
}

/// The attributes and values that a login's cookie should have but does not.
fn faults_of_set(exchange: &Exchange<'_>, cookie: &Cookie<'_>, value: Option<&str>, http_only: bool) -> Vec<String> {
    let mut faults = Vec::new();
    let token = exchange.response.text_at("/accessToken");
    let value = value.map(str::to_owned).or(token);
    if value.as_deref().is_some_and(|value| value != cookie.value) {
        faults.push("its value; for the token cookie, the accessToken of the body".to_owned());
    }
    if cookie.attributes.contains_key("httponly") != http_only {
        faults.push(if http_only { "HttpOnly" } else { "no HttpOnly" }.to_owned());
    }
    for (name, expected) in [("path", "/"), ("samesite", "Lax"), ("max-age", MAX_AGE)] {
        if cookie.attributes.get(name).is_none_or(|received| !received.eq_ignore_ascii_case(expected)) {
            faults.push(format!("{name}={expected}"));
        }
    }
    if !cookie.attributes.contains_key("expires") {
        faults.push("Expires".to_owned());
    }
    // Browsers ignore Secure cookies that are set over http.
    if cookie.attributes.contains_key("secure") {
        faults.push("no Secure, because the request was sent over http".to_owned());
    }
    faults
}

fn faults_of_cleared(cookie: &Cookie<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    if !cookie.value.is_empty() {
        faults.push("no value".to_owned());
    }
    if cookie.attributes.get("path") != Some(&"/") {
        faults.push("Path=/".to_owned());
    }
    let is_past = cookie.attributes.get("expires") == Some(&PAST) || cookie.attributes.get("max-age") == Some(&"0");
    if !is_past {
        faults.push(format!("Expires={PAST}"));
    }
    faults
}
