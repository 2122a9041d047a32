//! Throttling of failed logins.

use std::time::Duration;

use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Database, Server};

async fn with_three_failures_allowed() -> Server {
    Server::on(&Database::new().await)
        .with("IMMICH_LOGIN_MAX_FAILURES", "3")
        .with("IMMICH_LOGIN_FAILURE_WINDOW", "3")
        .start()
        .await
}

async fn fail_three_times(server: &Server, email: &str) {
    for _ in 0..3 {
        server.try_login(email, "wrong").await.must_be_error(401, "Incorrect email or password");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_three_wrong_passwords_even_the_correct_one_has_to_wait() {
    let server = with_three_failures_allowed().await;
    server.sign_up_admin().await;
    fail_three_times(&server, ADMIN_EMAIL).await;

    let mut seconds = 0;
    for password in ["wrong", ADMIN_PASSWORD] {
        let response = server.try_login(ADMIN_EMAIL, password).await.must_be(429).must_have_error_shape();
        seconds = response.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=3).contains(&seconds), "{response}");
    }

    tokio::time::sleep(Duration::from_secs(seconds)).await;
    server.try_login(ADMIN_EMAIL, ADMIN_PASSWORD).await.must_be(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn other_users_and_existing_sessions_are_not_throttled() {
    let server = with_three_failures_allowed().await;
    let admin = server.sign_up_admin().await;
    server.user("anna").await;
    fail_three_times(&server, ADMIN_EMAIL).await;

    server.try_login("anna@immich.cloud", "password1").await.must_be(201);
    assert!(server.accepts(&admin).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_throttle_does_not_reveal_whether_an_account_exists() {
    let server = with_three_failures_allowed().await;
    fail_three_times(&server, "unknown@immich.cloud").await;

    server.try_login("UNKNOWN@immich.cloud", "wrong").await.must_be(429);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_successful_login_resets_the_count() {
    let server = with_three_failures_allowed().await;
    server.sign_up_admin().await;

    for _ in 0..3 {
        for _ in 0..2 {
            server.try_login(ADMIN_EMAIL, "wrong").await.must_be(401);
        }
        server.try_login(ADMIN_EMAIL, ADMIN_PASSWORD).await.must_be(201);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_guesses_are_counted_too() {
    let server = with_three_failures_allowed().await;
    server.sign_up_admin().await;
    let guesses: Vec<_> = (0..20).map(|_| tokio::spawn(server.try_login(ADMIN_EMAIL, "wrong").into_future())).collect();

    let mut tried = 0;
    for guess in guesses {
        let response = guess.await.unwrap();
        if response.status == 401 {
            tried += 1;
        } else {
            response.must_be(429);
        }
    }
    assert!(tried <= 3, "{tried} guesses were tried");
}
