//! `GET /users/me`

use serde_json::json;

use crate::harness::{ADMIN_EMAIL, Contract, Server};

#[tokio::test(flavor = "multi_thread")]
async fn a_user_sees_their_own_account() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let anna = server.user("anna").await;

    for (session, email, is_admin) in [(&admin, ADMIN_EMAIL, true), (&anna, "anna@immich.cloud", false)] {
        let user = server.get("/users/me").bearer(&session.token).await.must_be(200).json();
        let contract = Contract::read();
        let schema = contract.response_schema("getMyUser", 200).unwrap();
        assert_eq!(contract.violations(schema, &user), Vec::<String>::new());
        assert_eq!(user["id"], *session.user_id);
        assert_eq!(user["email"], email);
        assert_eq!(user["isAdmin"], is_admin);
        assert_eq!(user["deletedAt"], json!(null));
        assert_eq!(user["status"], "active");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_acts_as_its_owner() {
    let server = Server::fresh().await;
    server.sign_up_admin().await;
    let anna = server.user("anna").await;
    let key = server.create_key(&anna, &["user.read"]).await;

    let user = server.get("/users/me").api_key(&key.secret).await.must_be(200).json();

    assert_eq!(user["id"], *anna.user_id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shared_link_is_not_a_user() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;

    server.get("/users/me?key=shared").bearer(&admin.token).await.must_be_error(401, "Invalid share key");
}
