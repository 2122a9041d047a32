//! `POST /sessions`

use serde_json::json;

use crate::harness::{Contract, Server};

#[tokio::test(flavor = "multi_thread")]
async fn a_session_creates_a_child_session_with_its_own_token() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;

    let response = server
        .post("/sessions", json!({"deviceType": "tv", "deviceOS": "tvOS"}))
        .bearer(&admin.token)
        .header("User-Agent", "Immich_Android_1.2.3")
        .await
        .must_be(201);

    let created = response.json();
    let contract = Contract::read();
    let schema = contract.response_schema("createSession", 201).unwrap();
    assert_eq!(contract.violations(schema, &created), Vec::<String>::new());
    assert_eq!(created["deviceType"], "tv");
    assert_eq!(created["deviceOS"], "tvOS");
    assert_eq!(created["appVersion"], json!(null));
    assert_eq!(created["current"], false);
    assert_eq!(created.get("expiresAt"), None);
    assert_eq!(response.header("set-cookie"), None);
    let token = created["token"].as_str().unwrap();
    server.get("/users/me").bearer(token).await.must_be(200);
    assert!(!server.database().dump().await.contains(token));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_duration_sets_the_expiry() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;

    let created = server.post("/sessions", json!({"duration": 3600})).bearer(&admin.token).await.must_be(201).json();

    let in_an_hour = format!(
        "session WHERE id = '{}' AND \"expiresAt\" BETWEEN now() + interval '59 minutes' AND now() + interval '61 minutes'",
        created["id"].as_str().unwrap()
    );
    assert_eq!(server.database().count(&in_an_hour).await, 1);
    assert!(created["expiresAt"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_duration_that_is_too_long_is_rejected() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;

    for duration in ["1e12", "9223372036854775807", "1e300"] {
        server
            .call("POST", "/sessions")
            .header("Content-Type", "application/json")
            .body(format!("{{\"duration\": {duration}}}").into_bytes())
            .bearer(&admin.token)
            .await
            .must_be(400)
            .must_have_error_shape();
    }
    assert_eq!(server.database().count("session").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_cannot_create_sessions() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let key = server.create_key(&admin, &["all"]).await;

    server
        .post("/sessions", json!({}))
        .api_key(&key.secret)
        .await
        .must_be_error(400, "This endpoint can only be used with a session token");
}
