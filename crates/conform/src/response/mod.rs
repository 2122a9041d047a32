//! What holds for every answer, whatever was asked.

mod body;
mod cookies;
mod error;
mod secrets;

pub(crate) use error::{Message, judge_message};

use crate::contract::{Contract, Operation};
use crate::http::{Request, Response};
use crate::results::Departure;
use crate::rule::Rule;
use crate::secrets::Secrets;
use serde_json::Value;

/// The header that names a request.
pub(crate) const CORRELATION_ID: &str = "x-immich-cid";

/// A request and its answer.
#[derive(Clone, Copy)]
pub(crate) struct Exchange<'a> {
    pub(crate) contract: &'a Contract,
    pub(crate) operation: &'a Operation,
    pub(crate) request: &'a Request,
    pub(crate) answer: &'a Response,
    pub(crate) secrets: &'a Secrets,
    /// The body could not even be parsed: such requests are refused before they are named.
    pub(crate) unreadable: bool,
}

/// The rules that were looked at, each with how it was broken, if it was.
#[derive(Debug, Default)]
pub(crate) struct Verdicts(pub(crate) Vec<(Rule, Option<Departure>)>);

impl Verdicts {
    pub(crate) fn held(&mut self, rule: Rule) {
        self.0.push((rule, None));
    }

    /// What is wrong in the same place, with every item of a list for instance, is told once.
    pub(crate) fn broke(&mut self, rule: Rule, departure: Departure) {
        let is_same = |known: &Departure| known.at == departure.at;
        if !self.0.iter().any(|(broken, known)| *broken == rule && known.as_ref().is_some_and(is_same)) {
            self.0.push((rule, Some(departure)));
        }
    }

    pub(crate) fn check(&mut self, rule: Rule, holds: bool, departure: impl FnOnce() -> Departure) {
        if holds { self.held(rule) } else { self.broke(rule, departure()) }
    }

    fn has_broken(&self, rule: Rule) -> bool {
        self.0.iter().any(|(broken, departure)| *broken == rule && departure.is_some())
    }
}

/// Everything that can be said of an answer without knowing what was wanted.
pub(crate) fn judge(exchange: &Exchange<'_>) -> Verdicts {
    let mut verdicts = Verdicts::default();
    let status = exchange.answer.status;
    if status >= 500 {
        verdicts.broke(Rule::ServerError, Departure::new(format!("{status}"), "any status below 500"));
        return verdicts;
    }
    verdicts.held(Rule::ServerError);
    let Some(response) = exchange.operation.response(status) else {
        let listed: Vec<String> = exchange.operation.responses.keys().map(u16::to_string).collect();
        let expected = format!("{}, or an error", listed.join(" or "));
        verdicts.broke(Rule::UndocumentedStatus, Departure::new(status.to_string(), expected));
        return verdicts;
    };
    verdicts.held(Rule::UndocumentedStatus);
    correlation_id(exchange, &mut verdicts);
    cookies::judge(exchange, &mut verdicts);
    match &response.content {
        Some(content) if exchange.request.is_head() => {
            body::content_type(content, exchange.answer, &mut verdicts);
            body::no_body(exchange.answer, &mut verdicts);
        }
        Some(content) => {
            body::content_type(content, exchange.answer, &mut verdicts);
            if let Some(value) = body::json(exchange.answer, &mut verdicts) {
                body::schema(content, &value, &mut verdicts);
                secrets::judge(exchange, &value, &mut verdicts);
                if status >= 400 {
                    error::judge(exchange, &value, &mut verdicts);
                }
            }
        }
        None => body::no_body(exchange.answer, &mut verdicts),
    }
    verdicts
}

fn correlation_id(exchange: &Exchange<'_>, verdicts: &mut Verdicts) {
    let Exchange { request, answer, unreadable, .. } = exchange;
    let Some(named) = answer.header(CORRELATION_ID).filter(|id| !id.is_empty()) else {
        if !unreadable {
            verdicts.broke(Rule::CorrelationId, Departure::new("header", format!("the header {CORRELATION_ID}")));
        }
        return;
    };
    let sent = request.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(CORRELATION_ID));
    if let Some((_, sent)) = sent
        && sent != named
    {
        let departure = Departure::new("header, as sent", format!("{CORRELATION_ID}: {sent}, as in the request"));
        verdicts.broke(Rule::CorrelationId, departure.came(format!("{CORRELATION_ID}: {named}")));
        return;
    }
    if answer.status >= 400 && !request.is_head() && !unreadable {
        let repeated = answer.json().ok().and_then(|body| body.get("correlationId").cloned());
        if repeated.as_ref().and_then(Value::as_str) != Some(named) {
            let departure = Departure::new("/correlationId", format!("{named:?}, as in the header {CORRELATION_ID}"));
            let came = repeated.map_or_else(|| "no correlationId".to_owned(), |value| value.to_string());
            verdicts.broke(Rule::CorrelationId, departure.came(came));
            return;
        }
    }
    verdicts.held(Rule::CorrelationId);
}

#[cfg(test)]
mod tests;
