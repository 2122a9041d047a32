//! `PUT /users/me`

use serde_json::{Value, json};

use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Request, Server, Session};

fn update(server: &Server, session: &Session, body: Value) -> Request {
    server.put("/users/me", body).bearer(&session.token)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_name_changes_nothing_else() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let mut before = server.get("/users/me").bearer(&admin.token).await.must_be(200).json();

    let mut after = update(&server, &admin, json!({"name": "New"})).await.must_be(200).json();

    assert_eq!(after["name"].take(), "New");
    assert!(after["updatedAt"].take().as_str() > before["updatedAt"].as_str());
    before["name"].take();
    before["updatedAt"].take();
    assert_eq!(after, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_e_mail_can_log_in_and_the_old_one_cannot() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;

    let user = update(&server, &admin, json!({"email": "New@Immich.Cloud"})).await.must_be(200).json();

    assert_eq!(user["email"], "new@immich.cloud");
    server.login("new@immich.cloud", ADMIN_PASSWORD).await;
    server
        .post("/auth/login", json!({"email": ADMIN_EMAIL, "password": ADMIN_PASSWORD}))
        .await
        .must_be_error(401, "Incorrect email or password");
    assert!(server.accepts(&admin).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_e_mail_of_another_user_is_already_in_use_in_any_case() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    server.user("anna").await;

    for email in ["anna@immich.cloud", "ANNA@immich.cloud"] {
        update(&server, &admin, json!({"email": email}))
            .await
            .must_be_error(400, "Email already in use by another account");
    }
    update(&server, &admin, json!({"email": ADMIN_EMAIL})).await.must_be(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_e_mail_of_a_deleted_user_is_rejected() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    server.user("anna").await;
    server.database().soft_delete("anna@immich.cloud").await;

    update(&server, &admin, json!({"email": "anna@immich.cloud"})).await.must_be(400).must_have_error_shape();
    server.login(ADMIN_EMAIL, ADMIN_PASSWORD).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_users_that_change_to_the_same_e_mail_exactly_one_succeeds() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let anna = server.user("anna").await;
    let wish = json!({"email": "wanted@immich.cloud"});
    let requests: Vec<_> = [&admin, &anna]
        .into_iter()
        .cycle()
        .take(20)
        .map(|session| tokio::spawn(update(&server, session, wish.clone()).into_future()))
        .collect();

    for request in requests {
        let response = request.await.unwrap();
        if response.status != 200 {
            response.must_be_error(400, "Email already in use by another account");
        }
    }

    assert_eq!(server.database().count("\"user\" WHERE email = 'wanted@immich.cloud'").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_cannot_become_an_administrator() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let anna = server.user("anna").await;

    let body = json!({"name": "Anna", "isAdmin": true, "id": admin.user_id, "status": "removing"});
    let user = update(&server, &anna, body).await.must_be(200).json();

    assert_eq!(user["id"], *anna.user_id);
    assert_eq!(user["isAdmin"], false);
    assert_eq!(user["status"], "active");
}

#[tokio::test(flavor = "multi_thread")]
async fn setting_a_password_clears_the_demand_to_change_it() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;

    let user = update(&server, &admin, json!({"password": "new-password"})).await.must_be(200).json();

    assert_eq!(user["shouldChangePassword"], false);
    server.login(ADMIN_EMAIL, "new-password").await;
    server
        .post("/auth/login", json!({"email": ADMIN_EMAIL, "password": ADMIN_PASSWORD}))
        .await
        .must_be_error(401, "Incorrect email or password");
}
