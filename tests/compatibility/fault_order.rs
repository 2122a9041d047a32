//! Which error is reported if a request has several.

use std::time::Duration;

use immich_api::Operation;
use serde_json::json;

use crate::harness::{Request, Server, UNKNOWN_ID};

const ANSWER_LIMIT: Duration = Duration::from_secs(5);

fn malformed(request: Request) -> Request {
    request.header("Content-Type", "application/json").body(b"{".to_vec())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_body_is_reported_first_and_without_the_correlation_id() {
    let server = Server::fresh().await;

    let admin = server.sign_up_admin().await;

    for (method, path) in [
        ("GET", "/users/me"),
        ("POST", "/auth/login"),
        ("PUT", "/api-keys/bad"),
        ("DELETE", "/sessions"),
        ("GET", "/server/version"),
    ] {
        for token in [admin.token.as_str(), "invalid"] {
            let request = malformed(server.call(method, path)).bearer(token).header("x-immich-cid", "mine");
            let body = request.await.must_be(400).must_have_error_shape().json();
            assert_eq!(body.get("correlationId"), None, "{method} {path}");
            assert!(body["message"].is_string(), "{body}");
        }
    }
    for (name, value) in [("x-api-key", "invalid"), ("x-immich-share-key", "invalid"), ("x-immich-user-token", "x")] {
        malformed(server.get("/users/me")).header(name, value).await.must_be(400);
    }
    malformed(server.get("/users/me?apiKey=a&apiKey=b")).await.must_be(400);
    malformed(server.post("/auth/login", json!({}))).await.must_be(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_credential_or_a_route_the_body_is_not_read() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;

    for operation in Operation::ALL.iter().filter(|operation| operation.is_secured()) {
        let path = operation.path().replace("{id}", "bad");
        let request = malformed(server.call(operation.method().as_str(), &path));
        request.await.must_be_error(401, "Authentication required");
    }
    // The same with a body that never arrives.
    for (head, status) in [
        ("POST /api/sessions HTTP/1.1\r\n", 401),
        ("GET /api/users/%zz HTTP/1.1\r\n", 400),
        ("POST /api/nope HTTP/1.1\r\n", 404),
        (&*format!("POST /api/nope HTTP/1.1\r\nAuthorization: Bearer {}\r\n", admin.token), 404),
        ("PATCH /api/users/%zz HTTP/1.1\r\n", 400),
        ("POST /nope HTTP/1.1\r\n", 404),
    ] {
        let mut connection = server.connect().await;
        let head = format!("{head}Host: x\r\nContent-Type: application/json\r\nContent-Length: 9000000\r\n\r\n{{");
        connection.write(head.as_bytes()).await.unwrap();
        let response = tokio::time::timeout(ANSWER_LIMIT, connection.read_response(false)).await;
        let response = response.expect("answered without the body").unwrap().must_be(status).must_have_error_shape();
        assert_eq!(response.header("connection"), Some("close"), "{head}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_credential_is_reported_before_a_body_of_more_than_100_kibibytes() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let weak = server.create_key(&admin, &["user.read"]).await;
    // White space first, so that only the last byte makes it malformed.
    let create = |size: usize| {
        let mut body = vec![b' '; size];
        body[size - 1] = b'{';
        server.call("POST", "/api-keys").header("Content-Type", "application/json").body(body)
    };

    create(100 * 1024).bearer("invalid").await.must_be(400).must_have_error_shape();
    create(100 * 1024 + 1).bearer("invalid").await.must_be_error(401, "Invalid user token");
    create(100 * 1024).api_key(&weak.secret).await.must_be(400).must_have_error_shape();
    let message = "Missing required permission: apiKey.create";
    create(100 * 1024 + 1).api_key(&weak.secret).await.must_be_error(403, message);
    create(100 * 1024 + 1).bearer(&admin.token).await.must_be(400).must_have_error_shape();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_checks_are_the_credential_the_permission_the_body_and_the_id() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let weak = server.create_key(&admin, &["user.read"]).await;
    let rename = |id: &str, name: serde_json::Value| server.put(&format!("/api-keys/{id}"), json!({"name": name}));

    rename("bad", json!(1)).await.must_be_error(401, "Authentication required");
    rename("bad", json!(1))
        .api_key(&weak.secret)
        .await
        .must_be_error(403, "Missing required permission: apiKey.update");
    rename("bad", json!(1)).bearer(&admin.token).await.must_be_invalid(&["name must be a string"]);
    rename("bad", json!("x")).bearer(&admin.token).await.must_be_invalid(&["id must be a UUID"]);
    rename(UNKNOWN_ID, json!(1)).bearer(&admin.token).await.must_be_invalid(&["name must be a string"]);
    rename(UNKNOWN_ID, json!("x")).bearer(&admin.token).await.must_be_error(400, "API Key not found");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_kind_of_credential_is_checked_after_the_body() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let key = server.create_key(&admin, &["all"]).await;

    let invalid = server.post("/sessions", json!({"duration": 0})).api_key(&key.secret).await;
    invalid.must_be_invalid(&["duration must be a positive number"]);
    let by_key = server.post("/sessions", json!({})).api_key(&key.secret).await;
    by_key.must_be_error(400, "This endpoint can only be used with a session token");
    server.get("/api-keys/me").bearer(&admin.token).await.must_be_error(403, "Not authenticated with an API Key");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_checks_the_body_then_the_settings_then_the_password() {
    let server = Server::fresh().await;
    server.sign_up_admin().await;
    server.database().configure(&json!({"passwordLogin": {"enabled": false}})).await;

    let login = |email: &str| server.post("/auth/login", json!({"email": email, "password": "wrong"}));

    login("bad").await.must_be_invalid(&["email must be an email"]);
    login("unknown@immich.cloud").await.must_be_error(401, "Password login has been disabled");
}

#[tokio::test(flavor = "multi_thread")]
async fn whether_a_key_exists_is_checked_before_its_new_permissions() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let weak = server.create_key(&admin, &["apiKey.update"]).await;
    let grant =
        |id: &str| server.put(&format!("/api-keys/{id}"), json!({"permissions": ["all"]})).api_key(&weak.secret);

    grant(UNKNOWN_ID).await.must_be_error(400, "API Key not found");
    grant(&weak.id).await.must_be_error(400, "Cannot grant permissions you do not have");
}
