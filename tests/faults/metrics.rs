//! Prometheus metrics on a separate port.

use crate::harness::{ADMIN_EMAIL, Database, Metrics, Server};

async fn measured() -> (Server, Metrics) {
    Server::on(&Database::new().await).start_measured().await
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_counted_by_operation_and_status_class() {
    let (server, metrics) = measured().await;
    server.sign_up_admin().await;
    for _ in 0..3 {
        server.get("/users/me").await.must_be(401);
    }

    let text = metrics.text().await;

    let counted = text
        .lines()
        .find(|line| line.contains("_total{") && line.contains("\"getMyUser\"") && line.contains("\"4xx\""))
        .unwrap_or_else(|| panic!("no counter of refused getMyUser in\n{text}"));
    assert!(counted.ends_with(" 3"), "{counted}");
    for line in text.lines() {
        assert!(is_exposition(line), "not a line of the text format: {line}");
    }
}

/// Whether a line is a comment or `name{labels} value` of the text exposition format.
fn is_exposition(line: &str) -> bool {
    if line.is_empty() || line.starts_with('#') {
        return true;
    }
    let name: String = line.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | ':')).collect();
    let value = line.rsplit(' ').next().unwrap_or_default();
    !name.is_empty() && (value.parse::<f64>().is_ok() || matches!(value, "+Inf" | "-Inf" | "NaN"))
}

#[tokio::test(flavor = "multi_thread")]
async fn input_of_clients_does_not_become_a_label() {
    let (server, metrics) = measured().await;
    let admin = server.sign_up_admin().await;
    server.get(&format!("/users/{}", admin.user_id)).bearer(&admin.token).await.must_be(200);
    server.get("/canary-path?apiKey=canary-key").await.must_be(404);
    server.raw("CANARY", "/api/users/me").attempt().await.expect("an answer");

    let text = metrics.text().await;

    for secret in [&admin.token, &admin.user_id, ADMIN_EMAIL, "canary", "CANARY"] {
        assert!(!text.contains(secret), "{secret} in\n{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_public_port_shows_no_metrics() {
    let (server, _) = measured().await;

    let answer = server.raw("GET", "/metrics").await;

    assert!(!answer.text().contains("_total"), "{answer}");
}
