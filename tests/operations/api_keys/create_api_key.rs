//! `POST /api-keys`

use serde_json::json;

use crate::harness::{Contract, Server};

const NOT_YOURS: &str = "Cannot grant permissions you do not have";

#[tokio::test(flavor = "multi_thread")]
async fn a_session_may_grant_any_permission_and_the_secret_is_shown_once() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;

    let created = server
        .post("/api-keys", json!({"name": "everything", "permissions": ["all"]}))
        .bearer(&admin.token)
        .await
        .must_be(201)
        .json();

    let contract = Contract::read();
    let schema = contract.response_schema("createApiKey", 201).unwrap();
    assert_eq!(contract.violations(schema, &created), Vec::<String>::new());
    let secret = created["secret"].as_str().unwrap();
    assert!(!server.database().dump().await.contains(secret));
    let listed = server.get("/api-keys").bearer(&admin.token).await.must_be(200);
    assert!(!listed.text().contains(secret));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_without_a_name_gets_a_default_name() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;

    let created =
        server.post("/api-keys", json!({"permissions": ["user.read"]})).bearer(&admin.token).await.must_be(201);

    assert_eq!(created.json()["apiKey"]["name"], "API Key");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_can_grant_only_its_own_permissions() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let key = server.create_key(&admin, &["apiKey.create", "apiKey.read"]).await;
    let create =
        |permissions: &[&str]| server.post("/api-keys", json!({"permissions": permissions})).api_key(&key.secret);

    create(&["apiKey.read"]).await.must_be(201);
    create(&["apiKey.read", "apiKey.create"]).await.must_be(201);
    create(&["all"]).await.must_be_error(400, NOT_YOURS);
    create(&["apiKey.read", "apiKey.delete"]).await.must_be_error(400, NOT_YOURS);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_with_all_permissions_can_grant_any() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let key = server.create_key(&admin, &["all"]).await;

    for permissions in [["all"], ["user.update"]] {
        server.post("/api-keys", json!({"permissions": permissions})).api_key(&key.secret).await.must_be(201);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_permission_is_checked_before_the_body_is_validated() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let key = server.create_key(&admin, &["apiKey.read"]).await;

    server
        .post("/api-keys", json!({}))
        .api_key(&key.secret)
        .await
        .must_be_error(403, "Missing required permission: apiKey.create");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_postgres_cannot_store_is_rejected() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;

    server
        .post("/api-keys", json!({"name": "nul\u{0}byte", "permissions": ["all"]}))
        .bearer(&admin.token)
        .await
        .must_be(400)
        .must_have_error_shape();
    assert_eq!(server.database().count("api_key").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn names_need_not_be_unique() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;

    let mut ids = std::collections::BTreeSet::new();
    for _ in 0..2 {
        let created = server
            .post("/api-keys", json!({"name": "same", "permissions": ["all"]}))
            .bearer(&admin.token)
            .await
            .must_be(201)
            .json();
        ids.insert(created["apiKey"]["id"].to_string());
    }
    assert_eq!(ids.len(), 2);
}
