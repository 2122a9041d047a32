//! The contract, read at run time: the checks are derived from it.

mod operation;
mod schema;

pub(crate) use immich_contract::resolve;
pub use operation::{Content, CredentialLocation, Operation, Parameter, ParameterLocation, Response, Scheme};
pub(crate) use schema::Validator;

use serde_json::Value;

/// HTTP methods under which OpenAPI 3.0 allows operations.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// Why a document cannot be used as the contract.
#[derive(Debug, thiserror::Error)]
pub enum ContractError {
    /// It is not JSON.
    #[error("the contract is not JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// It has something that is not supported.
    #[error("the contract cannot be used: at {at}: {problem}")]
    Unusable {
        /// The operation or schema.
        at: String,
        /// What is wrong with it.
        problem: String,
    },
}

/// An OpenAPI 3.0 document.
#[derive(Debug)]
pub struct Contract {
    document: Value,
    /// Title and version.
    pub title: String,
    /// The path that all operations have in front, for instance `/api`.
    pub base_path: String,
    /// In the document's order.
    pub operations: Vec<Operation>,
    secret_names: Vec<String>,
}

impl Contract {
    /// Reads a document.
    ///
    /// # Errors
    /// It is not OpenAPI 3.0 in JSON, or uses a feature that is not supported.
    pub fn parse(text: &str) -> Result<Self, ContractError> {
        let document: Value = serde_json::from_str(text)?;
        let text_at = |pointer: &str| document.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let title = format!("{} {}", text_at("/info/title"), text_at("/info/version"));
        let base_path = text_at("/servers/0/url").trim_end_matches('/').to_owned();
        let mut operations = Vec::new();
        for (path, item) in document.get("paths").and_then(Value::as_object).into_iter().flatten() {
            for (method, operation) in item.as_object().into_iter().flatten() {
                if METHODS.contains(&method.as_str()) {
                    operations.push(Operation::read(&document, path, method, item, operation)?);
                }
            }
        }
        if operations.is_empty() {
            return Err(ContractError::Unusable {
                at: "/paths".to_owned(),
                problem: "there are no operations".to_owned(),
            });
        }
        let mut secret_names = Vec::new();
        collect_secret_names(&document, &mut secret_names);
        Ok(Self { document, title, base_path, operations, secret_names })
    }

    /// The operation of this name.
    #[must_use]
    pub fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.id == id)
    }

    /// The operation under this method and path template.
    pub(crate) fn at(&self, method: &str, path: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.method == method && operation.path == path)
    }

    /// Whether a request with this method and path reaches an operation.
    pub(crate) fn has(&self, method: &str, path: &str) -> bool {
        self.operations.iter().any(|operation| operation.method == method && reaches(&operation.path, path))
    }

    /// The whole document, in which references are looked up.
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
        for (text, reason) in [("{", "not JSON"), ("{}", "no operation")] {
            let error = Contract::parse(text).unwrap_err();
            assert!(error.to_string().contains(reason), "{error}");
        }
    }

    #[test]
    fn an_operation_that_needs_two_credentials_at_once_is_rejected() {
        let both = real().document.to_string().replace(r#"{"cookie":[]}"#, r#"{"cookie":[],"bearer":[]}"#);

        let error = Contract::parse(&both).unwrap_err();

        assert!(error.to_string().contains("two credentials"), "{error}");
    }
}
