//! `POST /auth/admin-sign-up`

use serde_json::json;

use crate::harness::{ADMIN_EMAIL, Database, Request, Server};

fn sign_up(server: &Server, email: &str) -> Request {
    let body = json!({"email": email, "password": "password", "name": "Immich Admin"});
    server.post("/auth/admin-sign-up", body)
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_concurrent_sign_ups_exactly_one_succeeds() {
    let server = Server::fresh().await;
    let requests: Vec<_> = (0..20)
        .map(|number| tokio::spawn(sign_up(&server, &format!("admin{number}@immich.cloud")).into_future()))
        .collect();

    let mut created = 0;
    for request in requests {
        let response = request.await.unwrap();
        if response.status == 201 {
            created += 1;
        } else {
            response.must_be_error(400, "The server already has an admin");
        }
    }

    assert_eq!(created, 1);
    assert_eq!(server.database().count("\"user\"").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_concurrent_sign_ups_with_the_same_e_mail_exactly_one_succeeds() {
    let server = Server::fresh().await;
    let requests: Vec<_> = (0..20).map(|_| tokio::spawn(sign_up(&server, ADMIN_EMAIL).into_future())).collect();

    let mut statuses = Vec::new();
    for request in requests {
        statuses.push(request.await.unwrap().status);
    }

    statuses.sort_unstable();
    assert_eq!(statuses[0], 201, "{statuses:?}");
    assert!(statuses[1..].iter().all(|status| *status == 400), "{statuses:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_up_does_not_log_in() {
    let server = Server::fresh().await;

    let response = sign_up(&server, ADMIN_EMAIL).await.must_be(201);

    assert_eq!(response.header("set-cookie"), None);
    assert_eq!(server.database().count("session").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_up_can_be_disabled_by_the_environment() {
    let server = Server::on(&Database::new().await).with("IMMICH_ALLOW_SETUP", "false").start().await;

    sign_up(&server, ADMIN_EMAIL).await.must_be_error(400, "Admin setup is disabled");
    let config = server.get("/server/config").await.must_be(200).json();
    assert_eq!(config["isInitialized"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_e_mail_of_an_existing_user_is_already_in_use() {
    let server = Server::fresh().await;
    server.user("anna").await;

    sign_up(&server, "anna@immich.cloud").await.must_be_error(400, "User exists");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_administrator_is_deleted_another_can_sign_up() {
    let server = Server::fresh().await;
    server.sign_up_admin().await;
    server.database().soft_delete(ADMIN_EMAIL).await;
    let config = server.get("/server/config").await.must_be(200).json();
    assert_eq!(config["isInitialized"], false);

    sign_up(&server, "second@immich.cloud").await.must_be(201);

    sign_up(&server, "third@immich.cloud").await.must_be_error(400, "The server already has an admin");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_e_mail_of_a_deleted_user_is_rejected() {
    let server = Server::fresh().await;
    server.sign_up_admin().await;
    server.database().soft_delete(ADMIN_EMAIL).await;

    sign_up(&server, ADMIN_EMAIL).await.must_be(400).must_have_error_shape();
}
