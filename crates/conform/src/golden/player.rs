//! Replays the cases one after the other, each on its own connection.

use super::body::generate;
use super::case::{Body, Case, Cases, Exchange, Step, User};
use super::compare::differences;
use super::pattern::{Variables, expand};
use crate::contract::Contract;
use crate::http::{Client, Request, Response, curl};
use crate::secrets::Secrets;
use serde_json::Value;
use std::time::Duration;

/// The headers of the recording.
const DEFAULT_HEADERS: [(&str, &str); 3] =
    [("User-Agent", "golden/1.0"), ("Accept-Encoding", "identity"), ("Accept", "*/*")];

/// The result of a case.
#[derive(Debug)]
pub(super) struct CaseResult {
    /// The case.
    pub(super) id: String,
    /// The operation that it belongs to.
    pub(super) operation: String,
    /// The request as a `curl` command; secrets are shortened.
    pub(super) request: String,
    /// Whether the response agrees with the recorded one.
    pub(super) verdict: Verdict,
}

/// Whether a response agrees with the recorded one.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It does.
    Agrees,
    /// It does not.
    Differs {
        /// In what.
        differences: Vec<String>,
        /// Status and body, shortened.
        response: String,
    },
    /// It was not replayed, for this reason.
    Skipped(String),
}

/// Replays all cases; a failed one does not stop those after it. `create` creates users and returns their identifiers,
/// or `None` if it cannot create any: then the cases that mention them are skipped.
pub(super) async fn replay(
    contract: &Contract,
    client: &Client,
    secrets: &Secrets,
    cases: &Cases,
    mut create: impl AsyncFnMut(&User) -> Result<Option<String>, String>,
    mut progress: impl FnMut(),
) -> Vec<CaseResult> {
    let mut player =
        Player { contract, client, secrets: secrets.clone(), variables: Variables::new(), missing: Vec::new() };
    let mut results = Vec::new();
    for case in &cases.0 {
        let (request, verdict) = match &case.step {
            Step::CreateUser(user) => (String::new(), player.create(case, user, create(user).await)),
            Step::Request(exchange) => player.send(case, exchange).await,
        };
        results.push(CaseResult { id: case.id.clone(), operation: case.operation.clone(), request, verdict });
        progress();
    }
    results
}

struct Player<'a> {
    contract: &'a Contract,
    client: &'a Client,
    secrets: Secrets,
    variables: Variables,
    /// What cases mention and was never created: variables and e-mail addresses.
    missing: Vec<String>,
}

impl Player<'_> {
    fn create(&mut self, case: &Case, user: &User, created: Result<Option<String>, String>) -> Verdict {
        match created {
            Ok(Some(id)) => {
                // The identifier is all that cases capture of a user.
                self.variables.extend(case.capture.keys().map(|name| (name.clone(), id.clone())));
                Verdict::Agrees
            }
            Ok(None) => self.skip(case, &user.email),
            Err(why) => Verdict::Differs { differences: vec![why], response: "no user".to_owned() },
        }
    }

    /// Skips a case, and so all that need what it would have created.
    fn skip(&mut self, case: &Case, of: &str) -> Verdict {
        self.missing.push(of.to_owned());
        self.missing.extend(case.capture.keys().map(|name| format!("${{{name}}}")));
        Verdict::Skipped("needs a second user (--user-command)".to_owned())
    }

    async fn send(&mut self, case: &Case, exchange: &Exchange) -> (String, Verdict) {
        if self.missing.iter().any(|missing| exchange.text.contains(missing.as_str())) {
            let email = email_of(&exchange.body).unwrap_or_else(|| format!("<{}>", case.id));
            return (String::new(), self.skip(case, &email));
        }
        tokio::time::sleep(Duration::from_secs_f64(exchange.sleep)).await;
        let request = match request(exchange, &self.variables) {
            Ok(request) => request,
            Err(why) => return (String::new(), differs(vec![why], "no request")),
        };
        let sent = self.client.send(&case.operation, &request).await;
        if let Ok(response) = &sent.result {
            remember_secrets(response, self.contract.secret_names(), &mut self.secrets);
        }
        let line = curl(&request, &self.client.target, &self.secrets);
        self.client.recorder.add(&case.operation, &self.client.target, &request, &sent, &self.secrets);
        let verdict = match sent.result {
            Ok(response) => self.check(case, exchange, &response),
            Err(error) => differs(vec![format!("no response: {error}")], "no response"),
        };
        (line, verdict)
    }

    fn check(&mut self, case: &Case, exchange: &Exchange, response: &Response) -> Verdict {
        // Values that a case captures may also be used in its own expectations.
        let mut found = self.capture(case, response.json().ok().as_ref());
        found.extend(differences(self.contract, case, exchange, response, &self.variables));
        if found.is_empty() {
            return Verdict::Agrees;
        }
        let found = found.iter().map(|difference| shortened(&self.secrets.redact(difference))).collect();
        differs(found, &format!("{} {}", response.status, self.secrets.redact_body(&response.body)))
    }

    /// Stores what the case captures; returns what the response lacks.
    fn capture(&mut self, case: &Case, body: Option<&Value>) -> Vec<String> {
        let mut missing = Vec::new();
        for (name, path) in &case.capture {
            let value = body.and_then(|body| {
                path.split('.').try_fold(body, |at, step| match at {
                    Value::Array(list) => list.get(step.parse::<usize>().ok()?),
                    other => other.get(step),
                })
            });
            let Some(value) = value else {
                missing.push(format!("capture {name}: the response has no {path}"));
                continue;
            };
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            self.variables.insert(name.clone(), text);
        }
        missing
    }
}

fn differs(differences: Vec<String>, response: &str) -> Verdict {
    Verdict::Differs { differences, response: shortened(response) }
}

/// The e-mail address in a body: cases may rename users.
fn email_of(body: &Body) -> Option<String> {
    let Body::Text(text) = body else { return None };
    serde_json::from_str::<Value>(text).ok()?.get("email")?.as_str().map(str::to_owned)
}

fn request(exchange: &Exchange, variables: &Variables) -> Result<Request, String> {
    let mut request = Request::new(&exchange.method, expand(&exchange.path, variables));
    for (name, value) in DEFAULT_HEADERS {
        if !exchange.headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name)) {
            request = request.header(name, value);
        }
    }
    for (name, value) in &exchange.headers {
        if let Some(value) = value {
            request = request.header(name, &expand(value, variables));
        }
    }
    Ok(match &exchange.body {
        Body::Absent => request,
        Body::Text(text) => request.body(expand(text, variables).into_bytes()),
        Body::Bytes(bytes) => request.body(bytes.clone()),
        Body::Generated(recipe) => request.body(generate(recipe, |text| expand(text, variables))?),
    })
}

fn remember_secrets(response: &Response, names: &[String], secrets: &mut Secrets) {
    let Ok(Value::Object(fields)) = response.json() else { return };
    let found = fields.iter().filter(|(name, _)| names.contains(name));
    found.filter_map(|(_, value)| value.as_str()).for_each(|secret| secrets.add(secret));
}

/// Cut, as some cases send and receive megabytes.
fn shortened(text: &str) -> String {
    const LIMIT: usize = 1500;
    match text.char_indices().nth(LIMIT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
