//! A run in progress: asks, judges every answer, keeps the books.

mod account;
mod created;
mod lifecycle;
pub(crate) mod other_user;
mod request_draft;

pub(crate) use account::{Account, Kind, refusal};
pub(crate) use created::{Made, identifier};
pub use lifecycle::{CannotRun, run};
pub(crate) use request_draft::{Draft, Purpose, harmless_permission};

use crate::contract::{Contract, Operation};
pub(crate) use crate::http::Credential;
use crate::http::{Client, Request, Response, curl};
use crate::options::Options;
use crate::response::{Exchange, Message, judge, judge_message};
use crate::results::{Departure, Finding, Ledger};
use crate::rule::Rule;
use crate::secrets::Secrets;
use indicatif::ProgressBar;

/// A run in progress.
pub(crate) struct Exam<'a> {
    pub(crate) contract: &'a Contract,
    pub(crate) options: &'a Options,
    pub(crate) client: Client,
    pub(crate) ledger: Ledger,
    pub(crate) secrets: Secrets,
    pub(crate) account: Account,
    pub(crate) made: Made,
    /// The token of the second user, if there is one.
    pub(crate) stranger: Option<String>,
    /// What is to be told beside findings.
    pub(crate) notes: Vec<String>,
    pub(crate) requests: usize,
    pub(crate) progress: ProgressBar,
}

/// What an answer should be.
#[derive(Clone, Copy)]
pub(crate) enum Wanted<'a> {
    /// A success; otherwise `rule` is broken.
    Success { rule: Rule, at: &'a str },
    /// A refusal with this status; otherwise `rule` is broken.
    Refusal { rule: Rule, status: u16, at: &'a str, message: Message<'a> },
    /// Whatever it is: only what holds for every answer is judged.
    Anything,
}

impl Exam<'_> {
    /// Sends a request of an operation and judges the answer; `None` when there is none.
    pub(crate) async fn ask(
        &mut self,
        operation: &Operation,
        request: &Request,
        wanted: Wanted<'_>,
    ) -> Option<Response> {
        self.ask_with(operation, request, wanted, false).await
    }

    /// As [`ask`](Self::ask), for a request whose body cannot be parsed.
    pub(crate) async fn ask_unreadable(&mut self, operation: &Operation, request: &Request, wanted: Wanted<'_>) {
        self.ask_with(operation, request, wanted, true).await;
    }

    async fn ask_with(
        &mut self,
        operation: &Operation,
        request: &Request,
        wanted: Wanted<'_>,
        unreadable: bool,
    ) -> Option<Response> {
        self.requests += 1;
        let answer = match self.client.send(request).await {
            Ok(answer) => answer,
            Err(error) => {
                let departure = Departure::new(error.kind().to_string(), "an answer").came(error.to_string());
                self.broken(operation, Rule::NoAnswer, request, departure, "");
                return None;
            }
        };
        self.ledger.passed(&operation.id, Rule::NoAnswer);
        let exchange = Exchange {
            contract: self.contract,
            operation,
            request,
            answer: &answer,
            secrets: &self.secrets,
            unreadable,
        };
        let mut verdicts = judge(&exchange);
        want(&exchange, wanted, &mut verdicts);
        // What the answer tells must be known before any of it is shown.
        self.learn(&answer);
        let shown = self.shown(&answer);
        for (rule, departure) in verdicts.0 {
            match departure {
                None => self.ledger.passed(&operation.id, rule),
                Some(departure) => self.broken(operation, rule, request, departure, &shown),
            }
        }
        self.after(operation, request, &answer);
        Some(answer)
    }

    /// Sends a request that only prepares something: its answer is not judged.
    pub(crate) async fn prepare(&mut self, operation: &Operation, request: &Request) -> Option<Response> {
        self.requests += 1;
        let answer = self.client.send(request).await.ok()?;
        self.learn(&answer);
        self.after(operation, request, &answer);
        Some(answer)
    }

    /// Writes down that an answer broke a rule.
    pub(crate) fn broken(
        &mut self,
        operation: &Operation,
        rule: Rule,
        request: &Request,
        departure: Departure,
        shown: &str,
    ) {
        let Departure { at, expected, came } = departure;
        let came = match came {
            Some(came) if shown.is_empty() => came,
            Some(came) => format!("{came}, in: {shown}"),
            None => shown.to_owned(),
        };
        self.ledger.found(Finding {
            operation: operation.id.clone(),
            rule,
            at,
            request: curl(request, &self.client.target, &self.secrets),
            came: self.secrets.hidden(&came),
            expected: self.secrets.hidden(&expected),
            times: 1,
            waived: None,
        });
    }

    pub(crate) fn skip(&mut self, operation: &Operation, rule: Rule, why: &str) {
        self.ledger.skipped(&operation.id, rule, why);
    }

    /// A fact about what requests bring about, which took several of them.
    pub(crate) fn fact(
        &mut self,
        operation: &Operation,
        rule: Rule,
        request: &Request,
        answer: &Response,
        departure: Option<Departure>,
    ) {
        match departure {
            None => self.ledger.passed(&operation.id, rule),
            Some(departure) => {
                let shown = self.shown(answer);
                self.broken(operation, rule, request, departure, &shown);
            }
        }
    }

    /// Status and body, shortened, without secrets.
    fn shown(&self, answer: &Response) -> String {
        const LONGEST: usize = 600;
        let body = answer.decoded().unwrap_or_else(|_| answer.body.clone());
        let text = format!("{} {}", answer.status, self.secrets.hidden_body(&body));
        match text.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
            None => text.trim_end().to_owned(),
        }
    }

    /// Remembers every secret that an answer tells.
    fn learn(&mut self, answer: &Response) {
        if !answer.is_success() {
            return;
        }
        let Ok(body) = answer.json() else { return };
        let mut found = Vec::new();
        secrets_in(&body, self.contract.secret_names(), &mut found);
        for secret in &found {
            self.secrets.learn(secret);
        }
    }
}

fn secrets_in(value: &serde_json::Value, names: &[String], found: &mut Vec<String>) {
    for item in value.as_array().into_iter().flatten() {
        secrets_in(item, names, found);
    }
    for (name, field) in value.as_object().into_iter().flatten() {
        match field.as_str() {
            Some(text) if names.contains(name) => found.push(text.to_owned()),
            _ => secrets_in(field, names, found),
        }
    }
}

/// Whether a request was refused, but not for the field that it breaks: then nothing is known of that constraint.
/// What is wrong with fields is told in a list; one text that does not even name the field is about something else.
fn is_about_something_else(answer: &Response, wanted: Message<'_>) -> bool {
    let Message::ListNaming(field) = wanted else { return false };
    answer.text_at("/message").is_some_and(|text| !text.contains(field))
}

/// Whether the answer is what was wanted.
fn want(exchange: &Exchange<'_>, wanted: Wanted<'_>, verdicts: &mut crate::response::Verdicts) {
    let Exchange { operation, answer, .. } = exchange;
    // What is wrong then has been told, by a rule that says it better.
    if answer.status >= 500 || operation.response(answer.status).is_none() {
        return;
    }
    match wanted {
        Wanted::Anything => {}
        Wanted::Success { rule, at } => verdicts.check(rule, answer.status < 400, || {
            let listed: Vec<String> = operation.responses.keys().map(u16::to_string).collect();
            Departure::new(at, listed.join(" or "))
        }),
        Wanted::Refusal { rule, status, at, message } => {
            if answer.status != status {
                verdicts.broke(rule, Departure::new(at, format!("refused with {status}")));
            } else if is_about_something_else(answer, message) {
                verdicts.broke(rule, Departure::new(at, format!("refused with {status} for this reason")));
            } else {
                verdicts.held(rule);
                judge_message(exchange, message, verdicts);
            }
        }
    }
}
