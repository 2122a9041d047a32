//! The HTTP protocol: pipelining, HTTP/2, invalid requests.

use std::time::Duration;

use crate::harness::Server;

#[tokio::test(flavor = "multi_thread")]
async fn pipelined_requests_are_answered_in_order() {
    let server = Server::fresh().await;
    let mut connection = server.connect().await;
    let mut requests = server.get("/server/ping").to_bytes();
    requests.extend(server.get("/nope").to_bytes());
    requests.extend(server.get("/server/version").to_bytes());

    connection.write(&requests).await.unwrap();

    for status in [200, 404, 200] {
        connection.read_response(false).await.unwrap().must_be(status);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn http_2_with_prior_knowledge_is_supported() {
    // RFC 9113, section 3.4: the client's preface, then an empty SETTINGS frame.
    const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00";
    let server = Server::fresh().await;
    let mut connection = server.connect().await;

    connection.write(PREFACE).await.unwrap();

    let frame = tokio::time::timeout(Duration::from_secs(5), connection.read_bytes(9))
        .await
        .expect("an answer in time")
        .unwrap();
    assert_eq!(frame[3], 4, "the server's preface is a SETTINGS frame: {frame:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_request_is_rejected() {
    let server = Server::fresh().await;
    let mut connection = server.connect().await;

    connection.write(b"this is not HTTP\r\n\r\n").await.unwrap();

    connection.read_response(false).await.unwrap().must_be(400);
    server.get("/server/ping").await.must_be(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_with_two_lengths_is_rejected() {
    // RFC 9112, section 6.3: a way to smuggle a second request.
    let server = Server::fresh().await;
    let mut connection = server.connect().await;

    let request = "POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ";
    connection.write(request.as_bytes()).await.unwrap();

    connection.read_response(false).await.unwrap().must_be(400);
}
