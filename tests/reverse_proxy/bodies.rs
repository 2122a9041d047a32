//! Large bodies through the proxy.

use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Client, Nginx, Server};

/// Repeated, because the proxy may lose a response that arrives while it still sends the body.
const TRIES: usize = 10;

async fn must_be_rejected_every_time(client: &Client) {
    for _ in 0..TRIES {
        let rejected = client.padded_login(11 << 20).await.must_be(413);
        let message = rejected.must_have_error_shape().json()["message"].clone();
        assert_eq!(message, "Request body too large: at most 3145728 bytes are accepted");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_body_arrives_and_one_above_the_limit_gets_the_servers_error() {
    let server = Server::fresh().await;
    server.sign_up_admin().await;
    let nginx = Nginx::before(server.address()).await;
    let client = nginx.client();

    client.padded_login(2 << 20).await.must_be(201);
    must_be_rejected_every_time(&client).await;
    client.padded_login(100).await.must_be(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unbuffered_proxy_gets_the_error_too() {
    let server = Server::fresh().await;
    server.sign_up_admin().await;
    let nginx = Nginx::before_unbuffered(server.address()).await;
    let client = nginx.client();

    client.padded_login(2 << 20).await.must_be(201);
    must_be_rejected_every_time(&client).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chunked_body_arrives_too() {
    let server = Server::fresh().await;
    server.sign_up_admin().await;
    let nginx = Nginx::before(server.address()).await;
    let body = format!("{{\"email\":\"{ADMIN_EMAIL}\",\"password\":\"{ADMIN_PASSWORD}\"}}");
    let chunks = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());

    let login = nginx
        .client()
        .call("POST", "/auth/login")
        .header("Content-Type", "application/json")
        .header("Transfer-Encoding", "chunked")
        .body(chunks.into_bytes());

    login.await.must_be(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn entity_tags_and_correlation_ids_pass_the_proxy() {
    let server = Server::fresh().await;
    let nginx = Nginx::before(server.address()).await;
    let ping = || nginx.client().get("/server/ping").header("x-immich-cid", "mine");

    let first = ping().await.must_be(200);
    assert_eq!(first.header("x-immich-cid"), Some("mine"));
    let tag = first.header("etag").expect("an entity tag");

    ping().header("If-None-Match", tag).await.must_be(304);
}
