//! The log: its content, and the secrets it must never contain.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Client, Database, Server};

/// Log in with recognizable secrets, use them in every way, and return them all.
async fn use_secrets(server: &Server) -> Vec<String> {
    let email = "canary-address@immich.cloud";
    let password = "canary-password-71c4";
    server.create_user(email, "Canary Name", password).await.must_succeed();
    let session = server.login(email, password).await;
    let key = server.create_key(&session, &["all"]).await;
    let (_, child) = server.create_child(&session).await;
    server.post("/auth/login", json!({"email": email, "password": "canary-guess-88f1"})).await.must_be(401);
    server
        .post("/auth/login", json!({"email": "canary-stranger@immich.cloud", "password": "canary-guess-88f1"}))
        .await
        .must_be(401);
    server
        .call("POST", "/auth/login")
        .header("Content-Type", "application/json")
        .body(format!("{{\"email\": \"{email}\", \"password\": \"{password}\", ").into_bytes())
        .await
        .must_be(400);
    server.get("/users/me").bearer(&child.token).await.must_be(200);
    server.get("/users/me").header("Cookie", &format!("immich_access_token={}", session.token)).await.must_be(200);
    server.get(&format!("/users/me?apiKey={}", key.secret)).await.must_be(200);
    server.get(&format!("/users/me?sessionKey={}", session.token)).await.must_be(200);
    server.get(&format!("/nope?sessionKey={}", session.token)).await.must_be(404);
    server.get("/users/me").bearer("canary-bad-token").await.must_be(401);
    server
        .post("/auth/change-password", json!({"password": password, "newPassword": "canary-new-password"}))
        .bearer(&session.token)
        .await
        .must_be(200);
    let database_password = server.database().password().to_owned();
    [
        email,
        password,
        "canary-address",
        "canary-guess-88f1",
        "canary-stranger",
        "canary-bad-token",
        "canary-new-password",
        &session.token,
        &child.token,
        &key.secret,
        &database_password,
        "$2b$",
    ]
    .map(str::to_owned)
    .to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_and_no_e_mail_is_logged() {
    for format in ["text", "json"] {
        let server = Server::on(&Database::new().await).with("IMMICH_LOG_FORMAT", format).start().await;
        let secrets = use_secrets(&server).await;

        let log = server.stop();

        assert!(log.contains("getMyUser"), "requests are logged: {log}");
        for secret in secrets {
            assert!(!log.contains(&secret), "{secret} in the log:\n{log}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn even_the_most_verbose_log_contains_no_secret() {
    let server = Server::on(&Database::new().await).with("IMMICH_LOG_LEVEL", "verbose").start().await;
    let secrets = use_secrets(&server).await;

    let log = server.stop();

    // At this level e-mail addresses are allowed.
    for secret in secrets.iter().filter(|secret| !secret.contains("address") && !secret.contains("stranger")) {
        assert!(!log.contains(secret.as_str()), "{secret} in the log:\n{log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_one_line_with_operation_status_duration_and_correlation_id() {
    let server = Server::fresh().await;
    server.get("/users/me").header("x-immich-cid", "cid-of-the-test").await.must_be(401);

    let log = server.stop();

    let lines: Vec<&str> = log.lines().filter(|line| line.contains("cid-of-the-test")).collect();
    assert_eq!(lines.len(), 1, "{log}");
    assert!(lines[0].contains("getMyUser"), "{}", lines[0]);
    assert!(lines[0].contains("401"), "{}", lines[0]);
    assert!(lines[0].contains("duration"), "{}", lines[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_without_an_operation_is_logged_with_its_path_and_never_with_its_query() {
    let server = Server::on(&Database::new().await).with("IMMICH_LOG_FORMAT", "json").start().await;
    let long_path = format!("/{}", "a".repeat(5_000));
    server.raw("GET", "/nope%0a/here?apiKey=canary-secret").await.must_be(404);
    server.raw("DELETE", "http://other.example/absolute?apiKey=canary-secret").await.must_be(404);
    server.raw("GET", &long_path).await.must_be(404);
    server.get("/users/me?apiKey=canary-secret").await.must_be(401);

    let log = server.stop();

    assert!(!log.contains("canary-secret"), "{log}");
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let logged: Vec<_> = lines
        .iter()
        .filter(|line| line["message"] == "request")
        .map(|line| (&line["operation"], &line["path"]))
        .collect();
    let (none, cut) = (json!("none"), json!(long_path[..128]));
    let paths = [json!("/nope%0a/here"), json!("/absolute")];
    assert_eq!(logged, [(&none, &paths[0]), (&none, &paths[1]), (&none, &cut), (&json!("getMyUser"), &Value::Null)]);
}

/// All members of a JSON value at all levels.
fn members(value: &Value) -> Vec<(String, Value)> {
    let Some(fields) = value.as_object() else {
        return Vec::new();
    };
    fields
        .iter()
        .flat_map(|(name, field)| {
            let mut found = members(field);
            found.push((name.clone(), field.clone()));
            found
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn with_json_logs_every_line_is_a_json_object() {
    let server = Server::on(&Database::new().await).with("IMMICH_LOG_FORMAT", "json").start().await;
    server.get("/users/me").header("x-immich-cid", "cid\"of{the}test").await.must_be(401);

    let log = server.stop();

    let lines: Vec<Value> =
        log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect();
    let request = lines
        .iter()
        .map(members)
        .find(|fields| fields.iter().any(|(_, value)| value == "cid\"of{the}test"))
        .unwrap_or_else(|| panic!("no line has the correlation id: {log}"));
    let has = |value: &Value| request.iter().any(|(_, there)| there == value);
    assert!(has(&json!("getMyUser")), "{request:?}");
    assert!(has(&json!(401)), "{request:?}");
    let duration = request.iter().find(|(name, _)| name.contains("duration"));
    assert!(duration.is_some_and(|(_, value)| value.is_number()), "{request:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_cannot_forge_log_lines() {
    let server = Server::fresh().await;
    server
        .get("/nope%0aforged-by-path")
        .header("x-immich-cid", "\u{1b}[31mforged-by-header")
        .header("User-Agent", "\u{1b}[31mforged-by-agent")
        .attempt()
        .await
        .expect("an answer");

    let log = server.stop();

    assert!(!log.lines().any(|line| line.starts_with("forged")), "{log}");
    assert!(!log.contains("\u{1b}[31mforged"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_nothing_reads_delays_no_request_and_no_shutdown() {
    let port = local_postgres::free_port();
    let launch = Server::on(&Database::new().await).with("IMMICH_API_METRICS_PORT", port.to_string());
    let mut server = launch.with_unread_log().start().await;
    let dropped = async || {
        let text = Client::new(([127, 0, 0, 1], port).into()).raw("GET", "/metrics").await.must_be(200).text();
        let count = text.lines().find_map(|line| line.strip_prefix("immich_api_log_lines_dropped_total "));
        count.and_then(|count| count.parse::<u64>().ok()).unwrap_or_else(|| panic!("no such counter in {text}"))
    };

    // The pipe holds some hundred lines, and some thousand wait.
    let path = format!("/{}", "x".repeat(1_000));
    for _ in 0..10 {
        futures_util::future::join_all((0..500).map(|_| async { server.get(&path).await.must_be(404) })).await;
    }

    assert!(dropped().await > 0);
    server.terminate();
    let status = server.ended_within(Duration::from_secs(5)).await.expect("the server stops");
    assert!(status.success(), "{status}");
}
