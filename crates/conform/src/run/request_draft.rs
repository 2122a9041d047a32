//! Drafts of requests: parameters and body with values that make sense together.

use super::Run;
use crate::contract::{Contract, Operation, ParameterLocation};
use crate::http::{Request, RequestExt as _};
use crate::value::valid::{Extent, valid};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

/// What is escaped in a path and in a query: everything but the unreserved characters (RFC 3986, section 2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The name of what a run creates.
pub(crate) const NAME: &str = "conform";
/// The e-mail address of no account.
pub(crate) const UNKNOWN_EMAIL: &str = "conform-unknown@example.com";
/// The password of no account.
const WRONG_PASSWORD: &str = "conform-wrong-password";

/// Parameters and body of a request.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct RequestDraft {
    /// Name, location and value.
    pub(crate) parameters: Vec<(String, ParameterLocation, String)>,
    pub(crate) body: Option<Value>,
}

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose<'a> {
    /// It is meant to succeed; it grants API keys this permission at most, if there is one.
    Succeed(Option<&'a str>),
    /// It is meant to be rejected, and harmless if it is not: the account's own data, unknown identifiers.
    Fail,
}

impl RequestDraft {
    /// A body without parameters.
    pub(crate) fn of(body: Value) -> Self {
        Self { parameters: Vec::new(), body: Some(body) }
    }

    /// The same with another body.
    pub(crate) fn with_body(&self, body: Value) -> Self {
        Self { parameters: self.parameters.clone(), body: Some(body) }
    }

    /// The same with another value of one parameter.
    pub(crate) fn with_parameter(&self, name: &str, location: ParameterLocation, value: &str) -> Self {
        let mut changed = self.clone();
        changed.parameters.retain(|(known, place, _)| known != name || *place != location);
        changed.parameters.push((name.to_owned(), location, value.to_owned()));
        changed
    }
}

impl Run<'_> {
    /// The request that a draft makes.
    pub(crate) fn request(&self, operation: &Operation, draft: &RequestDraft) -> Request {
        let escaped = |text: &str| utf8_percent_encode(text, ESCAPED).to_string();
        let mut path = operation.path.clone();
        let mut query = Vec::new();
        let mut headers = Vec::new();
        for (name, location, value) in &draft.parameters {
            match location {
                ParameterLocation::Path => path = path.replace(&format!("{{{name}}}"), &escaped(value)),
                ParameterLocation::Query => query.push(format!("{}={}", escaped(name), escaped(value))),
                ParameterLocation::Header => headers.push((name, value)),
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

    /// A valid request, or why none can be made.
    pub(crate) async fn draft(
        &mut self,
        operation: &Operation,
        extent: Extent,
        purpose: Purpose<'_>,
    ) -> Result<RequestDraft, String> {
        let mut draft = RequestDraft { parameters: Vec::new(), body: self.body(operation, extent, purpose)? };
        for parameter in operation.parameters.iter().filter(|each| each.required || extent == Extent::Full) {
            let is_item = parameter.location == ParameterLocation::Path && operation.collection().is_some();
            let value = match purpose {
                Purpose::Succeed(_) if is_item => self.item(operation).await?,
                Purpose::Fail if is_item => uuid::Uuid::new_v4().to_string(),
                Purpose::Succeed(_) | Purpose::Fail => self.parameter(&parameter.schema)?,
            };
            draft = draft.with_parameter(&parameter.name, parameter.location, &value);
        }
        Ok(draft)
    }

    fn parameter(&self, schema: &Value) -> Result<String, String> {
        match valid(self.contract.document(), schema, Extent::Minimal) {
            Some(Value::String(text)) => Ok(text),
            Some(value @ (Value::Bool(_) | Value::Number(_))) => Ok(value.to_string()),
            other => Err(format!("could not generate a parameter for the schema {schema} (tried {other:?})")),
        }
    }

    fn body(&self, operation: &Operation, extent: Extent, purpose: Purpose<'_>) -> Result<Option<Value>, String> {
        let Some(schema) = &operation.body else { return Ok(None) };
        let made = valid(self.contract.document(), schema, extent);
        let body = made.ok_or_else(|| "could not generate a valid body for its schema".to_owned())?;
        let Value::Object(fields) = body else { return Ok(Some(body)) };
        let mut filled = Map::new();
        for (name, made) in fields {
            match self.property(operation, &name, purpose) {
                Property::Any => drop(filled.insert(name, made)),
                Property::Fixed(value) => drop(filled.insert(name, value)),
                Property::Omitted => {}
            }
        }
        Ok(Some(Value::Object(filled)))
    }

    /// The value of a body's property, where its schema alone does not make a sensible request.
    fn property(&self, operation: &Operation, property: &str, purpose: Purpose<'_>) -> Property {
        let account = &self.account;
        let own = |value: &Option<String>| value.clone().map_or(Property::Omitted, |text| Property::Fixed(text.into()));
        let granted = match purpose {
            Purpose::Succeed(granted) => granted,
            Purpose::Fail => None,
        };
        let fails = purpose == Purpose::Fail;
        match (operation.id.as_str(), property) {
            // The account's own data, so that the request changes nothing.
            ("updateMyUser", "name") => own(&account.name),
            ("updateMyUser", "email") => own(&account.email),
            // Setting a password, even the same, clears the account's flag to change it at the next login.
            ("updateMyUser", "password") if !account.disposable => Property::Omitted,
            ("updateMyUser", "password") | ("changePassword", "newPassword") => own(&account.password),
            (_, "email") if fails => Property::Fixed(json!(UNKNOWN_EMAIL)),
            (_, "password") if fails => Property::Fixed(json!(WRONG_PASSWORD)),
            (_, "email") => own(&account.email),
            (_, "password") => own(&account.password),
            (_, "name") => Property::Fixed(json!(NAME)),
            (_, "permissions") => {
                Property::Fixed(json!([granted.unwrap_or_else(|| harmless_permission(self.contract))]))
            }
            _ => Property::Any,
        }
    }
}

/// The value of a property.
enum Property {
    /// Anything that its schema allows.
    Any,
    /// This value.
    Fixed(Value),
    /// It is left out, as the value is not known.
    Omitted,
}

/// A permission that no operation asks for, if there is one.
pub(crate) fn harmless_permission(contract: &Contract) -> &str {
    let permissions = contract.permissions();
    let used = |name: &str| contract.operations.iter().any(|each| each.permission.as_deref() == Some(name));
    let unused = permissions.iter().find(|name| **name != "all" && !used(name));
    unused.or_else(|| permissions.first()).copied().unwrap_or_default()
}
