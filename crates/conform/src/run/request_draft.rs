//! Drafts of requests: parameters and body with values that make sense together.

use super::Run;
use crate::contract::{BodyFormat, Contract, Operation, Parameter, ParameterLocation};
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

    /// The parameters of an operation on an item, without a body.
    pub(crate) fn for_item(operation: &Operation, id: Option<&str>) -> Self {
        let draft = Self::default();
        match (id, operation.item_parameter()) {
            (Some(id), Some(parameter)) => draft.with_parameter(&parameter.name, parameter.location, id),
            _ => draft,
        }
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
        let (mut headers, mut cookies) = (Vec::new(), Vec::new());
        for (name, location, value) in &draft.parameters {
            match location {
                ParameterLocation::Path => path = path.replace(&format!("{{{name}}}"), &escaped(value)),
                ParameterLocation::Query => query.push(format!("{}={}", escaped(name), escaped(value))),
                ParameterLocation::Header => headers.push((name, value)),
                ParameterLocation::Cookie => cookies.push((name, value)),
            }
        }
        let question = if query.is_empty() { "" } else { "?" };
        let target = format!("{}{path}{question}{}", self.client.target.prefix, query.join("&"));
        let mut request = Request::new(&operation.method, target);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        for (name, value) in cookies {
            request = request.cookie(name, &escaped(value));
        }
        match (&draft.body, &operation.body_format) {
            (Some(body), BodyFormat::Json(content_type)) => {
                request.header("Content-Type", content_type).body(body.to_string())
            }
            (Some(body), BodyFormat::Form) => request.form(&form_fields(body)),
            (None, _) => request,
        }
    }

    /// A valid request, or why none can be made.
    pub(crate) async fn draft(
        &mut self,
        operation: &Operation,
        extent: Extent,
        purpose: Purpose<'_>,
    ) -> Result<RequestDraft, String> {
        self.draft_within(operation, extent, purpose, &RequestDraft::default()).await
    }

    /// As [`draft`](Self::draft), with the path parameters that `known` has.
    pub(super) async fn draft_within(
        &mut self,
        operation: &Operation,
        extent: Extent,
        purpose: Purpose<'_>,
        known: &RequestDraft,
    ) -> Result<RequestDraft, String> {
        if let Some(why) = &operation.unsendable {
            return Err(why.clone());
        }
        let mut draft = RequestDraft { parameters: Vec::new(), body: self.body(operation, extent, purpose)? };
        let mut names_created = false;
        // In the order of the path, so that an item comes after its parents.
        let place = |parameter: &&Parameter| operation.path.find(&format!("{{{}}}", parameter.name));
        let mut parameters: Vec<&Parameter> =
            operation.parameters.iter().filter(|each| each.required || extent == Extent::Full).collect();
        parameters.sort_by_key(|parameter| place(parameter));
        for parameter in parameters {
            let in_path = parameter.location == ParameterLocation::Path;
            let is_known = |(name, location, _): &&(String, ParameterLocation, String)| {
                in_path && *name == parameter.name && *location == parameter.location
            };
            let collection = operation.path.split_once(&format!("/{{{}}}", parameter.name)).map(|(before, _)| before);
            let collection = collection.filter(|collection| in_path && self.has_collection(collection));
            let value = match (known.parameters.iter().find(is_known), collection, purpose) {
                (Some((.., value)), ..) => Ok(value.clone()),
                (None, Some(collection), Purpose::Succeed(_)) => {
                    names_created = self.contract.at("POST", collection).is_some();
                    self.item(operation, parameter, collection, &draft).await
                }
                (None, Some(_), Purpose::Fail) => Ok(self.unknown_item(&parameter.schema)),
                (None, None, _) => self.parameter(&parameter.schema),
            };
            match value {
                Ok(value) => draft = draft.with_parameter(&parameter.name, parameter.location, &value),
                Err(why) if parameter.required => return Err(why),
                Err(_) => {}
            }
        }
        let removes_other = operation.method == "DELETE" && purpose != Purpose::Fail && !names_created;
        if removes_other && !self.contract.conventions().accounts {
            return Err("would remove what this run did not create".to_owned());
        }
        Ok(draft)
    }

    fn parameter(&self, schema: &Value) -> Result<String, String> {
        match valid(self.contract.document(), schema, Extent::Minimal) {
            Some(Value::String(text)) => Ok(text),
            Some(value @ (Value::Bool(_) | Value::Number(_))) => Ok(value.to_string()),
            // A list of one is written like its item, in every style.
            Some(Value::Array(items)) => match items.as_slice() {
                [Value::String(text)] => Ok(text.clone()),
                [value @ (Value::Bool(_) | Value::Number(_))] => Ok(value.to_string()),
                _ => Err("lists with several items are not supported as parameters".to_owned()),
            },
            Some(Value::Object(_)) => Err("objects are not supported as parameters".to_owned()),
            Some(Value::Null) | None => Err(format!("could not generate a parameter for the schema {schema}")),
        }
    }

    /// The identifier of no item.
    fn unknown_item(&self, schema: &Value) -> String {
        /// More than any sequence has reached, and less than 2³¹.
        const UNKNOWN: i64 = 1_987_654_321;
        match valid(self.contract.document(), schema, Extent::Minimal) {
            Some(Value::Number(_)) => UNKNOWN.to_string(),
            _ => uuid::Uuid::new_v4().to_string(),
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
        if !self.contract.conventions().accounts {
            return Property::Any;
        }
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
            // Right, so that nothing but what is broken on purpose is rejected; the new password is the same.
            ("changePassword", "password") if account.disposable => own(&account.password),
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

/// The fields of a form. Lists and objects are written with brackets, as most servers read them: `a[b]=1`.
fn form_fields(body: &Value) -> Vec<(String, String)> {
    fn add(name: &str, value: &Value, fields: &mut Vec<(String, String)>) {
        match value {
            Value::Null => {}
            Value::String(text) => fields.push((name.to_owned(), text.clone())),
            Value::Bool(_) | Value::Number(_) => fields.push((name.to_owned(), value.to_string())),
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(index, item)| add(&format!("{name}[{index}]"), item, fields));
            }
            Value::Object(members) => {
                members.iter().for_each(|(member, value)| add(&format!("{name}[{member}]"), value, fields));
            }
        }
    }
    let mut fields = Vec::new();
    body.as_object().into_iter().flatten().for_each(|(name, value)| add(name, value, &mut fields));
    fields
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_has_brackets_for_what_is_nested() {
        let fields = form_fields(&json!({ "a": "x", "b": [1, true], "c": { "d": null, "e": 2 } }));

        let text = |(name, value): &(String, String)| format!("{name}={value}");
        assert_eq!(fields.iter().map(text).collect::<Vec<_>>(), ["a=x", "b[0]=1", "b[1]=true", "c[e]=2"]);
    }
}
