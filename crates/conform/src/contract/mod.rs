//! The contract, read at run time: the checks are derived from it.

mod body;
mod conventions;
mod ingress;
mod operation;
mod parameter;
mod response;
mod schema;
mod security;
mod sound;
mod source;
mod view;

pub use body::BodyFormat;
pub(crate) use conventions::Conventions;
pub(crate) use immich_contract::resolve;
pub use operation::Operation;
pub use parameter::{Parameter, ParameterLocation};
pub use response::{Content, Response};
pub(crate) use schema::Validator;
pub use security::{CredentialLocation, Scheme};
pub use source::{SourceError, read_source};

use immich_contract::{LeftOut, METHODS, ReadError, in_terms_of_3_0, read_document};
use schema::Schemas;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Why a document cannot be used as the contract.
#[derive(Debug, thiserror::Error)]
pub enum ContractError {
    /// It is neither JSON nor YAML.
    #[error("the contract is {0}")]
    Unreadable(#[from] ReadError),
    /// It is not OpenAPI 3.
    #[error("the contract is not OpenAPI 3: {0}")]
    Version(String),
    /// It has something that cannot be used.
    #[error("the contract cannot be used: at {at}: {problem}")]
    Unusable {
        /// The operation or schema.
        at: String,
        /// What is wrong with it.
        problem: String,
    },
}

/// An OpenAPI 3 document.
#[derive(Debug)]
pub struct Contract {
    document: Value,
    /// Title and version.
    pub title: String,
    /// The path that all operations have in front, for instance `/api`.
    pub base_path: String,
    /// In the document's order.
    pub operations: Vec<Operation>,
    /// What the contract says outside of operations that is not checked, and why.
    pub unchecked: Vec<String>,
    conventions: Conventions,
    secret_names: Vec<String>,
}

impl Contract {
    /// Reads a document of OpenAPI 3.0, 3.1 or 3.2, in JSON or YAML. What is not supported is left out, and listed in
    /// [`Self::unchecked`] and [`Operation::unchecked`].
    ///
    /// # Errors
    /// It is neither JSON nor YAML, not OpenAPI 3, or has no operations.
    pub fn parse(text: &str) -> Result<Self, ContractError> {
        let mut document = read_document(text)?;
        let version = document.get("openapi").or_else(|| document.get("swagger"));
        match version.and_then(Value::as_str) {
            Some(version) if version.starts_with("3.") => {}
            Some(version) => return Err(ContractError::Version(format!("its version is {version}"))),
            None => return Err(ContractError::Version("the field `openapi` is missing".to_owned())),
        }
        let mut left_out = in_terms_of_3_0(&mut document);
        left_out.extend(sound::make_sound(&mut document));
        let requests = view::of_requests(&document);
        let schemas = Arc::new(Schemas::new(view::of_responses(&document)));
        let text_at = |pointer: &str| document.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let title = format!("{} {}", text_at("/info/title"), text_at("/info/version"));
        let operations = operations(&requests, &schemas);
        if operations.is_empty() {
            return Err(ContractError::Unusable {
                at: "/paths".to_owned(),
                problem: "there are no operations".to_owned(),
            });
        }
        let conventions = Conventions::of(&requests, &operations);
        // It was created above, and not set yet.
        let _ = schemas.one_form.set(conventions.errors);
        let mut secret_names = Vec::new();
        collect_secret_names(&requests, &mut secret_names);
        let base_path = base_path(&document);
        let unchecked = unchecked(&document, &left_out);
        Ok(Self { document: requests, title, base_path, operations, unchecked, conventions, secret_names })
    }

    /// The conventions that it declares.
    pub(crate) fn conventions(&self) -> Conventions {
        self.conventions
    }

    /// The operation of this name of the API that this checker was made for; none in other contracts, where the same name
    /// may mean something else.
    #[must_use]
    pub fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.id == id && self.conventions.accounts)
    }

    /// The operation under this method and path template.
    pub(crate) fn at(&self, method: &str, path: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.method == method && operation.path == path)
    }

    /// Whether a request with this method and path reaches an operation.
    pub(crate) fn has(&self, method: &str, path: &str) -> bool {
        self.operations.iter().any(|operation| operation.method == method && reaches(&operation.path, path))
    }

    /// The operation of this name in any contract, or of this method and path: `GET /users/{id}`.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Operation> {
        let is_place = |each: &Operation| name.split_once(' ') == Some((each.method.as_str(), each.path.as_str()));
        let named = self.operations.iter().find(|each| each.id == name);
        named.or_else(|| self.operations.iter().find(|each| is_place(each)))
    }

    /// Schemas of responses that cannot be compiled, so that these responses are not checked against them: operation and
    /// reason.
    #[must_use]
    pub fn unusable_schemas(&self) -> Vec<String> {
        let documented = |each: &Operation| {
            let responses = each.responses.values().chain(each.classes.values()).chain(&each.default);
            let mut contents = responses.flat_map(|response| &response.contents);
            let problem = contents.find_map(|content| content.validator().err()).map(str::to_owned);
            problem.map(|problem| format!("{}: {problem}", each.id))
        };
        self.operations.iter().filter_map(documented).collect()
    }

    /// The whole document, in which the references of requests are looked up.
    pub(crate) fn document(&self) -> &Value {
        &self.document
    }

    /// Names of the properties that hold secrets (format `password`).
    pub(crate) fn secret_names(&self) -> &[String] {
        &self.secret_names
    }

    /// All permissions that an API key can have, and those that an operation requires.
    pub(crate) fn permissions(&self) -> Vec<&str> {
        let listed = self.document.pointer("/components/schemas/Permission/enum").and_then(Value::as_array);
        let mut permissions: Vec<&str> = listed.into_iter().flatten().filter_map(Value::as_str).collect();
        for permission in self.operations.iter().filter_map(|operation| operation.permission.as_deref()) {
            if !permissions.contains(&permission) {
                permissions.push(permission);
            }
        }
        permissions
    }
}

/// All operations, each with a name that no other has.
fn operations(requests: &Value, schemas: &Arc<Schemas>) -> Vec<Operation> {
    let mut operations: Vec<Operation> = Vec::new();
    let mut names = BTreeSet::new();
    for (path, item) in requests.get("paths").and_then(Value::as_object).into_iter().flatten() {
        let item = resolve(requests, item);
        for (method, operation) in item.as_object().into_iter().flatten() {
            if METHODS.contains(&method.as_str()) && path.starts_with('/') {
                let mut read = Operation::read(requests, schemas, path, method, item, operation);
                if !names.insert(read.id.clone()) {
                    read.id = format!("{} {path}", read.method);
                    names.insert(read.id.clone());
                }
                operations.push(read);
            }
        }
    }
    operations
}

/// The path of the first server, with the default values of its variables.
fn base_path(document: &Value) -> String {
    let server = document.pointer("/servers/0");
    let mut url = server.and_then(|server| server.get("url")?.as_str()).unwrap_or_default().to_owned();
    let variables = server.and_then(|server| server.get("variables")?.as_object());
    for (name, variable) in variables.into_iter().flatten() {
        let default = variable.get("default").and_then(Value::as_str).unwrap_or_default();
        url = url.replace(&format!("{{{name}}}"), default);
    }
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.find('/').and_then(|start| rest.get(start..)).unwrap_or_default().to_owned(),
        None if url.starts_with('/') => url,
        None => String::new(),
    };
    path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/').to_owned()
}

/// What the document says outside of operations that is not checked: one line for each kind.
fn unchecked(document: &Value, left_out: &[LeftOut]) -> Vec<String> {
    let mut lines = Vec::new();
    if document.get("webhooks").and_then(Value::as_object).is_some_and(|hooks| !hooks.is_empty()) {
        lines.push("webhooks are not checked: they are requests that the server sends".to_owned());
    }
    for (path, item) in document.get("paths").and_then(Value::as_object).into_iter().flatten() {
        if let Some(reference) = resolve(document, item).get("$ref") {
            lines.push(format!("{path} is not checked: {reference} cannot be found"));
        }
    }
    let mut kinds: Vec<(&str, usize)> = Vec::new();
    for LeftOut { what, .. } in left_out {
        match kinds.iter_mut().find(|(known, _)| known == what) {
            Some((_, count)) => *count += 1,
            None => kinds.push((what, 1)),
        }
    }
    for (what, count) in kinds {
        let times = if count > 1 { format!(" ({count} times)") } else { String::new() };
        lines.push(format!("left out of the contract{times}: {what}"));
    }
    lines
}

/// Whether a path matches a template; the path may be a template itself.
fn reaches(template: &str, path: &str) -> bool {
    let (template, path) = (template.split('/'), path.split('/'));
    template.clone().count() == path.clone().count()
        && template.zip(path).all(|(step, given)| step == given || step.starts_with('{'))
}

fn collect_secret_names(value: &Value, found: &mut Vec<String>) {
    for (name, property) in value.get("properties").and_then(Value::as_object).into_iter().flatten() {
        if property.get("format").and_then(Value::as_str) == Some("password") && !found.contains(name) {
            found.push(name.clone());
        }
    }
    match value {
        Value::Object(fields) => fields.values().for_each(|field| collect_secret_names(field, found)),
        Value::Array(items) => items.iter().for_each(|item| collect_secret_names(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use serde_json::json;

    /// The contract that the server is built from.
    pub(crate) fn real() -> Contract {
        Contract::parse(include_str!("../../../../generated/openapi.json")).unwrap()
    }

    #[test]
    fn the_contract_is_read_with_its_operations_schemes_and_permissions() {
        let contract = real();

        let create = contract.operation("createApiKey").unwrap();
        assert_eq!((create.method.as_str(), create.path.as_str()), ("POST", "/api-keys"));
        assert_eq!(create.permission.as_deref(), Some("apiKey.create"));
        let schemes: Vec<&str> = create.schemes.iter().map(|scheme| scheme.name.as_str()).collect();
        assert_eq!(schemes, ["bearer", "cookie", "api_key"]);
        assert_eq!(contract.base_path, "/api");
        assert!(contract.permissions().contains(&"all"));
        assert!(contract.secret_names().contains(&"accessToken".to_owned()));
    }

    #[test]
    fn a_path_is_known_through_its_template() {
        let contract = real();

        assert!(contract.has("GET", "/users/5f4bd39d-33cb-4f21-a52c-1a2a8a2f1a0a"));
        assert!(contract.has("GET", "/users/me"));
        assert!(!contract.has("PATCH", "/users/me"));
        assert!(!contract.has("GET", "/users/me/preferences"));
    }

    #[test]
    fn a_document_that_is_not_a_contract_is_rejected() {
        for (text, reason) in [
            ("{", "not JSON"),
            ("a: [", "neither JSON nor YAML"),
            ("{}", "not OpenAPI 3"),
            ("swagger: '2.0'", "its version is 2.0"),
            ("openapi: 3.1.0", "no operation"),
        ] {
            let error = Contract::parse(text).unwrap_err();
            assert!(error.to_string().contains(reason), "{error}");
        }
    }

    #[test]
    fn an_operation_that_needs_two_credentials_at_once_is_only_checked_without() {
        let both = real().document.to_string().replace(r#"{"cookie":[]}"#, r#"{"cookie":[],"bearer":[]}"#);

        let contract = Contract::parse(&both).unwrap();

        let operation = contract.operation("getMyUser").unwrap();
        assert!(operation.is_secured());
        assert_eq!(operation.unchecked, ["several credentials at once are not supported: cookie and bearer"]);
    }

    #[test]
    fn the_conventions_of_the_real_contract_are_all_declared() {
        let all = Conventions { errors: true, accounts: true, permissions: true };
        assert_eq!(real().conventions(), all);
    }

    #[test]
    fn an_operation_without_a_name_is_called_by_its_place() {
        let yaml =
            "openapi: 3.1.0\npaths:\n  /a/{b}:\n    get: {}\n    put: {operationId: x}\n    post: {operationId: x}\n";

        let contract = Contract::parse(yaml).unwrap();

        let names: Vec<&str> = contract.operations.iter().map(|operation| operation.id.as_str()).collect();
        assert_eq!(names, ["GET /a/{b}", "x", "POST /a/{b}"]);
        assert_eq!(contract.find("PUT /a/{b}").map(|operation| operation.id.as_str()), Some("x"));
        assert_eq!(contract.conventions(), Conventions::default());
    }

    #[test]
    fn the_base_path_is_the_path_of_the_first_server() {
        for (server, path) in [
            (json!({ "url": "/api/" }), "/api"),
            (json!({ "url": "https://example.com/v2" }), "/v2"),
            (
                json!({ "url": "{scheme}://example.com/{v}/", "variables": { "scheme": { "default": "http" },
                "v": { "default": "v1" } } }),
                "/v1",
            ),
            (json!({ "url": "https://example.com" }), ""),
            (json!({}), ""),
        ] {
            assert_eq!(base_path(&json!({ "servers": [server] })), path, "{server}");
        }
    }
}
