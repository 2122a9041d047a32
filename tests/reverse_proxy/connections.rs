//! The proxy's connections: kept to the server, and HTTP/2 to its clients.

use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::harness::{Nginx, Proxy, Server};

#[tokio::test(flavor = "multi_thread")]
async fn many_requests_of_many_clients_share_the_proxys_connections_to_the_server() {
    let server = Server::fresh().await;
    let counting = Proxy::to(&server.address().to_string()).await;
    let nginx = Nginx::before(counting.address()).await;

    for path in ["/server/ping", "/users/me", "/nope", "/users/%zz"].iter().cycle().take(40) {
        let answer = nginx.client().get(path).await;
        assert!(matches!(answer.status, 200 | 400 | 401 | 404), "{answer}");
    }

    assert!(counting.accepted() <= 2, "{} connections for 40 requests one after the other", counting.accepted());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_speaks_http_2_with_the_proxy_is_served_the_same() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let nginx = Nginx::before(server.address()).await;
    let stream = TcpStream::connect(nginx.http2_address()).await.unwrap();
    let (mut client, connection) = h2::client::handshake(stream).await.unwrap();
    tokio::spawn(connection);
    let ask = |path: &str| {
        http::Request::get(format!("http://localhost/api{path}"))
            .header("authorization", format!("Bearer {}", admin.token))
            .header("x-immich-cid", "over-http-2")
            .body(())
            .unwrap()
    };

    // Both at once, on one connection.
    let (me, _) = client.send_request(ask("/users/me"), true).unwrap();
    let (ping, _) = client.send_request(ask("/server/ping"), true).unwrap();
    let (me, ping) = (me.await.unwrap(), ping.await.unwrap());

    assert_eq!(me.headers()["x-immich-cid"], "over-http-2");
    assert_eq!(json_of(me).await["id"], json!(admin.user_id));
    assert_eq!(json_of(ping).await, json!({"res": "pong"}));
}

async fn json_of(answer: http::Response<h2::RecvStream>) -> Value {
    assert_eq!(answer.status(), 200);
    let mut body = answer.into_body();
    let mut bytes = Vec::new();
    while let Some(data) = body.data().await {
        bytes.extend_from_slice(&data.unwrap());
    }
    serde_json::from_slice(&bytes).unwrap()
}
