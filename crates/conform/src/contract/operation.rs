//! One operation, as far as the checks need it.

use super::schema::Validator;
use super::{Contract, ContractError};
use immich_contract::resolve;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// An operation.
#[derive(Debug)]
pub struct Operation {
    /// `operationId`.
    pub id: String,
    /// In capitals.
    pub method: String,
    /// Template below the base path.
    pub path: String,
    /// Path, query and header parameters.
    pub parameters: Vec<Parameter>,
    /// The schema of the JSON body, references and all.
    pub body: Option<Value>,
    /// Documented responses, without `default`.
    pub responses: BTreeMap<u16, Response>,
    /// The documented response of errors (`default`).
    pub default: Option<Response>,
    /// Kinds of credential that it accepts; none for a public operation.
    pub schemes: Vec<Scheme>,
    /// The permission that an API key needs.
    pub permission: Option<String>,
}

/// A parameter.
#[derive(Debug)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Where it is sent.
    pub location: ParameterLocation,
    /// Whether it must be sent.
    pub required: bool,
    /// Its schema.
    pub schema: Value,
}

/// Where a parameter is sent (`in`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterLocation {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// As a header.
    Header,
}

/// A documented response.
#[derive(Debug)]
pub struct Response {
    /// Its body; `None` when it has none.
    pub content: Option<Content>,
}

/// A documented body.
#[derive(Debug)]
pub struct Content {
    /// For instance `application/json`.
    pub media_type: String,
    /// What the body must be.
    pub(crate) validator: Validator,
}

/// A kind of credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheme {
    /// Its name in the contract.
    pub name: String,
    /// Where it is sent.
    pub location: CredentialLocation,
}

/// Where a credential is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CredentialLocation {
    /// `Authorization: Bearer …`: a session.
    Bearer,
    /// A cookie of this name: a session.
    Cookie(String),
    /// A header of this name: an API key.
    Header(String),
    /// A query parameter of this name: an API key.
    Query(String),
}

impl CredentialLocation {
    /// Whether sessions are sent here, rather than API keys.
    #[must_use]
    pub fn is_for_sessions(&self) -> bool {
        matches!(self, Self::Bearer | Self::Cookie(_))
    }
}

impl fmt::Display for CredentialLocation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bearer => formatter.write_str("bearer token"),
            Self::Cookie(name) => write!(formatter, "cookie {name}"),
            Self::Header(name) => write!(formatter, "header {name}"),
            Self::Query(name) => write!(formatter, "query parameter {name}"),
        }
    }
}

impl Operation {
    /// Reads one operation of the document.
    pub(super) fn read(
        document: &Value,
        path: &str,
        method: &str,
        item: &Value,
        operation: &Value,
    ) -> Result<Self, ContractError> {
        let at = format!("{} {path}", method.to_uppercase());
        let id = operation.get("operationId").and_then(Value::as_str);
        let id = id.ok_or_else(|| unusable(&at, "missing operationId"))?.to_owned();
        let mut parameters = Vec::new();
        for parameter in [item, operation].into_iter().filter_map(|part| part.get("parameters")?.as_array()).flatten() {
            parameters.push(parameter_of(document, &at, parameter)?);
        }
        let body = operation.get("requestBody").map(|body| resolve(document, body));
        let body = body.and_then(|body| body.pointer("/content/application~1json/schema")).cloned();
        let mut responses = BTreeMap::new();
        let mut default = None;
        for (status, response) in operation.get("responses").and_then(Value::as_object).into_iter().flatten() {
            let response = response_of(document, &at, response)?;
            if status == "default" {
                default = Some(response);
            } else {
                let status = status.parse().map_err(|_| unusable(&at, &format!("unsupported status {status}")))?;
                responses.insert(status, response);
            }
        }
        let security = operation.get("security").or_else(|| document.get("security"));
        let alternatives = security.and_then(Value::as_array).into_iter().flatten();
        let schemes = alternatives.filter_map(Value::as_object).filter(|names| !names.is_empty());
        let schemes = schemes
            .map(|names| match names.keys().collect::<Vec<_>>().as_slice() {
                [name] => scheme_of(document, &at, name),
                _ => Err(unusable(&at, "two credentials at once are not supported")),
            })
            .collect::<Result<_, _>>()?;
        let permission = operation.get("x-immich-permission").and_then(Value::as_str).map(str::to_owned);
        let (method, path) = (method.to_uppercase(), path.to_owned());
        Ok(Self { id, method, path, parameters, body, responses, default, schemes, permission })
    }

    /// Whether it needs a credential.
    #[must_use]
    pub fn is_secured(&self) -> bool {
        !self.schemes.is_empty()
    }

    /// Whether it only reads.
    #[must_use]
    pub fn is_read(&self) -> bool {
        self.method == "GET"
    }

    /// The documented response for this status: its own, or that of errors.
    #[must_use]
    pub fn response(&self, status: u16) -> Option<&Response> {
        self.responses.get(&status).or_else(|| self.default.as_ref().filter(|_| status >= 400))
    }

    /// The path of the collection, for the path of one of its items (`/users` for `/users/{id}`).
    #[must_use]
    pub fn collection(&self) -> Option<&str> {
        let (collection, item) = self.path.rsplit_once('/')?;
        item.starts_with('{').then_some(collection)
    }

    /// Names of the body's properties with their schemas.
    pub(crate) fn properties<'a>(&'a self, contract: &'a Contract) -> impl Iterator<Item = (&'a String, &'a Value)> {
        let schema = self.body.as_ref().map(|body| resolve(contract.document(), body));
        schema.and_then(|schema| schema.get("properties")?.as_object()).into_iter().flatten()
    }
}

fn unusable(at: &str, problem: &str) -> ContractError {
    ContractError::Unusable { at: at.to_owned(), problem: problem.to_owned() }
}

fn parameter_of(document: &Value, at: &str, parameter: &Value) -> Result<Parameter, ContractError> {
    let parameter = resolve(document, parameter);
    let text = |key: &str| parameter.get(key).and_then(Value::as_str).unwrap_or_default();
    let location = match text("in") {
        "path" => ParameterLocation::Path,
        "query" => ParameterLocation::Query,
        "header" => ParameterLocation::Header,
        other => return Err(unusable(at, &format!("a parameter in {other:?} is not supported"))),
    };
    Ok(Parameter {
        name: text("name").to_owned(),
        location,
        required: parameter.get("required").and_then(Value::as_bool).unwrap_or_default(),
        schema: parameter.get("schema").cloned().unwrap_or_default(),
    })
}

fn response_of(document: &Value, at: &str, response: &Value) -> Result<Response, ContractError> {
    let response = resolve(document, response);
    let mut contents = response.get("content").and_then(Value::as_object).into_iter().flatten();
    let content = match (contents.next(), contents.next()) {
        (None, _) => None,
        (Some((media_type, content)), None) => {
            let schema = content.get("schema").cloned().unwrap_or_default();
            Some(Content { media_type: media_type.clone(), validator: Validator::of_responses(document, &schema, at)? })
        }
        (Some(_), Some(_)) => return Err(unusable(at, "a response with several media types is not supported")),
    };
    Ok(Response { content })
}

fn scheme_of(document: &Value, at: &str, name: &str) -> Result<Scheme, ContractError> {
    let scheme = document.pointer(&format!("/components/securitySchemes/{name}"));
    let scheme = scheme.map_or(&Value::Null, |scheme| resolve(document, scheme));
    let text = |key: &str| scheme.get(key).and_then(Value::as_str).unwrap_or_default();
    let named = text("name").to_owned();
    let location = match (text("type"), text("in")) {
        ("http", _) if text("scheme").eq_ignore_ascii_case("bearer") => CredentialLocation::Bearer,
        ("apiKey", "cookie") => CredentialLocation::Cookie(named),
        ("apiKey", "header") => CredentialLocation::Header(named),
        ("apiKey", "query") => CredentialLocation::Query(named),
        _ => return Err(unusable(at, &format!("the kind of the security scheme {name} is not supported"))),
    };
    Ok(Scheme { name: name.to_owned(), location })
}
