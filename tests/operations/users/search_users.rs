//! `GET /users`

use serde_json::{Value, json};

use crate::harness::{Contract, Server, Session};

async fn emails(server: &Server, session: &Session) -> Vec<Value> {
    let users = server.get("/users").bearer(&session.token).await.must_be(200).json();
    let contract = Contract::read();
    let schema = contract.response_schema("searchUsers", 200).unwrap();
    assert_eq!(contract.violations(schema, &users), Vec::<String>::new());
    users.as_array().unwrap().iter().map(|user| user["email"].clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn users_are_listed_newest_first_without_deleted_ones() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    server.user("anna").await;
    server.user("bert").await;
    server.user("carl").await;
    server.database().soft_delete("bert@immich.cloud").await;

    assert_eq!(emails(&server, &admin).await, ["carl@immich.cloud", "anna@immich.cloud", "admin@immich.cloud"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn if_users_are_not_public_only_administrators_see_others() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let anna = server.user("anna").await;
    assert_eq!(emails(&server, &anna).await.len(), 2);

    server.database().configure(&json!({"server": {"publicUsers": false}})).await;

    assert_eq!(emails(&server, &anna).await, ["anna@immich.cloud"]);
    assert_eq!(emails(&server, &admin).await.len(), 2);
    // A single user can still be read by id.
    server.get(&format!("/users/{}", admin.user_id)).bearer(&anna.token).await.must_be(200);
}
