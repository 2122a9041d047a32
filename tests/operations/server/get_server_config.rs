//! `GET /server/config`

use serde_json::json;

use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Server};

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
async fn an_invalid_stored_value_is_logged_once_and_its_default_answered() {
    let server = Server::fresh().await;
    server.sign_up_admin().await;
    let answers = async || {
        server.get("/server/features").await.must_be(200);
        server.login(ADMIN_EMAIL, ADMIN_PASSWORD).await;
        server.get("/server/config").await.must_be(200).json()
    };

    let invalid = [
        (
            json!({"user": {"deleteDelay": 0}}),
            "user.deleteDelay is the number 0, expected a whole number from 1 to 2147483647",
        ),
        (
            json!({"user": {"deleteDelay": "14"}}),
            "user.deleteDelay is a string, expected a whole number from 1 to 2147483647",
        ),
        (json!({"trash": {"days": -1}}), "trash.days is the number -1, expected a whole number from 0 to 2147483647"),
        (json!("7"), "the top level is a string, expected an object"),
        (json!({"server": {"loginPageMessage": null}}), "server.loginPageMessage is null, expected a string"),
        (json!({"server": 7}), "server is the number 7, expected an object"),
        (json!({"passwordLogin": {"enabled": null}}), "passwordLogin.enabled is null, expected true or false"),
    ];
    for (settings, _) in &invalid {
        server.database().configure(settings).await;
        for _ in 0..3 {
            let config = answers().await;
            let values = [&config["loginPageMessage"], &config["userDeleteDelay"], &config["trashDays"]];
            assert_eq!(values, [&json!(""), &json!(7), &json!(30)], "{settings}");
        }
    }
    // The other values of the same configuration apply.
    server.database().configure(&json!({"passwordLogin": {"enabled": null}, "trash": {"days": 5}})).await;
    assert_eq!(answers().await["trashDays"], 5);

    let log = server.stop();
    let logged: Vec<&str> = log.lines().filter_map(|line| line.split("invalid, a default applies: ").nth(1)).collect();
    assert_eq!(logged, invalid.map(|(_, line)| line), "{log}");
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
