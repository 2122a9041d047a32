//! `GET /server/features`

use serde_json::json;

use crate::harness::{Database, Server};

#[tokio::test(flavor = "multi_thread")]
async fn password_login_follows_the_settings_without_a_restart() {
    let server = Server::fresh().await;

    for enabled in [true, false, true] {
        let settings = json!({"passwordLogin": {"enabled": enabled}});
        server.database().configure(&settings).await;
        let features = server.get("/server/features").await.must_be(200).json();
        assert_eq!(features["passwordLogin"], enabled);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn password_login_is_enabled_by_default() {
    let server = Server::fresh().await;
    server.database().configure(&json!({"server": {"publicUsers": false}})).await;

    let features = server.get("/server/features").await.must_be(200).json();

    assert_eq!(features["passwordLogin"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn machine_learning_is_off_by_its_variable_unless_it_is_configured() {
    let database = Database::new().await;
    let server = Server::on(&database).with("IMMICH_MACHINE_LEARNING_ENABLED", "false").start().await;
    let learning = ["smartSearch", "facialRecognition", "duplicateDetection", "ocr"];
    let enabled = async || {
        let features = server.get("/server/features").await.must_be(200).json();
        learning.map(|name| features[name].as_bool().unwrap())
    };
    assert_eq!(enabled().await, [false; 4]);

    database.configure(&json!({"machineLearning": {"enabled": true, "ocr": {"enabled": false}}})).await;
    assert_eq!(enabled().await, [true, true, true, false]);

    let server = Server::fresh().await;
    let features = server.get("/server/features").await.must_be(200).json();
    assert_eq!(learning.map(|name| features[name].as_bool().unwrap()), [true; 4]);
}

#[tokio::test(flavor = "multi_thread")]
async fn oauth_is_reported_where_upstream_can_serve_it() {
    let settings = json!({"oauth": {"enabled": true, "autoLaunch": true}, "passwordLogin": {"enabled": false}});

    for (database, expected, warning) in [
        (Database::new().await, false, "no user can log in: password login is disabled, and this server has no OAuth"),
        (
            Database::of_upstream().await,
            true,
            "users can log in only if upstream serves /api/oauth on the same database",
        ),
    ] {
        let log = Server::on(&database).start().await.stop();
        assert!(!log.contains("can log in"), "{log}");
        database.configure(&settings).await;

        let server = Server::on(&database).start().await;
        let features = server.get("/server/features").await.must_be(200).json();
        assert_eq!(features["oauth"], expected);
        assert_eq!(features["oauthAutoLaunch"], expected);
        assert_eq!(features["passwordLogin"], false);
        let log = server.stop();
        assert_eq!(log.matches(warning).count(), 1, "{log}");
    }
}
