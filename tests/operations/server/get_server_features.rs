//! `GET /server/features`

use serde_json::json;

use crate::harness::Server;

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
