//! Which error is reported if a request has several.

use serde_json::json;

use crate::harness::{Request, Server, UNKNOWN_ID};

fn malformed(request: Request) -> Request {
    request.header("Content-Type", "application/json").body(b"{".to_vec())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_body_is_reported_first_and_without_the_correlation_id() {
    let server = Server::fresh().await;

    for (method, path) in [
        ("GET", "/users/me"),
        ("POST", "/auth/login"),
        ("PUT", "/api-keys/bad"),
        ("DELETE", "/sessions"),
        ("GET", "/nope"),
        ("PATCH", "/users/%zz"),
    ] {
        let answer = malformed(server.call(method, path)).header("x-immich-cid", "mine").await;
        let body = answer.must_be(400).must_have_error_shape().json();
        assert_eq!(body.get("correlationId"), None, "{method} {path}");
        assert!(body["message"].is_string(), "{body}");
    }
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
