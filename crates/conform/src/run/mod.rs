//! A run in progress: sends requests, checks every response, records the results.

mod account;
mod authenticate;
mod created;
mod identify;
mod lifecycle;
pub(crate) mod other_user;
mod request_draft;
mod side_by_side;
mod supervise;

pub(crate) use account::{Account, CredentialKind};
pub(crate) use created::{CreatedResources, identifier, own_identifier};
pub use lifecycle::{RunError, run};
pub(crate) use request_draft::{Purpose, RequestDraft, UNKNOWN_EMAIL, harmless_permission};

use crate::contract::{Contract, Operation};
use crate::control::{Snapshots, Status};
use crate::coverage::Observed;
pub(crate) use crate::http::Credential;
use crate::http::{Client, Request, Response, Sent, curl};
use crate::options::Options;
use crate::profile::Profile;
use crate::report::Report;
use crate::response::{Exchange, Message, check, check_message, documented_secrets};
use crate::results::{Finding, Results, Violation};
use crate::rule::Rule;
use crate::secrets::Secrets;
use crate::severity::Severity;
use crate::waivers::Waivers;
use indicatif::ProgressBar;
use std::sync::atomic::Ordering;
use std::time::Instant;

/// A run in progress.
pub(crate) struct Run<'a> {
    pub(crate) contract: &'a Contract,
    pub(crate) options: &'a Options,
    pub(crate) waivers: &'a Waivers,
    /// The operations to check.
    pub(crate) operations: Vec<&'a Operation>,
    pub(crate) started: Instant,
    /// What is checked beyond the contract.
    pub(crate) profile: Option<Profile>,
    pub(crate) client: Client,
    pub(crate) results: Results,
    pub(crate) secrets: Secrets,
    pub(crate) account: Account,
    pub(crate) created: CreatedResources,
    /// The token of the second user, if there is one.
    pub(crate) other_user: Option<String>,
    /// What the checks of effects keep on the server.
    pub(crate) fixture: Option<crate::checks::state::Fixture>,
    /// What could be read after so many requests.
    pub(crate) snapshot: Option<(usize, crate::checks::state::Snapshot)>,
    /// What the report says beside findings.
    pub(crate) notes: Vec<String>,
    pub(crate) requests: usize,
    /// What of the contract was exercised.
    pub(crate) observed: Observed,
    pub(crate) progress: ProgressBar,
    pub(crate) status: Status,
    pub(crate) snapshots: Snapshots<'a>,
}

/// What the response to a request should be.
#[derive(Clone, Copy)]
pub(crate) enum Expected<'a> {
    /// A success; otherwise `rule` is broken.
    Success { rule: Rule, at: &'a str },
    /// A rejection with this status; otherwise `rule` is broken.
    Rejection { rule: Rule, status: u16, at: &'a str, message: Message<'a> },
    /// Any: only the rules for every response apply.
    Any,
}

impl Expected<'_> {
    /// The rule that the request is sent for: without one, that requests get a response.
    fn rule(self) -> Rule {
        match self {
            Self::Success { rule, .. } | Self::Rejection { rule, .. } => rule,
            Self::Any => Rule::NoAnswer,
        }
    }
}

impl Run<'_> {
    /// Sends a request of an operation and checks the response; `None` when there is none.
    pub(crate) async fn send(
        &mut self,
        operation: &Operation,
        request: &Request,
        expected: Expected<'_>,
    ) -> Option<Response> {
        self.send_and_check(operation, request, expected, false).await
    }

    /// As [`send`](Self::send), for a request whose body cannot be parsed.
    pub(crate) async fn send_malformed(&mut self, operation: &Operation, request: &Request, expected: Expected<'_>) {
        self.send_and_check(operation, request, expected, true).await;
    }

    async fn send_and_check(
        &mut self,
        operation: &Operation,
        request: &Request,
        expected: Expected<'_>,
        malformed: bool,
    ) -> Option<Response> {
        if self.holds_back(operation, request) {
            return None;
        }
        let sent = self.client.send(&operation.id, request).await;
        self.check_sent(operation, request, expected, malformed, sent).await
    }

    /// Checks what came of a request.
    async fn check_sent(
        &mut self,
        operation: &Operation,
        request: &Request,
        expected: Expected<'_>,
        malformed: bool,
        sent: Sent,
    ) -> Option<Response> {
        self.record_exchange(operation, request, &sent);
        self.results.spent(&operation.id, expected.rule(), sent.took);
        let response = match &sent.result {
            Ok(response) => response,
            Err(error) => {
                let violation = Violation::new(error.kind().to_string(), "a response").received(error.to_string());
                self.record_finding(operation, Rule::NoAnswer, request, violation, "");
                self.end_if_silent(&error.to_string()).await;
                return None;
            }
        };
        self.results.passed(&operation.id, Rule::NoAnswer);
        let is_valid = matches!(expected, Expected::Success { .. });
        self.observed.add(self.contract, operation, request, response, is_valid);
        let exchange = Exchange {
            contract: self.contract,
            profile: self.profile.as_ref(),
            operation,
            request,
            response,
            secrets: &self.secrets,
            malformed,
        };
        let mut verdicts = check(&exchange);
        check_expected(&exchange, expected, &mut verdicts);
        let shown = self.summary(response);
        for (rule, why) in &verdicts.unchecked {
            self.skip(operation, *rule, why);
        }
        for (rule, violation) in verdicts.rules {
            match violation {
                None => self.results.passed(&operation.id, rule),
                Some(violation) => self.record_finding(operation, rule, request, violation, &shown),
            }
        }
        self.track(operation, request, response);
        sent.result.ok()
    }

    /// Counts and records an exchange, and remembers the secrets in its response: they must be known before the rest
    /// of it is searched, and before any of it is shown.
    fn record_exchange(&mut self, operation: &Operation, request: &Request, sent: &Sent) {
        self.requests += 1;
        if let Ok(response) = &sent.result {
            self.remember_secrets(operation, request, response);
        }
        self.client.recorder.add(&operation.id, &self.client.target, request, sent, &self.secrets);
        self.status.requests.store(self.requests, Ordering::Relaxed);
        if self.snapshots.is_due() {
            let mut snapshots = std::mem::take(&mut self.snapshots);
            snapshots.take(|| Report::new(self, Some("the run was still going on when this report was written")));
            self.snapshots = snapshots;
        }
    }

    /// Whether not to send a request: too many of the operation got no response in time, or its header `Authorization`
    /// would replace the user of an ingress.
    fn must_hold_back(&self, operation: &Operation, request: &Request) -> bool {
        self.client.health.is_hanging(&operation.id) || !self.client.can_send(request)
    }

    /// The same, and notes that requests are missing.
    fn holds_back(&mut self, operation: &Operation, request: &Request) -> bool {
        if self.client.health.is_hanging(&operation.id) {
            self.skip(operation, Rule::NoAnswer, "not all requests were sent: too many got no response in time");
        }
        self.must_hold_back(operation, request)
    }

    /// Sends a request that only prepares a check: its response is not checked.
    pub(crate) async fn send_unchecked(&mut self, operation: &Operation, request: &Request) -> Option<Response> {
        if self.holds_back(operation, request) {
            return None;
        }
        let sent = self.client.send(&operation.id, request).await;
        self.record_unchecked(operation, request, sent).await
    }

    /// Records an exchange that only prepares a check.
    async fn record_unchecked(&mut self, operation: &Operation, request: &Request, sent: Sent) -> Option<Response> {
        self.record_exchange(operation, request, &sent);
        let response = match sent.result {
            Ok(response) => response,
            Err(error) => {
                self.end_if_silent(&error.to_string()).await;
                return None;
            }
        };
        self.observed.add(self.contract, operation, request, &response, false);
        self.track(operation, request, &response);
        Some(response)
    }

    /// Records that a response broke a rule.
    pub(crate) fn record_finding(
        &mut self,
        operation: &Operation,
        rule: Rule,
        request: &Request,
        violation: Violation,
        shown: &str,
    ) {
        let Violation { at, expected, received, severity } = violation;
        let received = match received {
            Some(received) if shown.is_empty() => received,
            Some(received) => format!("{received}, in: {shown}"),
            None => shown.to_owned(),
        };
        self.found(Finding {
            operation: operation.id.clone(),
            rule,
            severity: severity.unwrap_or(rule.severity()),
            at,
            request: curl(request, &self.client.target, &self.secrets),
            received: self.secrets.redact(&received),
            expected: self.secrets.redact(&expected),
            times: 1,
            waived: None,
        });
        self.status.findings.store(self.results.findings(), Ordering::Relaxed);
    }

    /// Records a finding, accepted if the server of the profile behaves like this.
    pub(crate) fn found(&mut self, mut finding: Finding) {
        finding.waived = self.profile.as_ref().and_then(|profile| profile.reason(&finding));
        self.results.found(finding);
    }

    /// Whether a response is a rejection: with this status, if the profile says which; otherwise with any error of the
    /// client.
    pub(crate) fn is_rejection(&self, response: &Response, status: u16) -> bool {
        response.status == status || (self.profile.is_none() && (400..500).contains(&response.status))
    }

    /// The severity of what the contract allows and clients of the original do not expect.
    pub(crate) fn severity_of_dialect(&self) -> Severity {
        if self.profile.is_some() { Severity::Error } else { Severity::Warning }
    }

    pub(crate) fn skip(&mut self, operation: &Operation, rule: Rule, why: &str) {
        self.results.skipped(&operation.id, rule, why);
    }

    /// Records whether a rule held that takes several requests to check.
    pub(crate) fn record(
        &mut self,
        operation: &Operation,
        rule: Rule,
        request: &Request,
        response: &Response,
        violation: Option<Violation>,
    ) {
        match violation {
            None => self.results.passed(&operation.id, rule),
            Some(violation) => {
                let shown = self.summary(response);
                self.record_finding(operation, rule, request, violation, &shown);
            }
        }
    }

    /// Status and body, shortened, without secrets.
    fn summary(&self, response: &Response) -> String {
        const LONGEST: usize = 600;
        let body = response.decoded().unwrap_or_else(|_| response.body.clone());
        let text = format!("{} {}", response.status, self.secrets.redact_body(&body));
        match text.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
            None => text.trim_end().to_owned(),
        }
    }

    /// Remembers the secrets in a response, where the contract has them.
    fn remember_secrets(&mut self, operation: &Operation, request: &Request, response: &Response) {
        let (contract, secrets) = (self.contract, &self.secrets);
        let found = documented_secrets(&Exchange {
            contract,
            profile: None,
            operation,
            request,
            response,
            secrets,
            malformed: false,
        });
        for secret in &found {
            self.secrets.add(secret);
        }
    }
}

/// Whether a request may have been rejected for another reason than its invalid field: then it is not known whether the
/// constraint is enforced. Problems of fields are reported in a list; a single message that does not name the field may be
/// about something else, or in other words.
fn is_about_something_else(response: &Response, expected: Message<'_>) -> bool {
    let Message::ListNaming(field) = expected else { return false };
    response.text_at("/message").is_some_and(|text| !text.contains(field))
}

/// Checks a response against what was expected.
fn check_expected(exchange: &Exchange<'_>, expected: Expected<'_>, verdicts: &mut crate::response::Verdicts) {
    let Exchange { operation, response, .. } = exchange;
    // A more specific rule has reported these already.
    if response.status >= 500 || (response.status < 400 && operation.response(response.status).is_none()) {
        return;
    }
    let conventions = exchange.contract.conventions();
    match expected {
        Expected::Any => {}
        Expected::Success { rule, at } if response.status < 400 || conventions.accounts => {
            verdicts.check(rule, response.status < 400, || Violation::new(at, operation.statuses()));
        }
        // Without a path parameter, these say that there is no such operation. Anything else may be about a value that
        // this program made up, and that the contract does not say enough of.
        Expected::Success { rule, at }
            if [404, 405, 501].contains(&response.status) && !operation.path.contains('{') =>
        {
            verdicts.fail(rule, Violation::new(at, operation.statuses()));
        }
        Expected::Success { rule, .. } => {
            let status = response.status;
            let why = format!("the server rejects the request that was generated, with {status}");
            verdicts.unchecked.push((rule, why));
        }
        Expected::Rejection { rule, status, at, message } => {
            if exchange.profile.is_none() {
                // Which of the errors of clients (4xx) it is, and its message, is a matter of the server's dialect.
                verdicts.check(rule, (400..500).contains(&response.status), || Violation::new(at, "rejected with 4xx"));
            } else if response.status != status {
                verdicts.fail(rule, Violation::new(at, format!("rejected with {status}")));
            } else if is_about_something_else(response, message) {
                let violation = Violation::new(at, format!("rejected with {status} because of this field"));
                verdicts.fail(rule, violation.severity(Severity::Warning));
            } else {
                verdicts.pass(rule);
                check_message(exchange, message, verdicts);
            }
        }
    }
}
