//! Parameters of a request, in its path, its query and its headers, checked by the rules that also check fields.
//!
//! All violations are reported together, parameter by parameter in the contract's order. A parameter carries nothing
//! but text, so:
//! - a number is written as JSON writes it, a boolean as `true` or `false`; nothing is trimmed;
//! - an empty value (`?page=`) is a value, not an absent one;
//! - a name given more than once is a list, which only a parameter that is one accepts;
//! - a list is given as `a=1&a=2` or as `a[]=1&a[]=2`; `a=1` is a list of one;
//! - several header lines of one name are one value, joined by `, ` (RFC 9110 section 5.3); bytes that are no UTF-8
//!   become U+FFFD.

use std::borrow::Cow;

use http::HeaderMap;
use http::request::Parts;
use serde_json::Value;

use crate::error::RequestError;
use crate::query::Query;
use crate::rules::{Rule, Violations};

/// The parameters of one request, read one call each, in the order their violations are to be reported.
///
/// Each call gives `None` exactly if it added a violation. Read all before giving up on one.
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
    /// A path parameter, decoded; it is always there.
    pub fn path<R: Rule>(&mut self, name: &str, text: &str, rule: &R) -> Option<R::Output> {
        self.check(name, &[Cow::Borrowed(text)], rule)
    }

    /// A query parameter that must be there.
    pub fn query<R: Rule>(&mut self, name: &str, rule: &R) -> Option<R::Output> {
        let texts = self.query.all(name);
        self.check(name, &texts, rule)
    }

    /// A query parameter that may be absent (`Some(None)`).
    #[allow(clippy::option_option, reason = "the outer one says valid, the inner one present")]
    pub fn optional_query<R: Rule>(&mut self, name: &str, rule: &R) -> Option<Option<R::Output>> {
        let texts = self.query.all(name);
        self.check_present(name, &texts, rule)
    }

    /// A query parameter that is a list and must be there.
    pub fn list<R: Rule>(&mut self, name: &str, rule: &R) -> Option<R::Output> {
        let texts = self.query.list(name);
        self.check(name, &texts, rule)
    }

    /// A query parameter that is a list and may be absent (`Some(None)`).
    #[allow(clippy::option_option, reason = "the outer one says valid, the inner one present")]
    pub fn optional_list<R: Rule>(&mut self, name: &str, rule: &R) -> Option<Option<R::Output>> {
        let texts = self.query.list(name);
        self.check_present(name, &texts, rule)
    }

    /// A header that must be there. Its name is the contract's in messages, and matches in any case.
    pub fn header<R: Rule>(&mut self, name: &str, rule: &R) -> Option<R::Output> {
        let texts = self.header_texts(name);
        self.check(name, &texts, rule)
    }

    /// A header that may be absent (`Some(None)`).
    #[allow(clippy::option_option, reason = "the outer one says valid, the inner one present")]
    pub fn optional_header<R: Rule>(&mut self, name: &str, rule: &R) -> Option<Option<R::Output>> {
        let texts = self.header_texts(name);
        self.check_present(name, &texts, rule)
    }

    /// One text, if there are any.
    fn header_texts(&self, name: &str) -> Vec<Cow<'static, str>> {
        let lines: Vec<_> =
            self.headers.get_all(name).iter().map(|line| String::from_utf8_lossy(line.as_bytes())).collect();
        if lines.is_empty() { Vec::new() } else { vec![Cow::Owned(lines.join(", "))] }
    }

    fn check<R: Rule>(&mut self, name: &str, texts: &[Cow<'_, str>], rule: &R) -> Option<R::Output> {
        let value: Option<Value> = (!texts.is_empty()).then(|| rule.value_of(texts));
        rule.check(name, value.as_ref(), &mut self.violations)
    }

    #[allow(clippy::option_option, reason = "the outer one says valid, the inner one present")]
    fn check_present<R: Rule>(&mut self, name: &str, texts: &[Cow<'_, str>], rule: &R) -> Option<Option<R::Output>> {
        if texts.is_empty() {
            return Some(None);
        }
        self.check(name, texts, rule).map(Some)
    }
}

#[cfg(test)]
mod tests;
