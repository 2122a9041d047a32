//! `GET /api-keys`

use serde_json::{Value, json};

use crate::harness::Server;

#[tokio::test(flavor = "multi_thread")]
async fn a_new_user_has_no_keys() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;

    let keys = server.get("/api-keys").bearer(&admin.token).await.must_be(200);

    assert_eq!(keys.json(), json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_users_own_keys_are_listed_newest_first() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let anna = server.user("anna").await;
    server.create_key(&anna, &["all"]).await;
    let mut created = Vec::new();
    for name in ["first", "second", "third"] {
        let body = json!({"name": name, "permissions": ["user.read", "apiKey.read"]});
        let answer = server.post("/api-keys", body).bearer(&admin.token).await.must_be(201);
        created.insert(0, answer.json()["apiKey"].clone());
    }

    let keys = server.get("/api-keys").bearer(&admin.token).await.must_be(200);

    assert_eq!(keys.json(), Value::from(created));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_of_the_request_is_listed_too() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let key = server.create_key(&admin, &["apiKey.read"]).await;

    let keys = server.get("/api-keys").api_key(&key.secret).await.must_be(200).json();

    assert_eq!(keys[0]["id"], *key.id);
    assert_eq!(keys.as_array().map(Vec::len), Some(1));
}
