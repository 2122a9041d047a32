//! `DELETE /api-keys/{id}`

use crate::harness::{Request, Server};

fn delete(server: &Server, id: &str) -> Request {
    server.delete(&format!("/api-keys/{id}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_key_is_rejected_and_cannot_be_deleted_again() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let key = server.create_key(&admin, &["all"]).await;

    delete(&server, &key.id).bearer(&admin.token).await.must_be_empty();

    server.get("/users/me").api_key(&key.secret).await.must_be_error(401, "Invalid API key");
    delete(&server, &key.id).bearer(&admin.token).await.must_be_error(400, "API Key not found");
    assert_eq!(server.database().count("api_key").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_may_delete_itself() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let key = server.create_key(&admin, &["apiKey.delete"]).await;

    delete(&server, &key.id).api_key(&key.secret).await.must_be_empty();
    delete(&server, &key.id).api_key(&key.secret).await.must_be_error(401, "Invalid API key");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_cannot_delete_the_key_of_another_user() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let anna = server.user("anna").await;
    let key = server.create_key(&anna, &["user.read"]).await;

    delete(&server, &key.id).bearer(&admin.token).await.must_be_error(400, "API Key not found");

    server.get("/users/me").api_key(&key.secret).await.must_be(200);
}
