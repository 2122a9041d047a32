//! `GET /server/config`

use serde_json::json;

use crate::harness::Server;

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_reported_and_the_rest_has_defaults() {
    let server = Server::fresh().await;
    let config = async || server.get("/server/config").await.must_be(200).json();
    let defaults = config().await;
    assert_eq!(defaults["loginPageMessage"], "");
    assert_eq!(defaults["userDeleteDelay"], 7);

    server.database().configure(&json!({"server": {"loginPageMessage": "Welcome <b>home</b>"}})).await;
    let with_message = config().await;
    assert_eq!(with_message["loginPageMessage"], "Welcome <b>home</b>");
    assert_eq!(with_message["userDeleteDelay"], 7);

    server.database().configure(&json!({"user": {"deleteDelay": 30}})).await;
    let with_delay = config().await;
    assert_eq!(with_delay["loginPageMessage"], "");
    assert_eq!(with_delay["userDeleteDelay"], 30);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_initialized_once_it_has_an_administrator() {
    let server = Server::fresh().await;
    let is_initialized = async || server.get("/server/config").await.must_be(200).json()["isInitialized"].clone();
    assert_eq!(is_initialized().await, false);

    server.user("anna").await;
    assert_eq!(is_initialized().await, false);

    server.sign_up_admin().await;
    assert_eq!(is_initialized().await, true);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_onboarding_of_the_administrator_is_read_from_the_database() {
    let server = Server::fresh().await;
    let is_onboarded = async || server.get("/server/config").await.must_be(200).json()["isOnboarded"].clone();
    assert_eq!(is_onboarded().await, false);

    for stored in [true, false] {
        let value = json!({"isOnboarded": stored});
        server
            .database()
            .run(&format!(
                "insert into system_metadata values ('admin-onboarding', '{value}')
                 on conflict (key) do update set value = excluded.value"
            ))
            .await;
        assert_eq!(is_onboarded().await, stored);
    }
}
