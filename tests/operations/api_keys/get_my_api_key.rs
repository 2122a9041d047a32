//! `GET /api-keys/me`

use serde_json::json;

use crate::harness::{Contract, Server};

#[tokio::test(flavor = "multi_thread")]
async fn a_key_can_read_itself_with_any_permissions() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    server.create_key(&admin, &["all"]).await;
    let key = server.create_key(&admin, &["systemMetadata.read"]).await;

    let own = server.get("/api-keys/me").api_key(&key.secret).await.must_be(200).json();

    assert_eq!(own["id"], *key.id);
    assert_eq!(own["permissions"], json!(["systemMetadata.read"]));
    let contract = Contract::read();
    let schema = contract.response_schema("getMyApiKey", 200).unwrap();
    assert_eq!(contract.violations(schema, &own), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_may_be_in_the_query() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let key = server.create_key(&admin, &["user.read"]).await;

    let own = server.get(&format!("/api-keys/me?apiKey={}", key.secret)).await.must_be(200);

    assert_eq!(own.json()["id"], *key.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_not_a_key() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;

    server.get("/api-keys/me").bearer(&admin.token).await.must_be_error(403, "Not authenticated with an API Key");
}
