//! What upstream needs from the proxy: web sockets, uploads of any size as they arrive, the client's address.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Response};
use http_body_util::Full;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::listening::Listening;
use super::{Deployment, routes};
use crate::harness::Nginx;

const LIMIT: Duration = Duration::from_secs(30);

/// The next bytes up to this text.
async fn read_until(stream: &mut TcpStream, text: &str) -> String {
    let mut received = Vec::new();
    let reading = async {
        while !String::from_utf8_lossy(&received).contains(text) {
            assert!(stream.read_buf(&mut received).await.expect("the connection is open") > 0, "closed before {text}");
        }
    };
    let read = tokio::time::timeout(LIMIT, reading).await;
    let received = String::from_utf8_lossy(&received).into_owned();
    assert!(read.is_ok(), "no {text} in {received}");
    received
}

/// nginx before a listener in place of upstream, and a connection to each.
async fn connected(request: &str) -> (Nginx, TcpStream, TcpStream) {
    let upstream = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = upstream.local_addr().unwrap();
    let nginx = Nginx::with_routes(&routes("--nginx", address, address).await.must_succeed().stdout).await;
    let mut client = TcpStream::connect(nginx.client().address()).await.unwrap();
    client.write_all(request.as_bytes()).await.unwrap();
    let (received, _) = tokio::time::timeout(LIMIT, upstream.accept()).await.expect("nginx connects").unwrap();
    (nginx, client, received)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_web_socket_reaches_upstream() {
    let request = "GET /api/socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: photos.example.com\r\n\
                   Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    let (_nginx, mut client, mut upstream) = connected(request).await;

    let head = read_until(&mut upstream, "\r\n\r\n").await.to_lowercase();
    assert!(head.contains("upgrade: websocket\r\n") && head.contains("connection: upgrade\r\n"), "{head}");
    let switch = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    upstream.write_all(switch.as_bytes()).await.unwrap();
    read_until(&mut client, "\r\n\r\n").await;

    client.write_all(b"from the client").await.unwrap();
    read_until(&mut upstream, "from the client").await;
    upstream.write_all(b"from upstream").await.unwrap();
    read_until(&mut client, "from upstream").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_reaches_upstream_while_it_arrives() {
    let first = "a".repeat(64 * 1024) + "end of the first part";
    let request = format!(
        "POST /api/assets HTTP/1.1\r\nHost: photos.example.com\r\nContent-Length: {}\r\n\r\n{first}",
        // More than any default limit of nginx.
        first.len() + 100_000_000
    );
    let (_nginx, _client, mut upstream) = connected(&request).await;

    read_until(&mut upstream, "end of the first part").await;
}

/// A server that responds with the headers that a proxy sets.
pub(super) async fn header_recorder() -> Listening {
    let respond = |request: http::Request<_>| async move {
        let body = forwarded(request.headers()).to_string();
        Response::new(Full::new(Bytes::from(body)))
    };
    Listening::start(respond).await
}

fn forwarded(headers: &HeaderMap) -> Value {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    json!({"host": text("host"), "for": text("x-forwarded-for"), "proto": text("x-forwarded-proto"),
           "connection": text("connection")})
}

#[tokio::test(flavor = "multi_thread")]
async fn both_servers_receive_the_address_and_the_protocol_of_the_client() {
    let server = header_recorder().await;
    let routes = routes("--nginx", server.address(), server.address()).await.must_succeed().stdout;
    let nginx = Nginx::with_routes(&routes).await;

    for path in ["/users/me", "/albums"] {
        let client = nginx.client().from([127, 0, 0, 7]);
        let request = client.get(path).header("Host", "photos.example.com").header("X-Forwarded-Proto", "https");

        let plain = request.clone().await.json();
        let expected = json!({"host": "photos.example.com", "for": "127.0.0.7", "proto": "http", "connection": null});
        assert_eq!(plain, expected, "{path}");
        assert_eq!(nginx.send_over_tls(request).await.json()["proto"], "https", "{path}");
    }
}

/// As `curl --http2` sends it without TLS.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_offers_http_2_gets_a_response_from_this_server() {
    let deployment = Deployment::start().await;

    let request = deployment.client().get("/server/ping").header("Connection", "Upgrade, HTTP2-Settings");
    let response = request.header("Upgrade", "h2c").header("HTTP2-Settings", "AAMAAABkAAQAAP__").await;

    assert_eq!(response.must_be(200).json(), json!({"res": "pong"}));
}
