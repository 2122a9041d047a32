//! A recorded case, as `cases.json` holds it.

use std::collections::BTreeMap;
use std::ffi::OsStr;

use serde_json::{Map, Value};

/// One step: a request with the expected answer, or a user to create beforehand.
pub(super) struct Case {
    pub(super) id: String,
    pub(super) operation: String,
    pub(super) step: Step,
    /// Variable → dotted path into the JSON answer.
    pub(super) capture: BTreeMap<String, String>,
}

pub(super) enum Step {
    CreateUser { email: String, password: String, name: String },
    Ask(Box<Exchange>),
}

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
}

pub(super) enum Body {
    Absent,
    /// May hold variables.
    Text(String),
    Base64(String),
    Generated(Value),
}

/// How much must agree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Compare {
    /// Status, content type, cookies and body.
    Exact,
    /// The status and, where the body is an error, its shape: the wording is the parser's own.
    Status,
    /// The status, and the body conforms to the contract.
    Shape,
    /// Upstream fails; a clear refusal is the right answer.
    Fixed,
}

/// All cases of `file`, or of the recording kept with these tests.
pub(super) fn read(file: Option<&OsStr>) -> Vec<Case> {
    let text = match file {
        Some(path) => std::fs::read_to_string(path).expect("GOLDEN_CASES names a readable file"),
        None => include_str!("cases.json").to_owned(),
    };
    let cases: Vec<Value> = serde_json::from_str(&text).expect("the cases are a JSON list");
    cases.iter().map(parse).collect()
}

fn parse(case: &Value) -> Case {
    let id = text(&case["id"]);
    let capture = entries(&case["capture"]).map(|(name, path)| (name.clone(), text(path))).collect();
    let step = match case.get("create_user") {
        Some(user) => Step::CreateUser {
            email: text(&user["email"]),
            password: text(&user["password"]),
            name: text(&user["name"]),
        },
        None => Step::Ask(Box::new(parse_exchange(case, &id))),
    };
    Case { operation: text(&case["op"]), id, step, capture }
}

fn parse_exchange(case: &Value, id: &str) -> Exchange {
    let request = &case["request"];
    let body = if let Some(body) = request["body"].as_str() {
        Body::Text(body.to_owned())
    } else if let Some(body) = request["body_b64"].as_str() {
        Body::Base64(body.to_owned())
    } else if let Some(recipe) = request.get("body_gen") {
        Body::Generated(recipe.clone())
    } else {
        Body::Absent
    };
    let compare = match case["compare"].as_str() {
        Some("exact") => Compare::Exact,
        Some("status") => Compare::Status,
        Some("shape") => Compare::Shape,
        Some("fixed") => Compare::Fixed,
        other => panic!("{id}: compare is {other:?}"),
    };
    let expect = case["expect"].as_object().cloned();
    Exchange {
        sleep: case["sleep"].as_f64().unwrap_or_default(),
        method: text(&request["method"]),
        path: text(&request["path"]),
        headers: entries(&request["headers"])
            .map(|(name, value)| (name.clone(), value.as_str().map(str::to_owned)))
            .collect(),
        body,
        compare,
        expect: expect.unwrap_or_else(|| panic!("{id}: nothing is expected")),
    }
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text in the case").to_owned()
}
