//! `POST /auth/validateToken`, and the effects of using a session.

use serde_json::json;

use crate::harness::{Request, Server};

fn validate(server: &Server) -> Request {
    server.call("POST", "/auth/validateToken")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_to_present_a_token_is_accepted() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let token = admin.token.as_str();

    for (name, value) in [
        ("Authorization", format!("bearer {token}")),
        ("Cookie", format!("a=b; immich_access_token={token}")),
        ("x-immich-user-token", token.to_owned()),
        ("x-immich-session-token", token.to_owned()),
    ] {
        let valid = validate(&server).header(name, &value).await.must_be(200);
        assert_eq!(valid.json(), json!({"authStatus": true}), "{name}");
    }
    server.call("POST", &format!("/auth/validateToken?sessionKey={token}")).await.must_be(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn any_api_key_is_accepted() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let key = server.create_key(&admin, &["systemMetadata.read"]).await;

    validate(&server).api_key(&key.secret).await.must_be(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_not_a_key_and_a_key_is_not_a_token() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let key = server.create_key(&admin, &["all"]).await;

    validate(&server).bearer(&key.secret).await.must_be_error(401, "Invalid user token");
    validate(&server).api_key(&admin.token).await.must_be_error(401, "Invalid API key");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_credentials_of_a_deleted_user_are_rejected() {
    let server = Server::fresh().await;
    let anna = server.user("anna").await;
    let key = server.create_key(&anna, &["all"]).await;

    server.database().soft_delete("anna@immich.cloud").await;

    validate(&server).bearer(&anna.token).await.must_be_error(401, "Invalid user token");
    validate(&server).api_key(&key.secret).await.must_be_error(401, "Invalid API key");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_session_is_refused() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let (id, child) = server.create_child(&admin).await;
    validate(&server).bearer(&child.token).await.must_be(200);

    server.database().expire_session(&id).await;

    validate(&server).bearer(&child.token).await.must_be_error(401, "Invalid user token");
}

/// The time of the last use of a session, and the device.
async fn last_use(server: &Server, id: &str) -> String {
    let query = "SELECT concat_ws('|', \"updatedAt\", \"deviceType\", \"deviceOS\", \"appVersion\") \
                 FROM session WHERE id = $1::text::uuid";
    server.database().text(query, &[&id]).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_used_within_the_last_hour_is_not_updated() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let id = server.session_id(&admin).await;
    server.database().age_session(&id, 59).await;
    let before = last_use(&server, &id).await;

    validate(&server).bearer(&admin.token).await.must_be(200);

    assert_eq!(last_use(&server, &id).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_unused_for_more_than_an_hour_is_updated() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let id = server.session_id(&admin).await;
    server.database().age_session(&id, 61).await;
    let firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:121.0) Gecko/20100101 Firefox/121.0";

    validate(&server).bearer(&admin.token).header("User-Agent", firefox).await.must_be(200);

    let recent = format!("session WHERE id = '{id}' AND \"updatedAt\" > now() - interval '1 minute'");
    assert_eq!(server.database().count(&recent).await, 1);
    assert!(last_use(&server, &id).await.ends_with("|Firefox|Windows"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_app_version_is_recorded_immediately() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let id = server.session_id(&admin).await;

    for (agent, expected) in [("Immich_Android_1.2.3", "||Android|1.2.3"), ("Immich_iOS_2.5.0+123", "|||2.5.0+123")] {
        validate(&server).bearer(&admin.token).header("User-Agent", agent).await.must_be(200);
        let noted = last_use(&server, &id).await;
        assert!(noted.ends_with(expected), "{agent}: {noted}");
    }
}
