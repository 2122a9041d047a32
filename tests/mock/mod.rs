//! The mock server (`immich-server mock`), which responds with examples.

mod answers;
mod prefer;
mod requests;

use immich_api::Operation;
use serde_json::{Value, json};

use crate::harness::{Request, Server, UNKNOWN_ID};

/// A valid body of an operation.
fn valid_body(operation: Operation) -> Value {
    match operation {
        Operation::CreateApiKey => json!({"name": "reader", "permissions": ["user.read"]}),
        Operation::UpdateApiKey => json!({"name": "reader"}),
        Operation::Login => json!({"email": "anna@example.com", "password": "password"}),
        Operation::SignUpAdmin => json!({"email": "anna@example.com", "password": "password", "name": "Anna"}),
        Operation::ChangePassword => json!({"password": "password", "newPassword": "new password"}),
        Operation::CreateSession => json!({"duration": 60}),
        _ => json!({}),
    }
}

/// A valid request of an operation, without a credential.
fn call(server: &Server, operation: Operation) -> Request {
    let path = operation.path().replace("{id}", UNKNOWN_ID);
    assert!(!path.contains('{'), "{}: the tests have no value for a parameter of {path}", operation.id());
    let request = server.call(operation.method().as_str(), &path);
    if operation.method() == http::Method::GET { request } else { request.json(&valid_body(operation)) }
}

/// The same with a credential.
fn authorized(server: &Server, operation: Operation) -> Request {
    call(server, operation).bearer("any")
}
