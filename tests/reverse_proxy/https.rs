//! Cookies are `Secure` if the client's connection to the proxy is encrypted.

use serde_json::json;

use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Client, Database, Nginx, Request, Response, Server};

fn login(client: &Client) -> Request {
    client.post("/auth/login", json!({"email": ADMIN_EMAIL, "password": ADMIN_PASSWORD}))
}

#[track_caller]
fn are_secure(response: Response) -> bool {
    let response = response.must_be(201);
    let cookies: Vec<&str> = response.headers_named("set-cookie").collect();
    assert_eq!(cookies.len(), 3, "{response}");
    let secure = cookies.iter().filter(|cookie| cookie.contains("; Secure;")).count();
    assert!(secure == 0 || secure == 3, "{cookies:?}");
    secure == 3
}

#[tokio::test(flavor = "multi_thread")]
async fn cookies_are_secure_over_https_and_not_over_http() {
    let server = Server::fresh().await;
    server.sign_up_admin().await;

    let nginx = Nginx::before(server.address()).await;
    assert!(are_secure(nginx.send_over_tls(login(&nginx.client())).await));
    assert!(!are_secure(login(&nginx.client()).await));
    assert!(!are_secure(login(&nginx.client()).header("X-Forwarded-Proto", "https").await), "nginx overwrites it");
    assert!(!are_secure(login(&nginx.client()).header("Forwarded", "proto=https").await), "nginx goes before it");

    let nginx = Nginx::before_with_forwarded(server.address()).await;
    assert!(are_secure(nginx.send_over_tls(login(&nginx.client())).await));
    assert!(!are_secure(login(&nginx.client()).await));
    assert!(!are_secure(login(&nginx.client()).header("X-Forwarded-Proto", "https").await), "nginx drops it");
    assert!(!are_secure(login(&nginx.client()).header("Forwarded", "proto=https").await), "nginx overwrites it");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_untrusted_proxy_cannot_make_cookies_secure() {
    let server = Server::on(&Database::new().await).with("IMMICH_TRUSTED_PROXIES", "192.0.2.0/24").start().await;
    server.sign_up_admin().await;
    let nginx = Nginx::before(server.address()).await;

    assert!(!are_secure(nginx.send_over_tls(login(&nginx.client())).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_from_an_https_login_works_and_logs_out_over_http_too() {
    let server = Server::fresh().await;
    server.sign_up_admin().await;
    let nginx = Nginx::before(server.address()).await;
    let client = nginx.client();
    let answer = nginx.send_over_tls(login(&client)).await.must_be(201);
    let cookie = answer.header("set-cookie").and_then(|cookie| cookie.split(';').next()).unwrap().to_owned();

    nginx.send_over_tls(client.get("/users/me").header("Cookie", &cookie)).await.must_be(200);
    client.get("/users/me").header("Cookie", &cookie).await.must_be(200);
    let logout = nginx.send_over_tls(client.call("POST", "/auth/logout").header("Cookie", &cookie)).await;

    assert_eq!(logout.must_be(200).headers_named("set-cookie").count(), 3);
    client.get("/users/me").header("Cookie", &cookie).await.must_be_error(401, "Invalid user token");
}
