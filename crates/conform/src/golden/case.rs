//! A recorded case, as `cases.json` holds it.

use flate2::read::GzDecoder;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::io::Read as _;

/// Why the cases cannot be replayed.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// The embedded cases cannot be decompressed.
    #[error("could not decompress the recorded cases: {0}")]
    Unpack(#[from] std::io::Error),
    /// They are not JSON.
    #[error("the recorded cases are not JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A case is malformed.
    #[error("the recorded case {id} is invalid: {problem}")]
    Form {
        /// The case.
        id: String,
        /// What is wrong with it.
        problem: String,
    },
}

/// Recorded cases, in the order in which they are replayed.
#[derive(Debug, Clone)]
pub struct Cases(pub(super) Vec<Case>);

/// One step: a request with the expected response, or a user to create beforehand.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) id: String,
    pub(super) operation: String,
    pub(super) step: Step,
    /// Variable → dotted path into the JSON response.
    pub(super) capture: BTreeMap<String, String>,
}

#[derive(Debug, Clone)]
pub(super) enum Step {
    CreateUser(User),
    Request(Box<Exchange>),
}

/// A user to create: the contract has no operation for it.
#[derive(Debug, Clone)]
pub(super) struct User {
    pub(super) email: String,
    pub(super) password: String,
    pub(super) name: String,
}

#[derive(Debug, Clone)]
pub(super) struct Exchange {
    /// Seconds to wait before the request.
    pub(super) sleep: f64,
    pub(super) method: String,
    pub(super) path: String,
    /// `None` leaves a default header out.
    pub(super) headers: Vec<(String, Option<String>)>,
    pub(super) body: Body,
    pub(super) compare: Compare,
    pub(super) expect: Map<String, Value>,
    /// The whole case as text, to see what it mentions.
    pub(super) text: String,
}

#[derive(Debug, Clone)]
pub(super) enum Body {
    Absent,
    /// May hold variables.
    Text(String),
    Bytes(Vec<u8>),
    Generated(Value),
}

/// How much must agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compare {
    /// Status, content type, cookies and body.
    Exact,
    /// The status and, where the body is an error, its shape: the wording is the parser's own.
    Status,
    /// The status, and the body conforms to the contract.
    Shape,
    /// The original fails; a clear rejection is the right response.
    Fixed,
}

impl Cases {
    /// The cases that come with this crate.
    ///
    /// # Errors
    /// They are damaged.
    pub fn embedded() -> Result<Self, CaseError> {
        let packed: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/cases.json.gz"));
        let mut text = String::new();
        GzDecoder::new(packed).read_to_string(&mut text)?;
        Self::parse(&text)
    }

    /// Cases of the same form.
    ///
    /// # Errors
    /// They are malformed.
    pub fn parse(text: &str) -> Result<Self, CaseError> {
        let cases: Vec<Value> = serde_json::from_str(text)?;
        cases.iter().map(case).collect::<Result<_, _>>().map(Self)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn case(case: &Value) -> Result<Case, CaseError> {
    let id = case.get("id").and_then(Value::as_str).unwrap_or("without an id").to_owned();
    let form = |problem: String| CaseError::Form { id: id.clone(), problem };
    let step = match case.get("create_user") {
        Some(user) => Step::CreateUser(User {
            email: text(user, "email").map_err(form)?,
            password: text(user, "password").map_err(form)?,
            name: text(user, "name").map_err(form)?,
        }),
        None => Step::Request(Box::new(exchange(case).map_err(form)?)),
    };
    let capture = entries(case.get("capture")).map(|(name, path)| {
        let path = path.as_str().ok_or_else(|| form(format!("capture {name} is not a string")))?;
        Ok::<_, CaseError>((name.clone(), path.to_owned()))
    });
    Ok(Case {
        operation: text(case, "op").map_err(form)?,
        capture: capture.collect::<Result<_, _>>()?,
        step,
        id: id.clone(),
    })
}

fn exchange(case: &Value) -> Result<Exchange, String> {
    let request = case.get("request").ok_or("no request")?;
    let compare = match case.get("compare").and_then(Value::as_str) {
        Some("exact") => Compare::Exact,
        Some("status") => Compare::Status,
        Some("shape") => Compare::Shape,
        Some("fixed") => Compare::Fixed,
        other => return Err(format!("compare is {other:?}")),
    };
    let headers = entries(request.get("headers"));
    Ok(Exchange {
        sleep: case.get("sleep").and_then(Value::as_f64).unwrap_or_default(),
        method: text(request, "method")?,
        path: text(request, "path")?,
        headers: headers.map(|(name, value)| (name.clone(), value.as_str().map(str::to_owned))).collect(),
        body: body(request)?,
        compare,
        expect: case.get("expect").and_then(Value::as_object).cloned().ok_or("nothing is expected")?,
        text: case.to_string(),
    })
}

fn body(request: &Value) -> Result<Body, String> {
    if let Some(body) = request.get("body").and_then(Value::as_str) {
        return Ok(Body::Text(body.to_owned()));
    }
    if let Some(body) = request.get("body_b64").and_then(Value::as_str) {
        use base64::Engine as _;
        let decoded = base64::engine::general_purpose::STANDARD.decode(body);
        return decoded.map(Body::Bytes).map_err(|error| format!("body_b64: {error}"));
    }
    Ok(request.get("body_gen").cloned().map_or(Body::Absent, Body::Generated))
}

fn entries(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten()
}

fn text(value: &Value, name: &str) -> Result<String, String> {
    value.get(name).and_then(Value::as_str).map(str::to_owned).ok_or_else(|| format!("{name} is not a string"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_cases_can_be_read() {
        let cases = Cases::embedded().unwrap();

        assert!(cases.len() > 600, "{}", cases.len());
    }

    #[test]
    fn a_malformed_case_is_rejected_with_its_name() {
        let error = Cases::parse(r#"[{"id": "x", "op": "login", "compare": "near", "request": {}}]"#).unwrap_err();

        assert_eq!(error.to_string(), r#"the recorded case x is invalid: compare is Some("near")"#);
    }
}
