//! `POST /auth/logout`

use serde_json::json;

use crate::harness::{Request, Server};

fn logout(server: &Server) -> Request {
    server.call("POST", "/auth/logout")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_session_ends_with_all_its_descendants() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let (_, child) = server.create_child(&admin).await;
    let (_, grandchild) = server.create_child(&child).await;

    logout(&server).bearer(&admin.token).await.must_be(200);

    for session in [&admin, &child, &grandchild] {
        assert!(!server.accepts(session).await);
    }
    assert_eq!(server.database().count("session").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_logout_of_a_child_session_does_not_end_its_parent() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let (_, child) = server.create_child(&admin).await;

    logout(&server).bearer(&child.token).await.must_be(200);

    assert!(!server.accepts(&child).await);
    assert!(server.accepts(&admin).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cookies_are_deleted_once() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;

    let response = logout(&server).bearer(&admin.token).await.must_be(200);

    assert_eq!(response.json(), json!({"successful": true, "redirectUri": "/auth/login?autoLaunch=0"}));
    let cookies: Vec<&str> = response.headers_named("set-cookie").collect();
    assert_eq!(
        cookies,
        ["immich_access_token", "immich_auth_type", "immich_is_authenticated"]
            .map(|name| format!("{name}=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT"))
    );
    let again = logout(&server).bearer(&admin.token).await.must_be_error(401, "Invalid user token");
    assert_eq!(again.header("set-cookie"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_has_no_session_to_log_out() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let key = server.create_key(&admin, &["all"]).await;

    logout(&server).api_key(&key.secret).await.must_be(200);

    assert!(server.accepts(&admin).await);
    server.get("/users/me").api_key(&key.secret).await.must_be(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_without_the_permission_cannot_log_out() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let key = server.create_key(&admin, &["session.delete"]).await;

    logout(&server).api_key(&key.secret).await.must_be_error(403, "Missing required permission: all");
}
