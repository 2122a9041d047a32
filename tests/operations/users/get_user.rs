//! `GET /users/{id}`

use crate::harness::{ADMIN_EMAIL, Contract, Server, UNKNOWN_ID};

#[tokio::test(flavor = "multi_thread")]
async fn every_user_can_see_other_users_without_private_fields() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let anna = server.user("anna").await;

    let shown = server.get(&format!("/users/{}", admin.user_id)).bearer(&anna.token).await.must_be(200).json();

    assert_eq!(shown["email"], ADMIN_EMAIL);
    let contract = Contract::read();
    let schema = contract.response_schema("getUser", 200).unwrap();
    assert_eq!(contract.violations(schema, &shown), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_user_is_not_found_like_an_unknown_one() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let anna = server.user("anna").await;
    server.database().soft_delete("anna@immich.cloud").await;

    for id in [anna.user_id.as_str(), UNKNOWN_ID] {
        server.get(&format!("/users/{id}")).bearer(&admin.token).await.must_be_error(400, "User not found");
    }
}
