//! Slow clients and timeouts.

use std::time::{Duration, Instant};

use crate::harness::{Connection, Database, Server};

/// Longer than the timeouts of one second, shorter than every default.
const LIMIT: Duration = Duration::from_secs(5);

async fn with_short_timeouts() -> Server {
    Server::on(&Database::new().await)
        .with("IMMICH_HEADER_TIMEOUT", "1")
        .with("IMMICH_BODY_TIMEOUT", "1")
        .with("IMMICH_IDLE_TIMEOUT", "1")
        .start()
        .await
}

async fn must_be_closed_in_time(connection: &mut Connection) {
    tokio::time::timeout(LIMIT, connection.closed()).await.expect("the server closes the connection");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_does_not_arrive_times_out() {
    let server = with_short_timeouts().await;
    let mut silent = server.connect().await;
    let mut incomplete = server.connect().await;
    incomplete.write(b"GET /api/server/ping HTTP/1.1\r\nHost: x\r\n").await.unwrap();

    tokio::join!(must_be_closed_in_time(&mut silent), must_be_closed_in_time(&mut incomplete));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_arrives_too_slowly_times_out() {
    let server = with_short_timeouts().await;
    let mut connection = server.connect().await;
    connection.write(b"GET /api/server/ping HTTP/1.1\r\nHost: x\r\nX-Slow: ").await.unwrap();
    let start = Instant::now();

    // Every byte is in time, but the whole head is not.
    while connection.write(b"a").await.is_ok() {
        assert!(start.elapsed() < LIMIT, "the server closes the connection");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_stalls_is_answered_with_408() {
    let server = with_short_timeouts().await;
    let mut connection = server.connect().await;
    let head = "POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
                Content-Length: 100\r\n\r\n{\"email\":";

    connection.write(head.as_bytes()).await.unwrap();

    let response =
        tokio::time::timeout(LIMIT, connection.read_response(false)).await.expect("a response in time").unwrap();
    response.must_be(408).must_have_error_shape();
    must_be_closed_in_time(&mut connection).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_connection_is_closed_without_a_response() {
    let server = with_short_timeouts().await;
    let mut connection = server.connect().await;
    server.get("/server/ping").over(&mut connection).await.unwrap();

    must_be_closed_in_time(&mut connection).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_clients_do_not_slow_down_others() {
    let server = with_short_timeouts().await;
    let mut slow = Vec::new();
    for _ in 0..200 {
        let mut connection = server.connect().await;
        connection.write(b"GET /api/").await.unwrap();
        slow.push(connection);
    }

    let start = Instant::now();
    server.get("/server/ping").await.must_be(200);
    assert!(start.elapsed() < Duration::from_secs(1));
}
