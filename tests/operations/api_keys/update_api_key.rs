//! `PUT /api-keys/{id}`

use serde_json::{Value, json};

use crate::harness::{Key, Request, Server, Session, UNKNOWN_ID};

const NOT_YOURS: &str = "Cannot grant permissions you do not have";

fn update(server: &Server, id: &str, body: Value) -> Request {
    server.put(&format!("/api-keys/{id}"), body)
}

async fn shown(server: &Server, session: &Session, key: &Key) -> Value {
    server.get(&format!("/api-keys/{}", key.id)).bearer(&session.token).await.must_be(200).json()
}

#[tokio::test(flavor = "multi_thread")]
async fn name_and_permissions_change_and_the_rest_stays() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let key = server.create_key(&admin, &["all"]).await;
    let before = shown(&server, &admin, &key).await;

    let body = json!({"name": "new", "permissions": ["session.read", "session.delete"]});
    let after = update(&server, &key.id, body).bearer(&admin.token).await.must_be(200).json();

    assert_eq!(after["name"], "new");
    assert_eq!(after["permissions"], json!(["session.read", "session.delete"]));
    assert_eq!(after["id"], before["id"]);
    assert_eq!(after["createdAt"], before["createdAt"]);
    assert!(after["updatedAt"].as_str() > before["updatedAt"].as_str());
    assert_eq!(shown(&server, &admin, &key).await, after);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_permission_is_revoked_immediately() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let key = server.create_key(&admin, &["user.read"]).await;
    server.get("/users/me").api_key(&key.secret).await.must_be(200);

    update(&server, &key.id, json!({"permissions": ["session.read"]})).bearer(&admin.token).await.must_be(200);

    server.get("/users/me").api_key(&key.secret).await.must_be_error(403, "Missing required permission: user.read");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_may_remove_permissions_but_not_add_ones_it_lacks() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let strong = server.create_key(&admin, &["all"]).await;
    let weak = server.create_key(&admin, &["apiKey.update", "user.read"]).await;
    let by_weak = |key: &Key, permissions: &[&str]| {
        update(&server, &key.id, json!({"permissions": permissions})).api_key(&weak.secret)
    };

    by_weak(&weak, &["all"]).await.must_be_error(400, NOT_YOURS);
    by_weak(&strong, &["apiKey.update", "session.read"]).await.must_be_error(400, NOT_YOURS);
    by_weak(&strong, &["user.read"]).await.must_be(200);
    by_weak(&weak, &["apiKey.update"]).await.must_be(200);
    by_weak(&weak, &["user.read"]).await.must_be_error(400, NOT_YOURS);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_name_does_not_change_permissions() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let strong = server.create_key(&admin, &["all"]).await;
    let weak = server.create_key(&admin, &["apiKey.update"]).await;

    let renamed =
        update(&server, &strong.id, json!({"name": "renamed"})).api_key(&weak.secret).await.must_be(200).json();

    assert_eq!(renamed["permissions"], json!(["all"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_must_exist_before_its_permissions_are_checked() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let anna = server.user("anna").await;
    let annas = server.create_key(&anna, &["user.read"]).await;
    let weak = server.create_key(&admin, &["apiKey.update"]).await;

    for id in [annas.id.as_str(), UNKNOWN_ID] {
        update(&server, id, json!({"permissions": ["all"]}))
            .api_key(&weak.secret)
            .await
            .must_be_error(400, "API Key not found");
    }
    assert_eq!(shown(&server, &anna, &annas).await["permissions"], json!(["user.read"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_update_changes_nothing() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let key = server.create_key(&admin, &["all"]).await;
    let before = shown(&server, &admin, &key).await;

    let response = update(&server, &key.id, json!({"key": "x", "userId": UNKNOWN_ID})).bearer(&admin.token).await;

    assert!(matches!(response.status, 200 | 400), "{response}");
    let after = shown(&server, &admin, &key).await;
    assert_eq!(after["name"], before["name"]);
    assert_eq!(after["permissions"], before["permissions"]);
}
