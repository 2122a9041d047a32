//! Error responses sent while the client still sends its request: they must reach the client and cost little.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::{ADMIN_EMAIL, Database, Http2, Server, padded_login, violations_of_error_shape};

/// Repeated, because an early response may be lost by chance.
const TRIES: usize = 10;
const LIMIT: Duration = Duration::from_secs(5);

/// The head of a login that declares a body above the limit.
const DECLARED_TOO_LARGE: &[u8] = b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
      Content-Length: 20000000\r\n\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_sends_the_whole_body_before_it_reads_gets_the_error() {
    let server = Server::fresh().await;
    let request = server.padded_login(11 << 20);

    for _ in 0..TRIES {
        let mut connection = server.connect().await;
        connection.write(&request.to_bytes()).await.expect("the server reads the whole request");
        let rejected = connection.read_response(false).await.unwrap().must_be(413).must_have_error_shape();
        assert_eq!(rejected.header("connection"), Some("close"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_sends_a_huge_head_gets_the_error() {
    let server = Server::fresh().await;
    let head = format!("GET /api/server/ping HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "a".repeat(2 << 20));

    for _ in 0..TRIES {
        let mut connection = server.connect().await;
        connection.write(head.as_bytes()).await.expect("the server reads the whole request");
        connection.read_response(false).await.unwrap().must_be(431);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_with_an_unknown_charset_is_rejected_and_the_connection_is_closed() {
    let server = Server::fresh().await;
    let request = server.call("POST", "/auth/login").header("Content-Type", "application/json; charset=klingon");
    let mut connection = server.connect().await;

    connection
        .write(&request.body(padded_login(11 << 20)).to_bytes())
        .await
        .expect("the server reads the whole request");

    let rejected = connection.read_response(false).await.unwrap().must_be(415).must_have_error_shape();
    assert_eq!(rejected.header("connection"), Some("close"));
    tokio::time::timeout(LIMIT, connection.closed()).await.expect("the server closes the connection");
}

#[tokio::test(flavor = "multi_thread")]
async fn over_http_2_an_early_error_ends_the_request_and_not_the_connection() {
    let server = Server::fresh().await;
    server.sign_up_admin().await;
    let connection = Http2::open(server.address()).await;
    let login = || {
        http::Request::post("http://localhost/api/auth/login")
            .header("content-type", "application/json")
            .body(())
            .unwrap()
    };

    for _ in 0..TRIES {
        let rejected = connection.send(login(), Some(padded_login(11 << 20))).await.unwrap().must_be(413);
        let violations = violations_of_error_shape(&rejected.json(), 413);
        assert!(violations.is_empty(), "{violations:?}");
    }
    let welcome = connection.send(login(), Some(padded_login(2 << 20))).await.unwrap().must_be(201);
    assert_eq!(welcome.json()["userEmail"], Value::from(ADMIN_EMAIL));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_keeps_sending_slowly_after_the_error_is_cut_off_after_the_body_timeout() {
    let server = Server::on(&Database::new().await).with("IMMICH_BODY_TIMEOUT", "1").start().await;
    let mut connection = server.connect().await;
    connection.write(DECLARED_TOO_LARGE).await.unwrap();
    connection.read_response(false).await.unwrap().must_be(413);

    let start = Instant::now();
    while connection.write(b"a").await.is_ok() {
        assert!(start.elapsed() < LIMIT, "the server closes the connection");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_keeps_sending_after_the_error_is_cut_off() {
    let server = Server::fresh().await;
    let mut connection = server.connect().await;
    connection.write(DECLARED_TOO_LARGE).await.unwrap();
    connection.read_response(false).await.unwrap().must_be(413);

    let piece = vec![b'a'; 1 << 20];
    let mut pieces = 0;
    while connection.write(&piece).await.is_ok() {
        pieces += 1;
        assert!(pieces < 100, "the server closes the connection");
    }
    server.get("/server/ping").await.must_be(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_stays_connected_after_the_error_does_not_delay_the_shutdown() {
    let mut server = Server::on(&Database::new().await).with("IMMICH_SHUTDOWN_TIMEOUT", "1").start().await;
    let mut connection = server.connect().await;
    connection.write(DECLARED_TOO_LARGE).await.unwrap();
    connection.read_response(false).await.unwrap().must_be(413);

    server.terminate();

    let status = server.ended_within(Duration::from_secs(3)).await;
    assert_eq!(status.and_then(|status| status.code()), Some(0));
}
