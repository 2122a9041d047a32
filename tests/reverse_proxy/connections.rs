//! The proxy's connections: persistent to the server, HTTP/2 to its clients.

use serde_json::json;

use crate::harness::{Http2, Nginx, Proxy, Server};

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
async fn an_http_2_client_of_the_proxy_gets_the_same_responses() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let nginx = Nginx::before(server.address()).await;
    let connection = Http2::open(nginx.http2_address()).await;
    let get = |path: &str| {
        http::Request::get(format!("http://localhost/api{path}"))
            .header("authorization", format!("Bearer {}", admin.token))
            .header("x-immich-cid", "over-http-2")
            .body(())
            .unwrap()
    };

    // Both concurrently on one connection.
    let (me, ping) = tokio::join!(connection.send(get("/users/me"), None), connection.send(get("/server/ping"), None));
    let (me, ping) = (me.unwrap().must_be(200), ping.unwrap().must_be(200));

    assert_eq!(me.head.headers["x-immich-cid"], "over-http-2");
    assert_eq!(me.json()["id"], json!(admin.user_id));
    assert_eq!(ping.json(), json!({"res": "pong"}));
}
