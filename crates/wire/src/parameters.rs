//! Path, query and header parameters, validated by the same [rules](crate::rules) as the fields of a body.
//!
//! All violations are reported together, parameter by parameter in the contract's order. Parameters are text, so:
//! - a number has the syntax of JSON, a boolean is `true` or `false`; nothing is trimmed;
//! - an empty value (`?page=`) is present, not absent;
//! - a repeated name is a list, which only list parameters accept;
//! - a list is `a=1&a=2` or `a[]=1&a[]=2`; `a=1` is a list with one item;
//! - repeated header lines are one value, joined by `, ` (RFC 9110 section 5.3); invalid UTF-8 becomes U+FFFD.

use std::borrow::Cow;

use http::HeaderMap;
use http::request::Parts;
use serde_json::Value;

use crate::error::RequestError;
use crate::query::Query;
use crate::rules::{Rule, Violations};

/// The parameters of one request. Each is read by one call, in the order in which violations are reported.
///
/// A call returns `None` exactly if it added a violation. Read all parameters before returning on a `None`, so that all
/// violations are reported.
#[derive(Debug)]
pub struct Parameters<'a> {
    query: Query<'a>,
    headers: &'a HeaderMap,
    violations: Violations,
}

/// Reads the parameters of a request.
///
/// # Errors
/// The messages of all violations, in order.
pub fn read<T>(head: &Parts, read: impl FnOnce(&mut Parameters<'_>) -> Option<T>) -> Result<T, RequestError> {
    let query = Query::parse(head.uri.query().unwrap_or_default());
    let mut parameters = Parameters { query, headers: &head.headers, violations: Violations::new() };
    match read(&mut parameters) {
        Some(values) if parameters.violations.is_empty() => Ok(values),
        _ => Err(RequestError::Validation(parameters.violations.into_vec())),
    }
}

impl Parameters<'_> {
    /// A path parameter, already decoded (see [`path::decode`](crate::path::decode)). It is never absent.
    pub fn path<R: Rule>(&mut self, name: &str, text: &str, rule: &R) -> Option<R::Output> {
        self.check(name, &[Cow::Borrowed(text)], rule)
    }

    /// A required query parameter.
    pub fn query<R: Rule>(&mut self, name: &str, rule: &R) -> Option<R::Output> {
        let texts = self.query.all(name);
        self.check(name, &texts, rule)
    }

    /// An optional query parameter; `Some(None)` if it is absent.
    #[allow(clippy::option_option, reason = "the outer option means valid, the inner one present")]
    pub fn optional_query<R: Rule>(&mut self, name: &str, rule: &R) -> Option<Option<R::Output>> {
        let texts = self.query.all(name);
        self.check_present(name, &texts, rule)
    }

    /// A required query parameter that is a list.
    pub fn list<R: Rule>(&mut self, name: &str, rule: &R) -> Option<R::Output> {
        let texts = self.query.list(name);
        self.check(name, &texts, rule)
    }

    /// An optional query parameter that is a list; `Some(None)` if it is absent.
    #[allow(clippy::option_option, reason = "the outer option means valid, the inner one present")]
    pub fn optional_list<R: Rule>(&mut self, name: &str, rule: &R) -> Option<Option<R::Output>> {
        let texts = self.query.list(name);
        self.check_present(name, &texts, rule)
    }

    /// A required header. Its name matches in any case and is spelled as in the contract in messages.
    pub fn header<R: Rule>(&mut self, name: &str, rule: &R) -> Option<R::Output> {
        let texts = self.header_texts(name);
        self.check(name, &texts, rule)
    }

    /// An optional header; `Some(None)` if it is absent.
    #[allow(clippy::option_option, reason = "the outer option means valid, the inner one present")]
    pub fn optional_header<R: Rule>(&mut self, name: &str, rule: &R) -> Option<Option<R::Output>> {
        let texts = self.header_texts(name);
        self.check_present(name, &texts, rule)
    }

    /// All lines of a header as one text; empty if the header is absent.
    fn header_texts(&self, name: &str) -> Vec<Cow<'static, str>> {
        let lines: Vec<_> =
            self.headers.get_all(name).iter().map(|line| String::from_utf8_lossy(line.as_bytes())).collect();
        if lines.is_empty() { Vec::new() } else { vec![Cow::Owned(lines.join(", "))] }
    }

    fn check<R: Rule>(&mut self, name: &str, texts: &[Cow<'_, str>], rule: &R) -> Option<R::Output> {
        let value: Option<Value> = (!texts.is_empty()).then(|| rule.value_from_texts(texts));
        rule.check(name, value.as_ref(), &mut self.violations)
    }

    #[allow(clippy::option_option, reason = "the outer option means valid, the inner one present")]
    fn check_present<R: Rule>(&mut self, name: &str, texts: &[Cow<'_, str>], rule: &R) -> Option<Option<R::Output>> {
        if texts.is_empty() {
            return Some(None);
        }
        self.check(name, texts, rule).map(Some)
    }
}

#[cfg(test)]
mod tests;
