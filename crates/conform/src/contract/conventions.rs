//! What a contract promises beyond OpenAPI: conventions of the API that this checker was made for. Each applies only to
//! contracts that declare it.

use super::Operation;
use super::response::Content;
use immich_contract::resolve;
use serde_json::Value;

/// Which conventions a contract declares.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Conventions {
    /// Errors repeat their status and its reason phrase, beside a message: the schema of errors has `statusCode`,
    /// `error` and `message`. Such servers also agree on the statuses of errors: 400 for a request that breaks a
    /// constraint, 401 before anything else without a valid credential, 404 for unknown paths and methods.
    pub(crate) errors: bool,
    /// Accounts with sessions: the operation `login` takes `email` and `password`, and returns `accessToken`.
    pub(crate) accounts: bool,
    /// API keys have permissions (`x-immich-permission`).
    pub(crate) permissions: bool,
}

impl Conventions {
    pub(super) fn of(document: &Value, operations: &[Operation]) -> Self {
        let has = |schema: &Value, names: &[&str]| {
            let schema = resolve(document, schema);
            names.iter().all(|name| schema.get("properties").and_then(|known| known.get(name)).is_some())
        };
        let errors: Vec<&Value> =
            operations.iter().filter_map(|each| each.default.as_ref()?.contents.first()).map(Content::schema).collect();
        let every = |names: &[&str]| !errors.is_empty() && errors.iter().all(|schema| has(schema, names));
        let login = operations.iter().find(|each| each.id == "login" && each.method == "POST");
        let returns_token = |login: &Operation| {
            let mut contents = login.responses.values().flat_map(|response| &response.contents);
            contents.any(|content| has(content.schema(), &["accessToken"]))
        };
        let takes_password =
            |login: &Operation| login.body.as_ref().is_some_and(|body| has(body, &["email", "password"]));
        Self {
            errors: every(&["statusCode", "error", "message"]),
            accounts: login.is_some_and(|login| takes_password(login) && returns_token(login)),
            permissions: operations.iter().any(|each| each.permission.is_some()),
        }
    }
}
