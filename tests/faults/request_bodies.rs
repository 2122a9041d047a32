//! Many bodies at once: the memory that they take is bounded, and clients with small or authorized requests are served.

use std::time::Duration;

use serde_json::json;

use super::limits::padded;
use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Connection, Database, Metrics, Server, eventually};

/// Creates an API key.
const KEY: &str = r#"{"permissions":["all"]}"#;

const CLIENTS: usize = 60;
const ANSWER_LIMIT: Duration = Duration::from_secs(5);
/// The most that bodies of clients without a credential take: the starts of all, and the rest of the large ones.
const UNAUTHORIZED_BYTES: u64 = 24 * 1024 * 1024;

async fn measured() -> (Server, Metrics) {
    Server::on(&Database::new().await).start_measured().await
}

/// The bytes that bodies take.
async fn bytes_in_flight(metrics: &Metrics) -> u64 {
    metrics.value("request_body_bytes").await
}

/// Sends all but the last byte of a body.
async fn begin(server: &Server, head: &str, size: usize) -> Connection {
    let mut connection = server.connect().await;
    let head = format!("POST {head}\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {size}\r\n\r\n");
    connection.write(head.as_bytes()).await.unwrap();
    // The server may refuse the body before it has arrived.
    let _ = connection.write(&vec![b' '; size - 1]).await;
    connection
}

#[tokio::test(flavor = "multi_thread")]
async fn unfinished_logins_take_bounded_memory_and_leave_room_for_others() {
    let (server, metrics) = measured().await;
    let admin = server.sign_up_admin().await;
    let before = server.resident_memory();

    let mut connections = Vec::new();
    for _ in 0..CLIENTS {
        connections.push(begin(&server, "/api/auth/login HTTP/1.1", 3 * 1024 * 1024).await);
    }

    let mut refused = 0;
    for connection in &mut connections {
        let answer = tokio::time::timeout(Duration::from_millis(100), connection.read_response(false)).await;
        if let Ok(Ok(response)) = answer {
            let response = response.must_be(503).must_have_error_shape();
            assert_eq!(response.header("retry-after"), Some("1"), "{response}");
            refused += 1;
        }
    }
    assert!((CLIENTS - 8..CLIENTS).contains(&refused), "{refused} of {CLIENTS}");
    let bytes = bytes_in_flight(&metrics).await;
    assert!((1..=UNAUTHORIZED_BYTES).contains(&bytes), "{bytes} bytes");
    let grown = server.resident_memory().saturating_sub(before);
    assert!(grown < 64 * 1024, "{grown} KiB");

    server.login(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    server.create_key(&admin, &["all"]).await;
    let large = server.call("POST", "/api-keys").header("Content-Type", "application/json").bearer(&admin.token);
    large.body(padded(KEY, 5 * 1024 * 1024)).await.must_be(201);

    drop(connections);
    eventually("the memory is free again", ANSWER_LIMIT, async || bytes_in_flight(&metrics).await == 0).await;
    server.padded_login(2 * 1024 * 1024).await.must_be(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn large_bodies_without_a_valid_credential_or_a_route_take_no_memory() {
    let (server, metrics) = measured().await;
    let before = server.resident_memory();
    let mut connections = Vec::new();

    for head in [
        "/api/api-keys HTTP/1.1",
        "/api/nope HTTP/1.1",
        "/api/api-keys HTTP/1.1\r\nAuthorization: Bearer invalid",
        "/api/server/ping HTTP/1.1",
    ] {
        for _ in 0..CLIENTS / 4 {
            let mut connection = begin(&server, head, 10 * 1024 * 1024).await;
            let status = tokio::time::timeout(ANSWER_LIMIT, connection.read_response(false)).await;
            let status = status.expect("answered without the body").unwrap().status;
            assert!(matches!(status, 401 | 404), "{head}: {status}");
            connections.push(connection);
        }
    }

    assert_eq!(bytes_in_flight(&metrics).await, 0);
    let grown = server.resident_memory().saturating_sub(before);
    assert!(grown < 20 * 1024, "{grown} KiB");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_compressed_bodies_does_not_block_other_requests() {
    let (server, metrics) = measured().await;
    let before = server.resident_memory();
    let mut bomb = Vec::new();
    brotli::BrotliCompress(
        &mut &vec![b' '; 10 * 1024 * 1024][..],
        &mut bomb,
        &brotli::enc::BrotliEncoderParams::default(),
    )
    .unwrap();
    let login = || {
        server
            .call("POST", "/auth/login")
            .header("Content-Type", "application/json")
            .header("Content-Encoding", "br")
            .body(bomb.clone())
    };
    let flood: Vec<_> = (0..16)
        .map(|_| {
            let requests: Vec<_> = (0..50).map(|_| login()).collect();
            tokio::spawn(async move {
                let mut refused = 0;
                for request in requests {
                    request.await.must_be(413);
                    refused += 1;
                }
                refused
            })
        })
        .collect();

    let (mut slowest, mut bytes) = (Duration::ZERO, 0);
    while flood.iter().any(|flood| !flood.is_finished()) {
        let started = std::time::Instant::now();
        server.get("/server/ping").await.must_be(200);
        slowest = slowest.max(started.elapsed());
        bytes = bytes.max(bytes_in_flight(&metrics).await);
    }

    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
    assert!(bytes <= UNAUTHORIZED_BYTES, "{bytes} bytes");
    let grown = server.resident_memory().saturating_sub(before);
    assert!(grown < 64 * 1024, "{grown} KiB");
    let mut refused = 0;
    for flood in flood {
        refused += flood.await.unwrap();
    }
    assert_eq!(refused, 800);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_that_is_revoked_while_a_large_body_arrives_is_rejected() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let size = 1024 * 1024;
    let body = padded(KEY, size);
    let other = server.login(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    let mut connection = server.connect().await;
    let head = format!(
        "POST /api/api-keys HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Content-Length: {size}\r\n\r\n",
        other.token
    );
    connection.write(head.as_bytes()).await.unwrap();
    connection.write(&body[..size - 1]).await.unwrap();
    // By now the credential has been checked, to admit the large body.
    tokio::time::sleep(Duration::from_millis(300)).await;
    server.post("/auth/logout", json!({})).bearer(&other.token).await.must_be(200);
    connection.write(b" ").await.unwrap();
    connection.read_response(false).await.unwrap().must_be_error(401, "Invalid user token");
    let keys = server.get("/api-keys").bearer(&admin.token).await.must_be(200).json();
    assert_eq!(keys, json!([]));
}
