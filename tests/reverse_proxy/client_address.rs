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

#[tokio::test(flavor = "multi_thread")]
async fn behind_an_untrusted_proxy_one_client_cannot_lock_out_the_others() {
    let server = trusting("none").await;
    server.create_user("new@immich.cloud", "new", "password1").await.must_succeed();
    let nginx = Nginx::before(server.address()).await;
    let login = |from, email: &str, password: &str| nginx.client().from(from).try_login(email, password);

    // Beyond 30 failures, each account has one attempt, and a wrong password is answered as a rejected attempt.
    for number in 0..40 {
        let expected = if number < 30 { 401 } else { 429 };
        login(ANNA, &format!("{number}@immich.cloud"), "wrong").await.must_be(expected);
    }
    login(ANNA, "39@immich.cloud", "wrong").await.must_be(429);

    // The first login of this user: no address is known yet.
    login(BERT, "new@immich.cloud", "password1").await.must_be(201);
    // A client that connects without the proxy has no such exception.
    server.try_login("39@immich.cloud", "wrong").await.must_be(429);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_untrusted_proxy_is_reported_once_with_the_setting_that_would_trust_it() {
    let server = trusting("10.0.0.0/8").await;
    let nginx = Nginx::before(server.address()).await;
    for _ in 0..3 {
        me(&nginx, ANNA, "once").await.must_be(401);
    }

    let log = server.stop();

    let line = "ignoring the forwarded headers of 127.0.0.1, which is not a trusted proxy; if it is your reverse proxy, \
                set IMMICH_TRUSTED_PROXIES=10.0.0.0/8,127.0.0.1";
    assert_eq!(log.matches(line).count(), 1, "{log}");
    assert_eq!(log.matches("not a trusted proxy").count(), 1, "{log}");
}
