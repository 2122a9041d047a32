//! The rules for every response, whatever the request.

mod body;
mod cookies;
mod error;
mod secrets;

pub(crate) use error::{Message, check_message};
pub(crate) use secrets::documented as documented_secrets;

use crate::contract::{Contract, Operation};
use crate::http::{Request, Response};
use crate::profile::{CorrelationId, Profile};
use crate::results::Violation;
use crate::rule::Rule;
use crate::secrets::Secrets;
use crate::severity::Severity;
use serde_json::Value;

/// A request and its response.
#[derive(Clone, Copy)]
pub(crate) struct Exchange<'a> {
    pub(crate) contract: &'a Contract,
    pub(crate) profile: Option<&'a Profile>,
    pub(crate) operation: &'a Operation,
    pub(crate) request: &'a Request,
    pub(crate) response: &'a Response,
    pub(crate) secrets: &'a Secrets,
    /// The request's body cannot be parsed: such requests are rejected before they get a correlation id.
    pub(crate) malformed: bool,
}

/// The rules that were checked, each with how it was broken, if it was.
#[derive(Debug, Default)]
pub(crate) struct Verdicts {
    pub(crate) rules: Vec<(Rule, Option<Violation>)>,
    /// What was not checked, and why.
    pub(crate) unchecked: Vec<(Rule, String)>,
}

impl Verdicts {
    pub(crate) fn pass(&mut self, rule: Rule) {
        self.rules.push((rule, None));
    }

    /// The same problem in the same place, for instance in every item of a list, is recorded once.
    pub(crate) fn fail(&mut self, rule: Rule, violation: Violation) {
        let is_same = |known: &Violation| known.at == violation.at;
        if !self.rules.iter().any(|(broken, known)| *broken == rule && known.as_ref().is_some_and(is_same)) {
            self.rules.push((rule, Some(violation)));
        }
    }

    pub(crate) fn check(&mut self, rule: Rule, holds: bool, violation: impl FnOnce() -> Violation) {
        if holds { self.pass(rule) } else { self.fail(rule, violation()) }
    }

    fn has_failed(&self, rule: Rule) -> bool {
        self.rules.iter().any(|(broken, violation)| *broken == rule && violation.is_some())
    }
}

/// Checks the rules that need not know what was expected.
pub(crate) fn check(exchange: &Exchange<'_>) -> Verdicts {
    let mut verdicts = Verdicts::default();
    secrets::check(exchange, &mut verdicts);
    let status = exchange.response.status;
    if status >= 500 {
        verdicts.fail(Rule::ServerError, Violation::new(format!("{status}"), "any status below 500"));
        return verdicts;
    }
    verdicts.pass(Rule::ServerError);
    let Some(response) = exchange.operation.response(status) else {
        let violation = Violation::new(status.to_string(), format!("{}, or an error", exchange.operation.statuses()));
        // A contract need not list every error (OpenAPI, "Responses Object").
        let violation = if status >= 400 { violation.severity(Severity::Note) } else { violation };
        verdicts.fail(Rule::UndocumentedStatus, violation);
        return verdicts;
    };
    verdicts.pass(Rule::UndocumentedStatus);
    if let Some(profile) = exchange.profile {
        correlation_id(exchange, &profile.correlation_id, &mut verdicts);
        cookies::check(exchange, profile, &mut verdicts);
    }
    let conventions = exchange.contract.conventions();
    if response.contents.is_empty() || exchange.request.is_head() {
        // A response to HEAD need not have the type of what it does not send (RFC 9110, section 9.3.2).
        let may_lack_type = exchange.profile.is_none() && exchange.response.header("content-type").is_none();
        if !response.contents.is_empty() && !may_lack_type {
            body::content_type(response, exchange.response, &mut verdicts);
        }
        // A body that the contract does not list is no fault, unless HTTP does not allow it or every error has one format.
        if conventions.errors || exchange.request.is_head() || [204, 205, 304].contains(&status) {
            body::no_body(exchange.response, &mut verdicts);
        }
        return verdicts;
    }
    match body::content_type(response, exchange.response, &mut verdicts) {
        Some(content) if content.is_json() => {
            if let Some(value) = body::json(exchange.response, &mut verdicts) {
                body::schema(content, &value, &mut verdicts);
                if status >= 400 && conventions.errors {
                    error::check(exchange, &value, &mut verdicts);
                }
            }
        }
        Some(content) if content.is_text() => {
            body::schema(content, &Value::String(exchange.response.text()), &mut verdicts);
        }
        _ => {}
    }
    verdicts
}

fn correlation_id(exchange: &Exchange<'_>, rule: &CorrelationId, verdicts: &mut Verdicts) {
    let CorrelationId { header, property } = rule;
    let Exchange { request, response, malformed, .. } = exchange;
    let Some(received) = response.header(header).filter(|id| !id.is_empty()) else {
        if !malformed {
            verdicts.fail(Rule::CorrelationId, Violation::new("header", format!("the header {header}")));
        }
        return;
    };
    let sent = request.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(header));
    if let Some((_, sent)) = sent
        && sent != received
    {
        let violation = Violation::new("header, as sent", format!("{header}: {sent}, as in the request"));
        verdicts.fail(Rule::CorrelationId, violation.received(format!("{header}: {received}")));
        return;
    }
    if response.status >= 400 && !request.is_head() && !malformed {
        let repeated = response.json().ok().and_then(|body| body.pointer(property).cloned());
        if repeated.as_ref().and_then(Value::as_str) != Some(received) {
            let violation = Violation::new(property.as_str(), format!("{received:?}, as in the header {header}"));
            let repeated = repeated.map_or_else(|| format!("no {property}"), |value| value.to_string());
            verdicts.fail(Rule::CorrelationId, violation.received(repeated));
            return;
        }
    }
    verdicts.pass(Rule::CorrelationId);
}

#[cfg(test)]
mod tests;
