//! Cookies. The contract names only the one with the token; clients of the original rely on all that a login sets and a
//! logout clears, which the profile lists.

use super::{Exchange, Verdicts};
use crate::profile::{CookieRule, Cookies, Profile};
use crate::results::Violation;
use crate::rule::Rule;
use std::collections::BTreeMap;

/// A parsed `Set-Cookie` header (RFC 6265, section 5.2).
struct Cookie<'a> {
    value: &'a str,
    /// Names in lower case.
    attributes: BTreeMap<String, &'a str>,
}

pub(super) fn check(exchange: &Exchange<'_>, profile: &Profile, verdicts: &mut Verdicts) {
    let rules = &profile.cookies;
    let succeeded = exchange.response.is_success() && !exchange.request.is_head();
    let is_set = exchange.operation.id == rules.set_by;
    let expected: &[CookieRule] =
        if succeeded && (is_set || exchange.operation.id == rules.cleared_by) { &rules.cookie } else { &[] };
    let received: BTreeMap<&str, Cookie<'_>> =
        exchange.response.headers_named("set-cookie").filter_map(parse).collect();
    for name in received.keys() {
        if !expected.iter().any(|known| known.name == *name) {
            let violation = Violation::new(*name, "no such cookie");
            verdicts.fail(Rule::CookieUnknown, violation.received(format!("a cookie {name}")));
        }
    }
    if !verdicts.has_failed(Rule::CookieUnknown) {
        verdicts.pass(Rule::CookieUnknown);
    }
    for rule in expected {
        let name = rule.name.as_str();
        let cookie = received.get(name);
        verdicts.check(Rule::CookieMissing, cookie.is_some(), || {
            Violation::new(name, format!("the cookie {name}")).received(format!("cookies: {:?}", received.keys()))
        });
        let Some(cookie) = cookie else { continue };
        let faults =
            if is_set { faults_of_set(exchange, cookie, rules, rule) } else { faults_of_cleared(cookie, rules) };
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
fn faults_of_set(exchange: &Exchange<'_>, cookie: &Cookie<'_>, rules: &Cookies, rule: &CookieRule) -> Vec<String> {
    let mut faults = Vec::new();
    let in_body = rule.value_at.as_ref().and_then(|pointer| exchange.response.text_at(pointer));
    let value = rule.value.clone().or(in_body);
    if value.as_deref().is_some_and(|value| value != cookie.value) {
        faults.push("its value; for the token cookie, the accessToken of the body".to_owned());
    }
    if cookie.attributes.contains_key("httponly") != rule.http_only {
        faults.push(if rule.http_only { "HttpOnly" } else { "no HttpOnly" }.to_owned());
    }
    let max_age = rules.max_age.to_string();
    for (name, expected) in [("path", &rules.path), ("samesite", &rules.same_site), ("max-age", &max_age)] {
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

fn faults_of_cleared(cookie: &Cookie<'_>, rules: &Cookies) -> Vec<String> {
    let mut faults = Vec::new();
    if !cookie.value.is_empty() {
        faults.push("no value".to_owned());
    }
    if cookie.attributes.get("path").copied() != Some(&rules.path) {
        faults.push(format!("Path={}", rules.path));
    }
    let is_past = cookie.attributes.get("expires").copied() == Some(&rules.past)
        || cookie.attributes.get("max-age") == Some(&"0");
    if !is_past {
        faults.push(format!("Expires={}", rules.past));
    }
    faults
}
