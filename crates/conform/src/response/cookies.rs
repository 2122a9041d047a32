//! Cookies. The contract names only the one that carries the token; what a login sets and a logout clears is what
//! clients of the original rely on.

use super::{Exchange, Verdicts};
use crate::results::Departure;
use crate::rule::Rule;
use std::collections::BTreeMap;

/// What a login sets: name, value (any, where none is given), whether scripts must not see it.
const SET_BY_LOGIN: [(&str, Option<&str>, bool); 3] = [
    ("immich_access_token", None, true),
    ("immich_auth_type", Some("password"), true),
    // The web client reads this one, which tells it that there is a token.
    ("immich_is_authenticated", Some("true"), false),
];
/// 400 days, the longest that browsers keep a cookie.
const MAX_AGE: &str = "34560000";
/// The date that a cleared cookie ends at.
const PAST: &str = "Thu, 01 Jan 1970 00:00:00 GMT";

/// A `Set-Cookie` header, taken apart.
struct Cookie<'a> {
    value: &'a str,
    /// Names in lower case.
    attributes: BTreeMap<String, &'a str>,
}

pub(super) fn judge(exchange: &Exchange<'_>, verdicts: &mut Verdicts) {
    let succeeded = exchange.answer.is_success() && !exchange.request.is_head();
    let expected: &[_] = match exchange.operation.id.as_str() {
        "login" | "logout" if succeeded => &SET_BY_LOGIN,
        _ => &[],
    };
    let came: BTreeMap<&str, Cookie<'_>> = exchange.answer.headers_named("set-cookie").filter_map(parse).collect();
    for name in came.keys() {
        if !expected.iter().any(|(known, ..)| known == name) {
            let departure = Departure::new(*name, "no such cookie");
            verdicts.broke(Rule::CookieUnknown, departure.came(format!("a cookie {name}")));
        }
    }
    if !verdicts.has_broken(Rule::CookieUnknown) {
        verdicts.held(Rule::CookieUnknown);
    }
    for (name, value, http_only) in expected {
        let cookie = came.get(name);
        verdicts.check(Rule::CookieMissing, cookie.is_some(), || {
            Departure::new(*name, format!("the cookie {name}")).came(format!("cookies: {:?}", came.keys()))
        });
        let Some(cookie) = cookie else { continue };
        let faults = if exchange.operation.id == "login" {
            faults_of_set(exchange, cookie, *value, *http_only)
        } else {
            faults_of_cleared(cookie)
        };
        for fault in &faults {
            let header = exchange.answer.headers_named("set-cookie").find(|header| header.starts_with(name));
            let departure = Departure::new(format!("{name}: {fault}"), fault.clone());
            verdicts.broke(Rule::CookieAttributes, departure.came(header.unwrap_or_default()));
        }
        if faults.is_empty() {
            verdicts.held(Rule::CookieAttributes);
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

/// What a cookie of a login should be, and is not.
fn faults_of_set(exchange: &Exchange<'_>, cookie: &Cookie<'_>, value: Option<&str>, http_only: bool) -> Vec<String> {
    let mut faults = Vec::new();
    let token = exchange.answer.text_at("/accessToken");
    let value = value.map(str::to_owned).or(token);
    if value.as_deref().is_some_and(|value| value != cookie.value) {
        faults.push("its value, for the token that of the body".to_owned());
    }
    if cookie.attributes.contains_key("httponly") != http_only {
        faults.push(if http_only { "HttpOnly" } else { "no HttpOnly" }.to_owned());
    }
    for (name, wanted) in [("path", "/"), ("samesite", "Lax"), ("max-age", MAX_AGE)] {
        if cookie.attributes.get(name).is_none_or(|came| !came.eq_ignore_ascii_case(wanted)) {
            faults.push(format!("{name}={wanted}"));
        }
    }
    if !cookie.attributes.contains_key("expires") {
        faults.push("Expires".to_owned());
    }
    // What comes over http and is marked so is dropped by browsers.
    if cookie.attributes.contains_key("secure") {
        faults.push("no Secure, for the request came over http".to_owned());
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
