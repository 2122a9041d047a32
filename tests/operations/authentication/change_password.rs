//! `POST /auth/change-password`

use serde_json::{Value, json};

use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Request, Server, Session};

fn change(server: &Server, body: Value) -> Request {
    server.post("/auth/change-password", body)
}

/// Another session of the user who changes the password.
async fn other_session(server: &Server) -> Session {
    server.login(ADMIN_EMAIL, ADMIN_PASSWORD).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_new_password_logs_in_and_the_old_one_does_not() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;

    let body = json!({"password": ADMIN_PASSWORD, "newPassword": "new-password"});
    let user = change(&server, body).bearer(&admin.token).await.must_be(200).json();

    assert_eq!(user["id"], *admin.user_id);
    assert_eq!(user["shouldChangePassword"], true);
    server.login(ADMIN_EMAIL, "new-password").await;
    server
        .post("/auth/login", json!({"email": ADMIN_EMAIL, "password": ADMIN_PASSWORD}))
        .await
        .must_be_error(401, "Incorrect email or password");
    assert!(!server.database().dump().await.contains("new-password"));
}

#[tokio::test(flavor = "multi_thread")]
async fn other_sessions_stay_valid_by_default() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let other = other_session(&server).await;

    for body in [
        json!({"password": ADMIN_PASSWORD, "newPassword": ADMIN_PASSWORD}),
        json!({"password": ADMIN_PASSWORD, "newPassword": ADMIN_PASSWORD, "invalidateSessions": false}),
    ] {
        change(&server, body).bearer(&admin.token).await.must_be(200);
        assert!(server.accepts(&other).await);
        assert!(server.accepts(&admin).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_sessions_end_on_request_and_keys_stay_valid() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let other = other_session(&server).await;
    let anna = server.user("anna").await;
    let key = server.create_key(&admin, &["user.read"]).await;

    let body = json!({"password": ADMIN_PASSWORD, "newPassword": "new-password", "invalidateSessions": true});
    change(&server, body).bearer(&admin.token).await.must_be(200);

    assert!(server.accepts(&admin).await);
    assert!(!server.accepts(&other).await);
    assert!(server.accepts(&anna).await);
    server.get("/users/me").api_key(&key.secret).await.must_be(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn for_a_key_every_session_is_another_session() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let key = server.create_key(&admin, &["auth.changePassword"]).await;
    let change = |invalidate: bool| {
        let body = json!({
            "password": ADMIN_PASSWORD,
            "newPassword": ADMIN_PASSWORD,
            "invalidateSessions": invalidate,
        });
        change(&server, body).api_key(&key.secret)
    };

    change(false).await.must_be(200);
    assert!(server.accepts(&admin).await);

    change(true).await.must_be(200);
    assert!(!server.accepts(&admin).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_changes_nothing() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let other = other_session(&server).await;

    let body = json!({"password": "wrong", "newPassword": "new-password", "invalidateSessions": true});
    change(&server, body).bearer(&admin.token).await.must_be_error(400, "Wrong password");

    assert!(server.accepts(&other).await);
    server.login(ADMIN_EMAIL, ADMIN_PASSWORD).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_without_a_password_cannot_change_it() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    server.database().change("UPDATE \"user\" SET password = ''", &[]).await;

    let body = json!({"password": ADMIN_PASSWORD, "newPassword": "new-password"});
    change(&server, body).bearer(&admin.token).await.must_be_error(400, "Wrong password");
}
