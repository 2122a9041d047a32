//! Plays the cases one after the other, each on a connection of its own.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

use super::body::{from_base64, generate};
use super::case::{Body, Case, Exchange, Step};
use super::compare::differences;
use super::pattern::{Variables, expand};
use crate::harness::{Contract, Request, Response, Server};

/// The headers of the recording.
const DEFAULT_HEADERS: [(&str, &str); 3] =
    [("User-Agent", "golden/1.0"), ("Accept-Encoding", "identity"), ("Accept", "*/*")];

/// A case the server answers in another way.
pub(super) struct Disagreement {
    id: String,
    differences: Vec<String>,
    answer: String,
}

impl fmt::Display for Disagreement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}", self.id)?;
        for difference in &self.differences {
            writeln!(formatter, "    {}", shortened(difference))?;
        }
        write!(formatter, "    answer: {}", shortened(&self.answer))
    }
}

/// Play all cases; a failed one does not stop those after it.
pub(super) async fn play(server: &Server, cases: &[Case]) -> Vec<Disagreement> {
    let contract = Contract::read();
    let mut variables = Variables::new();
    let mut disagreements = Vec::new();
    for case in cases {
        let (differences, answer) = match &case.step {
            Step::CreateUser { email, password, name } => {
                let outcome = server.create_user(email, name, password).await;
                let body: Result<Value, _> = serde_json::from_str(&outcome.stdout);
                let missing = capture(case, body.ok().as_ref(), &mut variables);
                (missing, outcome.stdout)
            }
            Step::Ask(exchange) => ask(server, &contract, case, exchange, &mut variables).await,
        };
        if !differences.is_empty() {
            disagreements.push(Disagreement { id: case.id.clone(), differences, answer });
        }
    }
    disagreements
}

async fn ask(
    server: &Server,
    contract: &Contract,
    case: &Case,
    exchange: &Exchange,
    variables: &mut Variables,
) -> (Vec<String>, String) {
    tokio::time::sleep(Duration::from_secs_f64(exchange.sleep)).await;
    let response = match request(server, exchange, variables).attempt().await {
        Ok(response) => response,
        Err(error) => return (vec![format!("no answer: {error}")], String::new()),
    };
    let body = serde_json::from_slice(&response.body).ok();
    // A case's own captures count in its expectations.
    let mut found = capture(case, body.as_ref(), variables);
    found.extend(differences(contract, case, exchange, &response, variables));
    (found, describe(&response))
}

fn request(server: &Server, exchange: &Exchange, variables: &Variables) -> Request {
    let mut request = server.raw(&exchange.method, &expand(&exchange.path, variables));
    for (name, value) in DEFAULT_HEADERS {
        let overridden = |(own, _): &(String, Option<String>)| own.eq_ignore_ascii_case(name);
        if !exchange.headers.iter().any(overridden) {
            request = request.header(name, value);
        }
    }
    for (name, value) in &exchange.headers {
        if let Some(value) = value {
            request = request.header(name, &expand(value, variables));
        }
    }
    match &exchange.body {
        Body::Absent => request,
        Body::Text(text) => request.body(expand(text, variables).into_bytes()),
        Body::Base64(text) => request.body(from_base64(text)),
        Body::Generated(recipe) => request.body(generate(recipe, |text| expand(text, variables))),
    }
}

/// Remember what the case captures; gives what the answer lacks.
fn capture(case: &Case, body: Option<&Value>, variables: &mut Variables) -> Vec<String> {
    let mut missing = Vec::new();
    for (name, path) in &case.capture {
        let value = body.and_then(|body| {
            path.split('.').try_fold(body, |at, step| match at {
                Value::Array(list) => list.get(step.parse::<usize>().ok()?),
                other => other.get(step),
            })
        });
        match value {
            Some(Value::String(text)) => {
                variables.insert(name.clone(), text.clone());
            }
            Some(other) => {
                variables.insert(name.clone(), other.to_string());
            }
            None => missing.push(format!("capture {name}: the answer has no {path}")),
        }
    }
    missing
}

fn describe(response: &Response) -> String {
    format!("{} {}", response.status, response.text())
}

/// Some cases send and receive megabytes.
fn shortened(text: &str) -> String {
    const LIMIT: usize = 1500;
    match text.char_indices().nth(LIMIT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
