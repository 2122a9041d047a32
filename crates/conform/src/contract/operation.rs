//! One operation, as far as the checks need it.

use super::Contract;
use super::body::{BodyFormat, body};
use super::parameter::{Parameter, ParameterLocation, parameters};
use super::response::{Response, responses};
use super::schema::Schemas;
use super::security::{Scheme, Security};
use immich_contract::resolve;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// An operation.
#[derive(Debug)]
pub struct Operation {
    /// `operationId`; `GET /path` where the contract has none.
    pub id: String,
    /// In capitals.
    pub method: String,
    /// Template below the base path.
    pub path: String,
    /// Path, query, header and cookie parameters.
    pub parameters: Vec<Parameter>,
    /// The schema of the body, references and all.
    pub body: Option<Value>,
    /// How the body is written.
    pub body_format: BodyFormat,
    /// Documented responses, by status.
    pub responses: BTreeMap<u16, Response>,
    /// Documented responses, by the first digit of their statuses (`4XX`).
    pub classes: BTreeMap<u16, Response>,
    /// The documented response of everything else (`default`): errors, if there are others.
    pub default: Option<Response>,
    /// Kinds of credential of which it accepts each; none for a public operation.
    pub schemes: Vec<Scheme>,
    /// Whether it rejects requests without a credential.
    secured: bool,
    /// The permission that an API key needs.
    pub permission: Option<String>,
    /// Why no request of it can be sent, if that is so.
    pub unsendable: Option<String>,
    /// What the contract says of it that is not checked, and why.
    pub unchecked: Vec<String>,
}

impl Operation {
    /// Reads one operation of the document. `requests` is the document as clients send it.
    pub(super) fn read(
        requests: &Value,
        schemas: &Arc<Schemas>,
        path: &str,
        method: &str,
        item: &Value,
        operation: &Value,
    ) -> Self {
        let method = method.to_uppercase();
        let id = operation.get("operationId").and_then(Value::as_str).filter(|id| !id.is_empty());
        let id = id.map_or_else(|| format!("{method} {path}"), str::to_owned);
        let (mut unchecked, mut unsendable) = (Vec::new(), None);
        let parameters = parameters(requests, path, item, operation, &mut unchecked, &mut unsendable);
        let (body, body_format) = body(requests, operation, &mut unchecked, &mut unsendable);
        let (responses, classes, default) = responses(schemas, operation, &mut unchecked);
        let security = Security::of(requests, operation);
        unchecked.extend(security.unchecked);
        if operation.get("callbacks").is_some() {
            unchecked.push("callbacks are not checked".to_owned());
        }
        if [item, operation].iter().any(|part| part.get("servers").is_some()) {
            unchecked.push("requests go to the address of --url, not to the servers of the operation".to_owned());
        }
        let permission = operation.get("x-immich-permission").and_then(Value::as_str).map(str::to_owned);
        Self {
            id,
            method,
            path: path.to_owned(),
            parameters,
            body,
            body_format,
            responses,
            classes,
            default,
            schemes: security.schemes,
            secured: security.required,
            permission,
            unsendable,
            unchecked,
        }
    }

    /// Whether it needs a credential.
    #[must_use]
    pub fn is_secured(&self) -> bool {
        self.secured
    }

    /// Whether it only reads.
    #[must_use]
    pub fn is_read(&self) -> bool {
        self.method == "GET"
    }

    /// The documented response for this status: its own, that of its class, or that of everything else.
    #[must_use]
    pub fn response(&self, status: u16) -> Option<&Response> {
        let own = self.responses.get(&status).or_else(|| self.classes.get(&(status / 100)));
        // Beside documented successes, `default` is the response of errors.
        let has_success =
            self.responses.keys().any(|status| *status < 400) || self.classes.keys().any(|class| *class < 4);
        own.or_else(|| self.default.as_ref().filter(|_| status >= 400 || !has_success))
    }

    /// The documented statuses, for messages.
    #[must_use]
    pub fn statuses(&self) -> String {
        let statuses = self.responses.keys().map(u16::to_string);
        let classes = self.classes.keys().map(|class| format!("{class}XX"));
        statuses.chain(classes).collect::<Vec<_>>().join(" or ")
    }

    /// The path of the collection, for the path of one of its items (`/users` for `/users/{id}`).
    #[must_use]
    pub fn collection(&self) -> Option<&str> {
        let (collection, item) = self.path.rsplit_once('/')?;
        (item.starts_with('{') && item.find('}') == Some(item.len() - 1)).then_some(collection)
    }

    /// The parameter that names the item, for an operation on one: the last of the path.
    #[must_use]
    pub fn item_parameter(&self) -> Option<&Parameter> {
        self.collection()?;
        let name = self.path.rsplit_once('{')?.1.strip_suffix('}')?;
        let is_it = |each: &&Parameter| each.location == ParameterLocation::Path && each.name == name;
        self.parameters.iter().find(is_it)
    }

    /// Whether the body must have a property.
    pub(crate) fn requires(&self, contract: &Contract, name: &str) -> bool {
        let schema = self.body.as_ref().map(|body| resolve(contract.document(), body));
        let required = schema.and_then(|schema| schema.get("required")?.as_array());
        required.into_iter().flatten().any(|each| each == name)
    }

    /// Names of the body's properties with their schemas.
    pub(crate) fn properties<'a>(&'a self, contract: &'a Contract) -> impl Iterator<Item = (&'a String, &'a Value)> {
        let schema = self.body.as_ref().map(|body| resolve(contract.document(), body));
        schema.and_then(|schema| schema.get("properties")?.as_object()).into_iter().flatten()
    }
}
