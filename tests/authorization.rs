//! Credentials and permissions of every operation in `Operation::ALL`, so a new operation is covered automatically.

use immich_api::Operation;
use serde_json::json;

use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Key, Request, Response, Server, Session, UNKNOWN_ID};

/// Permissions that no operation requires.
const UNRELATED: [&str; 2] = ["systemMetadata.read", "adminUser.read"];

fn all() -> impl Iterator<Item = Operation> {
    Operation::ALL.iter().copied()
}

fn secured() -> impl Iterator<Item = Operation> {
    all().filter(|operation| operation.is_secured())
}

/// The operation with an empty body and `id` for its path parameter.
fn call_with(server: &Server, operation: Operation, id: &str) -> Request {
    let path = operation.path().replace("{id}", id);
    assert!(!path.contains('{'), "{}: the tests have no value for a parameter of {path}", operation.id());
    server.call(operation.method().as_str(), &path).json(&json!({}))
}

fn call(server: &Server, operation: Operation) -> Request {
    call_with(server, operation, &uuid::Uuid::new_v4().to_string())
}

/// The permission's name on the wire.
fn permission(operation: Operation) -> Option<String> {
    let permission = serde_json::to_value(operation.permission()?).expect("a permission is a text");
    Some(permission.as_str().expect("a permission is a text").to_owned())
}

/// Collects wrong responses, so that a test reports all of them and not only the first.
struct Findings(Vec<String>);

impl Findings {
    fn expect(&mut self, operation: Operation, response: &Response, status: u16, message: &str) {
        let body: serde_json::Value = serde_json::from_slice(&response.body).unwrap_or_default();
        if response.status != status || body["message"] != message {
            self.0.push(format!("{}: {response}", operation.id()));
        }
    }

    fn require(&mut self, operation: Operation, response: &Response, is_met: bool) {
        if !is_met {
            self.0.push(format!("{}: {response}", operation.id()));
        }
    }

    #[track_caller]
    fn report(self, rule: &str) {
        assert!(self.0.is_empty(), "{rule}, but\n{}", self.0.join("\n"));
    }
}

#[test]
fn the_list_of_operations_matches_the_contract() {
    let contract: serde_json::Value = serde_json::from_str(include_str!("../spec/openapi.json")).unwrap();
    let mut promised: Vec<String> = contract["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            methods.as_object().unwrap().iter().map(move |(method, operation)| {
                let id = operation["operationId"].as_str().unwrap();
                format!("{id} {} {path}", method.to_uppercase())
            })
        })
        .collect();
    let mut listed: Vec<String> =
        all().map(|operation| format!("{} {} {}", operation.id(), operation.method(), operation.path())).collect();
    promised.sort();
    listed.sort();

    assert_eq!(listed, promised);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secured_operation_requires_a_credential() {
    let server = Server::fresh().await;
    let mut findings = Findings(Vec::new());
    for operation in secured() {
        let response = call(&server, operation).await;
        findings.expect(operation, &response, 401, "Authentication required");
        findings.require(operation, &response, response.header("www-authenticate").is_none());
    }
    findings.report("no credential is 401");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_credential_is_rejected_wherever_it_is_sent() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let key = server.create_key(&admin, &["all"]).await;
    let mut findings = Findings(Vec::new());
    for operation in secured() {
        let request = || call(&server, operation);
        for (request, message) in [
            (request().bearer("bad"), "Invalid user token"),
            (request().header("Cookie", "immich_access_token=bad"), "Invalid user token"),
            (request().header("x-immich-user-token", "bad"), "Invalid user token"),
            (request().header("x-immich-session-token", "bad"), "Invalid user token"),
            (request().api_key("bad"), "Invalid API key"),
            (request().header("x-immich-share-key", "bad"), "Invalid share key"),
            (request().header("x-immich-share-slug", "bad"), "Invalid share slug"),
            // The second credential is valid, but the first one counts.
            (request().bearer("bad").api_key(&key.secret), "Invalid user token"),
            (request().bearer(&key.secret), "Invalid user token"),
            (request().api_key(&admin.token), "Invalid API key"),
        ] {
            findings.expect(operation, &request.await, 401, message);
        }
    }
    findings.report("a bad credential is 401");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_session_is_rejected_by_every_operation() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let (id, expired) = server.create_child(&admin).await;
    server.database().expire_session(&id).await;
    let mut findings = Findings(Vec::new());
    for operation in secured() {
        let response = call(&server, operation).bearer(&expired.token).await;
        findings.expect(operation, &response, 401, "Invalid user token");
    }
    findings.report("an expired session is 401");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_session_and_the_key_of_a_deleted_user_are_rejected() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let key = server.create_key(&admin, &["all"]).await;
    server.database().soft_delete(ADMIN_EMAIL).await;
    let mut findings = Findings(Vec::new());
    for operation in secured() {
        let by_session = call(&server, operation).bearer(&admin.token).await;
        findings.expect(operation, &by_session, 401, "Invalid user token");
        let by_key = call(&server, operation).api_key(&key.secret).await;
        findings.expect(operation, &by_key, 401, "Invalid API key");
    }
    findings.report("a credential of a deleted user is 401");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_without_the_permission_is_rejected_with_its_name() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let mut findings = Findings(Vec::new());
    for operation in secured() {
        let needed = permission(operation);
        let unrelated =
            UNRELATED.into_iter().find(|name| needed.as_deref() != Some(name)).expect("two permissions differ");
        let key = server.create_key(&admin, &[unrelated]).await;
        let response = call(&server, operation).api_key(&key.secret).await;
        match needed {
            Some(needed) => {
                let message = format!("Missing required permission: {needed}");
                findings.expect(operation, &response, 403, &message);
            }
            None => findings.require(operation, &response, !matches!(response.status, 401 | 403)),
        }
    }
    findings.report("a key without the permission is 403, named");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_with_exactly_the_permission_is_accepted() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let mut keys = Vec::new();
    for operation in secured() {
        let needed = permission(operation).unwrap_or_else(|| UNRELATED[0].to_owned());
        keys.push((operation, server.create_key(&admin, &[&needed]).await));
    }
    let mut findings = Findings(Vec::new());
    for (operation, key) in &keys {
        let response = call(&server, *operation).api_key(&key.secret).await;
        let is_accepted = !matches!(response.status, 401 | 403) && response.status < 500;
        findings.require(*operation, &response, is_accepted);
    }
    findings.report("a key with the permission is accepted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_needs_no_permission() {
    let server = Server::fresh().await;
    server.sign_up_admin().await;
    let mut findings = Findings(Vec::new());
    for operation in secured() {
        // A new session for each operation: some end sessions, even the one that calls them.
        let session = server.login(ADMIN_EMAIL, ADMIN_PASSWORD).await;
        let response = call(&server, operation).bearer(&session.token).await;
        let rejected_as_session = response.text().contains("Not authenticated with an API Key");
        let is_accepted = response.status <= 400 || rejected_as_session;
        findings.require(operation, &response, is_accepted);
    }
    findings.report("a session is accepted");
}

/// The id of the administrator's resource for this operation, if its path has one.
fn owned<'a>(operation: Operation, key: &'a Key, session_id: &'a str) -> Option<&'a str> {
    match operation.path() {
        "/api-keys/{id}" => Some(&key.id),
        "/sessions/{id}" => Some(session_id),
        // Users can see each other.
        "/users/{id}" => None,
        path if path.contains('{') => panic!("add the owner of the resource at {path} to this test"),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_resources_of_another_user_are_not_found() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let admins_key = server.create_key(&admin, &["user.read"]).await;
    let admins_session = server.session_id(&admin).await;
    let anna = server.user("anna").await;
    let annas_key = server.create_key(&anna, &["all"]).await;
    let mut findings = Findings(Vec::new());
    let by_anna = |operation: Operation, id: &str, session: &Session| {
        let request = call_with(&server, operation, id);
        [request.clone().api_key(&annas_key.secret), request.bearer(&session.token)]
    };
    for operation in secured() {
        let Some(id) = owned(operation, &admins_key, &admins_session) else {
            continue;
        };
        let foreign = by_anna(operation, id, &anna);
        let unknown = by_anna(operation, UNKNOWN_ID, &anna);
        for (foreign, unknown) in foreign.into_iter().zip(unknown) {
            let (foreign, unknown) = (foreign.await, unknown.await);
            let alike = foreign.status == 400 && foreign.json()["message"] == unknown.json()["message"];
            findings.require(operation, &foreign, alike);
        }
    }
    findings.report("resources of another user get the response of unknown ones");
    assert!(server.accepts(&admin).await);
    server.get("/users/me").api_key(&admins_key.secret).await.must_be(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_operation_ignores_credentials() {
    let server = Server::fresh().await;
    let mut findings = Findings(Vec::new());
    for operation in all().filter(|operation| !operation.is_secured()) {
        let without = call(&server, operation).await;
        let with =
            call(&server, operation).bearer("bad").api_key("bad").header("Cookie", "immich_access_token=bad").await;
        findings.require(operation, &with, with.status == without.status && with.status != 401);
    }
    findings.report("public operations ignore credentials");
}

/// Whether the path template `template` matches `path`, which may be a template too.
fn reaches(template: &str, path: &str) -> bool {
    let (template, path) = (template.split('/'), path.split('/'));
    template.clone().count() == path.clone().count()
        && template.zip(path).all(|(step, given)| step == given || step == "{id}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_method_that_is_not_in_the_contract_is_an_unknown_route() {
    let server = Server::fresh().await;
    let mut findings = Findings(Vec::new());
    for operation in all() {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
            let known = all().any(|other| other.method().as_str() == method && reaches(other.path(), operation.path()));
            if known {
                continue;
            }
            let path = operation.path().replace("{id}", UNKNOWN_ID);
            let response = server.call(method, &path).await;
            findings.expect(operation, &response, 404, &format!("Cannot {method} /api{path}"));
            findings.require(operation, &response, response.header("allow").is_none());
        }
    }
    findings.report("an unknown method is 404 and never 405");
}

#[tokio::test(flavor = "multi_thread")]
async fn head_responds_like_get_without_the_body() {
    let server = Server::fresh().await;
    let mut findings = Findings(Vec::new());
    for operation in all().filter(|operation| operation.method().as_str() == "GET") {
        let path = operation.path().replace("{id}", UNKNOWN_ID);
        let get = server.call("GET", &path).await;
        let head = server.call("HEAD", &path).await;
        findings.require(operation, &head, head.status == get.status && head.body.is_empty());
        findings.require(operation, &head, head.header("content-type") == get.header("content-type"));
    }
    findings.report("HEAD works wherever GET does");
}
