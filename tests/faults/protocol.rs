//! The HTTP protocol: pipelining, HTTP/2, invalid requests.

use std::time::Duration;

use http::Request;

use crate::harness::{Database, Http2, Server, eventually, violations_of_error_shape};

const LIMIT: Duration = Duration::from_secs(20);

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

/// The status of the response to these bytes. An error of the server has the contract's shape.
async fn status_of(server: &Server, request: &str) -> u16 {
    let mut connection = server.connect().await;
    connection.write(request.as_bytes()).await.unwrap();
    let response = connection.read_response(false).await.unwrap_or_else(|error| panic!("{request:?}: {error}"));
    // hyper answers what is not HTTP at all without a body.
    if response.status != 200 && !response.body.is_empty() {
        response.clone().must_have_error_shape();
    }
    response.status
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_repeated_or_malformed_host_is_rejected() {
    // RFC 9112, section 3.2.
    let server = Server::fresh().await;
    for (version, hosts, status) in [
        ("1.1", "Host: photos.example.com\r\n", 200),
        ("1.1", "Host: [::1]:2283\r\n", 200),
        ("1.1", "host:\r\n", 200),
        ("1.1", "", 400),
        ("1.1", "Host: a\r\nHost: b\r\n", 400),
        ("1.1", "Host: a\r\nHost: a\r\n", 400),
        ("1.1", "Host: a b\r\n", 400),
        ("1.1", "Host: a/b\r\n", 400),
        ("1.1", "Host: user@a\r\n", 400),
        ("1.1", "Host: a:b\r\n", 400),
        ("1.1", "Host: a,b\r\nHost: c\r\n", 400),
        ("1.0", "", 200),
        ("1.0", "Host: a\r\n", 200),
        ("1.0", "Host: a\r\nHost: b\r\n", 400),
        ("1.0", "Host: a b\r\n", 400),
    ] {
        let request = format!("GET /api/server/ping HTTP/{version}\r\n{hosts}\r\n");
        assert_eq!(status_of(&server, &request).await, status, "{request:?}");
    }
    let absolute = "GET http://a/api/server/ping HTTP/1.1\r\n";
    assert_eq!(status_of(&server, &format!("{absolute}Host: b\r\n\r\n")).await, 200);
    assert_eq!(status_of(&server, &format!("{absolute}\r\n")).await, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_coding_other_than_chunked_once_is_rejected() {
    // RFC 9112, section 6.1.
    let server = Server::fresh().await;
    let chunked = "2\r\n{}\r\n0\r\n\r\n";
    for (version, codings, status) in [
        // The body is read: it lacks the e-mail address.
        ("1.1", "Transfer-Encoding: Chunked\r\n", 400),
        ("1.1", "Transfer-Encoding: gzip, chunked\r\n", 400),
        ("1.1", "Transfer-Encoding: chunked, chunked\r\n", 400),
        ("1.1", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 400),
        ("1.1", "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n", 400),
        ("1.1", "Transfer-Encoding: gzip\r\n", 400),
        ("1.1", "Transfer-Encoding: xchunked\r\n", 400),
        ("1.0", "Transfer-Encoding: chunked\r\n", 400),
    ] {
        let head = format!(
            "POST /api/auth/login HTTP/{version}\r\nHost: x\r\nContent-Type: application/json\r\n{codings}\r\n"
        );
        let mut connection = server.connect().await;
        connection.write(format!("{head}{chunked}").as_bytes()).await.unwrap();
        let response = connection.read_response(false).await.unwrap();
        assert_eq!(response.status, status, "{codings}");
        let was_read = response.text().contains("email");
        assert_eq!(was_read, codings == "Transfer-Encoding: Chunked\r\n", "{codings}: {response}");
        if !was_read {
            connection.closed().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn in_http_2_the_authority_must_be_a_host_and_agree_with_the_host_header() {
    // RFC 9113, section 8.3.1.
    let server = Server::fresh().await;
    let connection = Http2::open(server.address()).await;
    for (authority, host, status) in [
        ("photos.example.com", None, 200),
        ("photos.example.com:2283", Some("Photos.example.com:2283"), 200),
        ("photos.example.com", Some("other.example.com"), 400),
        ("user@photos.example.com", None, 400),
    ] {
        let mut request = Request::get(format!("http://{authority}/api/server/ping"));
        if let Some(host) = host {
            request = request.header("host", host);
        }
        let response = connection.send(request.body(()).unwrap(), None).await.unwrap().must_be(status);
        if status != 200 {
            let violations = violations_of_error_shape(&response.json(), status);
            assert!(violations.is_empty(), "{violations:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_of_http_2_are_limited_to_half_as_many_as_connections_and_a_refused_one_can_be_repeated() {
    let server = Server::on(&Database::new().await).with("IMMICH_MAX_CONNECTIONS", "32").start().await;
    let ping = || Request::get("http://localhost/api/server/ping").body(()).unwrap();
    let login = Request::post("http://localhost/api/auth/login").header("content-type", "application/json");
    let login = login.body(()).unwrap();
    let (of_logins, of_pings) = (Http2::open(server.address()).await, Http2::open(server.address()).await);
    let mut unfinished = Vec::new();
    let refused = loop {
        unfinished.push(of_logins.begin(login.clone()).await);
        if let Err(error) = of_pings.send(ping(), None).await {
            break error;
        }
        assert!(unfinished.len() < 32, "so many streams are served");
        // The requests of the other connection may arrive later than this one's.
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!(refused.reason(), Some(h2::Reason::REFUSED_STREAM));
    server.get("/server/ping").await.must_be(200);

    unfinished.clear();
    eventually("it can be repeated", LIMIT, async || of_pings.send(ping(), None).await.is_ok()).await;
}
