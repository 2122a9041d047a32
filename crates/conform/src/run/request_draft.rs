//! Requests with something to say: parameters and body filled in so that they make sense.

use super::Exam;
use crate::contract::{Contract, Operation, Position};
use crate::http::{Request, RequestExt as _};
use crate::value::valid::{Extent, valid};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

/// What is escaped in a path and in a query: everything but the unreserved characters (RFC 3986, section 2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The name of what this run creates.
pub(crate) const NAME: &str = "conform";
/// An account that nobody has.
const NOBODY: &str = "conform-nobody@example.com";
/// A password that nobody has.
const WRONG_PASSWORD: &str = "conform-wrong-password";

/// Parameters and body of a request.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Draft {
    /// Name, position and value.
    pub(crate) parameters: Vec<(String, Position, String)>,
    pub(crate) body: Option<Value>,
}

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose<'a> {
    /// It is meant to succeed; what it grants to API keys is among these permissions, if any are given.
    Succeed(Option<&'a str>),
    /// It is meant to be refused, and to do no harm if it is not: the account's own data, unknown identifiers.
    Fail,
}

impl Draft {
    /// A body without parameters.
    pub(crate) fn of(body: Value) -> Self {
        Self { parameters: Vec::new(), body: Some(body) }
    }

    /// The same with another body.
    pub(crate) fn with_body(&self, body: Value) -> Self {
        Self { parameters: self.parameters.clone(), body: Some(body) }
    }

    /// The same with another value of one parameter.
    pub(crate) fn with_parameter(&self, name: &str, position: Position, value: &str) -> Self {
        let mut changed = self.clone();
        changed.parameters.retain(|(known, place, _)| known != name || *place != position);
        changed.parameters.push((name.to_owned(), position, value.to_owned()));
        changed
    }
}

impl Exam<'_> {
    /// The request that a draft makes.
    pub(crate) fn request(&self, operation: &Operation, draft: &Draft) -> Request {
        let escaped = |text: &str| utf8_percent_encode(text, ESCAPED).to_string();
        let mut path = operation.path.clone();
        let mut query = Vec::new();
        let mut headers = Vec::new();
        for (name, position, value) in &draft.parameters {
            match position {
                Position::Path => path = path.replace(&format!("{{{name}}}"), &escaped(value)),
                Position::Query => query.push(format!("{}={}", escaped(name), escaped(value))),
                Position::Header => headers.push((name, value)),
            }
        }
        let question = if query.is_empty() { "" } else { "?" };
        let target = format!("{}{path}{question}{}", self.client.target.prefix, query.join("&"));
        let mut request = Request::new(&operation.method, target);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        match &draft.body {
            Some(body) => request.json(body),
            None => request,
        }
    }

    /// A valid request, or why there is none.
    pub(crate) async fn draft(
        &mut self,
        operation: &Operation,
        extent: Extent,
        purpose: Purpose<'_>,
    ) -> Result<Draft, String> {
        let mut draft = Draft { parameters: Vec::new(), body: self.body(operation, extent, purpose)? };
        for parameter in operation.parameters.iter().filter(|each| each.required || extent == Extent::Full) {
            let is_item = parameter.position == Position::Path && operation.collection().is_some();
            let value = match purpose {
                Purpose::Succeed(_) if is_item => self.item(operation).await?,
                Purpose::Fail if is_item => uuid::Uuid::new_v4().to_string(),
                Purpose::Succeed(_) | Purpose::Fail => self.parameter(&parameter.schema)?,
            };
            draft = draft.with_parameter(&parameter.name, parameter.position, &value);
        }
        Ok(draft)
    }

    fn parameter(&self, schema: &Value) -> Result<String, String> {
        match valid(self.contract.document(), schema, Extent::Minimal) {
            Some(Value::String(text)) => Ok(text),
            Some(value @ (Value::Bool(_) | Value::Number(_))) => Ok(value.to_string()),
            other => Err(format!("no value is known for a parameter of the schema {schema} (tried {other:?})")),
        }
    }

    fn body(&self, operation: &Operation, extent: Extent, purpose: Purpose<'_>) -> Result<Option<Value>, String> {
        let Some(schema) = &operation.body else { return Ok(None) };
        let made = valid(self.contract.document(), schema, extent);
        let body = made.ok_or_else(|| "no value is known for the body's schema".to_owned())?;
        let Value::Object(fields) = body else { return Ok(Some(body)) };
        let mut filled = Map::new();
        for (name, made) in fields {
            match self.meaning(operation, &name, purpose) {
                Meaning::Any => drop(filled.insert(name, made)),
                Meaning::Only(value) => drop(filled.insert(name, value)),
                Meaning::Unknown => {}
            }
        }
        Ok(Some(Value::Object(filled)))
    }

    /// What a property of a body must be for the request to make sense, where its schema does not say it.
    fn meaning(&self, operation: &Operation, property: &str, purpose: Purpose<'_>) -> Meaning {
        let account = &self.account;
        let own = |value: &Option<String>| value.clone().map_or(Meaning::Unknown, |text| Meaning::Only(text.into()));
        let granted = match purpose {
            Purpose::Succeed(granted) => granted,
            Purpose::Fail => None,
        };
        let fails = purpose == Purpose::Fail;
        match (operation.id.as_str(), property) {
            // The account's own data, so that nothing is lost however the request ends.
            ("updateMyUser", "name") => own(&account.name),
            ("updateMyUser", "email") => own(&account.email),
            // Setting a password, be it the same, changes what the account has to do at its next login.
            ("updateMyUser", "password") if !account.disposable => Meaning::Unknown,
            ("updateMyUser", "password") | ("changePassword", "newPassword") => own(&account.password),
            (_, "email") if fails => Meaning::Only(json!(NOBODY)),
            (_, "password") if fails => Meaning::Only(json!(WRONG_PASSWORD)),
            (_, "email") => own(&account.email),
            (_, "password") => own(&account.password),
            (_, "name") => Meaning::Only(json!(NAME)),
            (_, "permissions") => Meaning::Only(json!([granted.unwrap_or_else(|| harmless_permission(self.contract))])),
            _ => Meaning::Any,
        }
    }
}

/// What a property must be.
enum Meaning {
    /// Anything that its schema allows.
    Any,
    /// This value.
    Only(Value),
    /// Something that is not known here: it is left out.
    Unknown,
}

/// A permission that opens nothing, if there is one.
pub(crate) fn harmless_permission(contract: &Contract) -> &str {
    let permissions = contract.permissions();
    let used = |name: &str| contract.operations.iter().any(|each| each.permission.as_deref() == Some(name));
    let unused = permissions.iter().find(|name| **name != "all" && !used(name));
    unused.or_else(|| permissions.first()).copied().unwrap_or_default()
}
