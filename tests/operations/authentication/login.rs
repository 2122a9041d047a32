//! `POST /auth/login`

use std::time::{Duration, Instant};

use serde_json::json;

use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Database, Response, Server};

const WRONG: &str = "Incorrect email or password";

fn cookies(response: &Response) -> Vec<String> {
    response.headers_named("set-cookie").map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn cookies_are_secure_if_a_trusted_proxy_reports_https() {
    let server = Server::fresh().await;
    server.sign_up_admin().await;

    let response =
        server.try_login(ADMIN_EMAIL, ADMIN_PASSWORD).header("X-Forwarded-Proto", "https").await.must_be(201);

    let token = response.json()["accessToken"].as_str().unwrap().to_owned();
    let cookies = cookies(&response);
    assert_eq!(cookies.len(), 3, "{response}");
    assert!(cookies[0].starts_with(&format!("immich_access_token={token}; Max-Age=34560000; Path=/; Expires=")));
    assert!(cookies[0].ends_with("; HttpOnly; Secure; SameSite=Lax"));
    assert!(cookies[1].starts_with("immich_auth_type=password; "));
    assert!(cookies[1].ends_with("; HttpOnly; Secure; SameSite=Lax"));
    assert!(cookies[2].starts_with("immich_is_authenticated=true; "));
    assert!(cookies[2].ends_with("; Secure; SameSite=Lax"));
    assert!(!cookies[2].contains("HttpOnly"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_is_not_a_trusted_proxy_cannot_make_cookies_secure() {
    let server = Server::on(&Database::new().await).with("IMMICH_TRUSTED_PROXIES", "192.0.2.0/24").start().await;
    server.sign_up_admin().await;

    let response =
        server.try_login(ADMIN_EMAIL, ADMIN_PASSWORD).header("X-Forwarded-Proto", "https").await.must_be(201);

    for cookie in cookies(&response) {
        assert!(!cookie.contains("Secure"), "{cookie}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_access_token_is_stored_only_as_its_hash() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;

    let dump = server.database().dump().await;

    assert!(!dump.contains(&admin.token));
    assert!(!dump.contains(&format!(",{ADMIN_PASSWORD},")));
    assert!(dump.contains("$2b$10$"), "passwords are bcrypt hashes of cost 10");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_from_a_login_does_not_expire_and_has_no_parent() {
    let server = Server::fresh().await;
    server.sign_up_admin().await;

    let endless = "session WHERE \"expiresAt\" IS NULL AND \"parentId\" IS NULL";
    assert_eq!(server.database().count(endless).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_user_cannot_log_in_and_gets_the_error_of_an_unknown_user() {
    let server = Server::fresh().await;
    server.user("anna").await;
    server.database().soft_delete("anna@immich.cloud").await;

    server.try_login("anna@immich.cloud", "password1").await.must_be_error(401, WRONG);
    server.try_login("unknown@immich.cloud", "password1").await.must_be_error(401, WRONG);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_without_a_password_cannot_log_in() {
    let server = Server::fresh().await;
    server.user("anna").await;
    server.database().change("UPDATE \"user\" SET password = ''", &[]).await;

    server.try_login("anna@immich.cloud", "password1").await.must_be_error(401, WRONG);
    server.try_login("anna@immich.cloud", " ").await.must_be_error(401, WRONG);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_first_72_bytes_of_a_password_count() {
    let server = Server::fresh().await;
    let long = "p".repeat(100);
    server.create_user("anna@immich.cloud", "Anna", &long).await.must_succeed();

    server.try_login("anna@immich.cloud", &long).await.must_be(201);
    server.try_login("anna@immich.cloud", &long[..72]).await.must_be(201);
    server.try_login("anna@immich.cloud", &long[..71]).await.must_be_error(401, WRONG);
}

#[tokio::test(flavor = "multi_thread")]
async fn disabled_password_login_rejects_correct_and_wrong_passwords_alike() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    server.database().configure(&json!({"passwordLogin": {"enabled": false}})).await;

    for password in [ADMIN_PASSWORD, "wrong"] {
        server.try_login(ADMIN_EMAIL, password).await.must_be_error(401, "Password login has been disabled");
    }
    // The body is validated first, and existing sessions stay valid.
    server.try_login("bad", "x").await.must_be_invalid(&["email must be an email"]);
    assert!(server.accepts(&admin).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_e_mail_takes_as_long_as_a_wrong_password() {
    let server = Server::fresh().await;
    server.sign_up_admin().await;
    let (mut unknown, mut wrong) = (Duration::MAX, Duration::MAX);

    for _ in 0..6 {
        let start = Instant::now();
        server.try_login("unknown@immich.cloud", "wrong").await.must_be_error(401, WRONG);
        unknown = unknown.min(start.elapsed());
        let start = Instant::now();
        server.try_login(ADMIN_EMAIL, "wrong").await.must_be_error(401, WRONG);
        wrong = wrong.min(start.elapsed());
    }

    // The fastest of several attempts is the least disturbed one. Hashing takes about 50 ms, everything else 5 ms.
    assert!(unknown > wrong / 2, "unknown {unknown:?}, wrong {wrong:?}");
    assert!(unknown < wrong * 2, "unknown {unknown:?}, wrong {wrong:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_device_is_detected_from_the_user_agent() {
    let server = Server::fresh().await;
    server.sign_up_admin().await;
    let chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
                  Chrome/120.0.0.0 Safari/537.36";
    let login = server.try_login(ADMIN_EMAIL, ADMIN_PASSWORD).header("User-Agent", chrome).await.must_be(201).json();

    let sessions = server.get("/sessions").bearer(login["accessToken"].as_str().unwrap()).await.must_be(200).json();

    let current = sessions.as_array().unwrap().iter().find(|s| s["current"] == true).unwrap();
    assert_eq!(current["deviceType"], "Chrome");
    assert_eq!(current["deviceOS"], "Linux");
    assert_eq!(current["appVersion"], json!(null));
}
