//! The client's address in the log and in the login throttle. All addresses are in the loopback network; the proxy is at
//! 127.0.0.1.

use serde_json::json;

use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Database, Nginx, Request, Server};

const ANNA: [u8; 4] = [127, 0, 0, 2];
const BERT: [u8; 4] = [127, 0, 0, 3];

/// A server that trusts these proxies and allows three failed logins.
async fn trusting(proxies: &str) -> Server {
    Server::on(&Database::new().await)
        .with("IMMICH_TRUSTED_PROXIES", proxies)
        .with("IMMICH_LOGIN_MAX_FAILURES", "3")
        .start()
        .await
}

fn login(nginx: &Nginx, from: [u8; 4], password: &str) -> Request {
    nginx.client().from(from).post("/auth/login", json!({"email": ADMIN_EMAIL, "password": password}))
}

fn me(nginx: &Nginx, from: [u8; 4], correlation_id: &str) -> Request {
    nginx.client().from(from).get("/users/me").header("x-immich-cid", correlation_id)
}

/// The address that the log names for the request with this correlation id.
fn logged_address(log: &str, correlation_id: &str) -> String {
    let line = log.lines().find(|line| line.contains(correlation_id)).expect("the request is logged");
    let (_, rest) = line.split_once("client=").expect("the line names the client");
    rest.split_whitespace().next().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_contains_the_address_of_the_client_and_not_of_the_proxy() {
    let server = trusting("127.0.0.1").await;
    let nginx = Nginx::before(server.address()).await;
    me(&nginx, ANNA, "plain-anna").await.must_be(401);
    me(&nginx, BERT, "plain-bert").await.must_be(401);
    me(&nginx, ANNA, "forging-anna").header("X-Forwarded-For", "203.0.113.9, 127.0.0.1").await.must_be(401);
    let nginx = Nginx::before_with_forwarded(server.address()).await;
    me(&nginx, ANNA, "forwarded-anna").await.must_be(401);
    me(&nginx, ANNA, "forged-anna").header("X-Forwarded-For", "203.0.113.9").await.must_be(401);
    server.client().from(BERT).get("/users/me").header("x-immich-cid", "direct-bert").await.must_be(401);

    let log = server.stop();

    for (correlation_id, address) in [
        ("plain-anna", "127.0.0.2"),
        ("plain-bert", "127.0.0.3"),
        ("forging-anna", "127.0.0.2"),
        ("forwarded-anna", "127.0.0.2"),
        ("forged-anna", "127.0.0.2"),
        ("direct-bert", "127.0.0.3"),
    ] {
        assert_eq!(logged_address(&log, correlation_id), address, "{correlation_id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_behind_the_proxy_is_throttled_alone_and_cannot_forge_its_address() {
    let server = trusting("127.0.0.1").await;
    server.sign_up_admin().await;
    let nginx = Nginx::before(server.address()).await;

    for attempt in 0..3 {
        let forged = format!("203.0.113.{attempt}");
        login(&nginx, ANNA, "wrong").header("X-Forwarded-For", &forged).await.must_be(401);
    }

    let throttled = login(&nginx, ANNA, ADMIN_PASSWORD).header("X-Forwarded-For", "203.0.113.9").await;
    assert!(throttled.must_be(429).header("retry-after").is_some());
    login(&nginx, BERT, ADMIN_PASSWORD).await.must_be(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_an_untrusted_proxy_all_clients_share_one_address() {
    let server = trusting("none").await;
    server.sign_up_admin().await;
    let nginx = Nginx::before(server.address()).await;

    for _ in 0..3 {
        login(&nginx, ANNA, "wrong").await.must_be(401);
    }

    login(&nginx, BERT, ADMIN_PASSWORD).await.must_be(429);
}
