//! Throttling of wrong passwords.

use std::collections::BTreeSet;
use std::time::Duration;

use immich_api::CONTRACT;
use serde_json::{Value, json};

use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Database, Request, Server, Session};

async fn with_three_failures_allowed() -> Server {
    Server::on(&Database::new().await)
        .with("IMMICH_LOGIN_MAX_FAILURES", "3")
        .with("IMMICH_LOGIN_FAILURE_WINDOW", "3")
        .start()
        .await
}

/// A server whose failures do not expire while a test runs.
async fn with_three_failures_allowed_on(database: &Database) -> Server {
    Server::on(database).with("IMMICH_LOGIN_MAX_FAILURES", "3").start().await
}

fn change_password(server: &Server, session: &Session, current: &str) -> Request {
    let body = json!({"password": current, "newPassword": "new password"});
    server.post("/auth/change-password", body).bearer(&session.token)
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
async fn an_attempt_beyond_the_limit_needs_no_database() {
    let database = Database::new().await;
    let server = with_three_failures_allowed_on(&database).await;
    server.sign_up_admin().await;
    fail_three_times(&server, ADMIN_EMAIL).await;

    // A statement on one of these tables would fail.
    for table in ["system_metadata", "\"user\"", "login_failure", "login_address"] {
        database.run(&format!("alter table {table} rename to hidden_{}", table.trim_matches('"'))).await;
    }

    server.try_login(ADMIN_EMAIL, ADMIN_PASSWORD).await.must_be(429);
    server.try_login("other@immich.cloud", "wrong").await.must_be(500);
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

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_that_checks_a_password_is_throttled() {
    let contract: Value = serde_json::from_str(CONTRACT).unwrap();
    let operations =
        contract["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values());
    let checking: BTreeSet<&str> = operations
        .filter(|operation| operation["x-checks-password"] == true)
        .map(|operation| operation["operationId"].as_str().unwrap())
        .collect();
    // This test calls these; another one needs another call here.
    assert_eq!(checking, BTreeSet::from(["changePassword", "login"]));

    let server = with_three_failures_allowed_on(&Database::new().await).await;
    let admin = server.sign_up_admin().await;
    for _ in 0..2 {
        change_password(&server, &admin, "wrong").await.must_be_error(400, "Wrong password");
    }
    server.try_login(ADMIN_EMAIL, "wrong").await.must_be(401);

    for current in ["wrong", ADMIN_PASSWORD] {
        let response = change_password(&server, &admin, current).await.must_be(429).must_have_error_shape();
        assert!(response.header("retry-after").is_some(), "{response}");
    }
    server.try_login(ADMIN_EMAIL, ADMIN_PASSWORD).await.must_be(429);
    assert!(server.accepts(&admin).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_60_wrong_current_passwords_10_are_tried() {
    let server = Server::on(&Database::new().await).with("IMMICH_LOGIN_MAX_FAILURES", "10").start().await;
    let admin = server.sign_up_admin().await;

    let mut tried = 0;
    for _ in 0..60 {
        let response = change_password(&server, &admin, "wrong").await;
        if response.status == 400 {
            tried += 1;
        } else {
            response.must_be(429);
        }
    }

    assert_eq!(tried, 10);
    change_password(&server, &admin, ADMIN_PASSWORD).await.must_be(429);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_current_password_resets_the_count() {
    let server = with_three_failures_allowed_on(&Database::new().await).await;
    let admin = server.sign_up_admin().await;
    let body = json!({"password": ADMIN_PASSWORD, "newPassword": ADMIN_PASSWORD});

    for _ in 0..3 {
        for _ in 0..2 {
            change_password(&server, &admin, "wrong").await.must_be(400);
        }
        server.post("/auth/change-password", body.clone()).bearer(&admin.token).await.must_be(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_on_one_database_count_together() {
    let database = Database::new().await;
    let one = with_three_failures_allowed_on(&database).await;
    let other = with_three_failures_allowed_on(&database).await;
    one.sign_up_admin().await;
    other.login(ADMIN_EMAIL, ADMIN_PASSWORD).await;

    // A right password resets the count in both.
    for _ in 0..2 {
        one.try_login(ADMIN_EMAIL, "wrong").await.must_be(401);
        other.try_login(ADMIN_EMAIL, "wrong").await.must_be(401);
        other.login(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    }

    one.try_login(ADMIN_EMAIL, "wrong").await.must_be(401);
    other.try_login(ADMIN_EMAIL, "wrong").await.must_be(401);
    one.try_login(ADMIN_EMAIL, "wrong").await.must_be(401);
    for server in [&other, &one] {
        server.try_login(ADMIN_EMAIL, ADMIN_PASSWORD).await.must_be(429);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_and_known_addresses_survive_a_restart_and_contain_no_e_mail_address() {
    let database = Database::new().await;
    let server = with_three_failures_allowed_on(&database).await;
    server.sign_up_admin().await;
    for number in 0..30 {
        server.try_login(&format!("{number}@immich.cloud"), "wrong").await.must_be(401);
    }
    server.stop();

    let server = with_three_failures_allowed_on(&database).await;

    server.try_login("new@immich.cloud", "wrong").await.must_be(429);
    server.login(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    let dump = database.pg_dump(&["--data-only", "--table=login_*"]);
    assert!(dump.lines().filter(|line| line.split('\t').count() == 3).count() > 30, "{dump}");
    assert!(!dump.contains("immich.cloud"), "{dump}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_tables_the_throttle_counts_in_each_process_and_the_log_says_so() {
    let database = Database::new().await;
    let server = with_three_failures_allowed_on(&database).await;
    server.sign_up_admin().await;

    database.run("drop table login_failure").await;
    fail_three_times(&server, ADMIN_EMAIL).await;
    server.try_login(ADMIN_EMAIL, ADMIN_PASSWORD).await.must_be(429);
    let log = server.stop();
    assert_eq!(log.matches("the shared counters of failed logins are unavailable").count(), 1, "{log}");

    database.run("drop table login_hash_key").await;
    let server = with_three_failures_allowed_on(&database).await;
    fail_three_times(&server, ADMIN_EMAIL).await;
    server.try_login(ADMIN_EMAIL, ADMIN_PASSWORD).await.must_be(429);
    assert!(server.stop().contains("failed logins are counted by each process for itself: could not read"));
}

#[tokio::test(flavor = "multi_thread")]
async fn on_upstreams_database_the_throttle_counts_in_each_process_and_the_log_says_so() {
    let server = with_three_failures_allowed_on(&Database::of_upstream().await).await;

    fail_three_times(&server, ADMIN_EMAIL).await;

    server.try_login(ADMIN_EMAIL, "wrong").await.must_be(429);
    assert!(server.stop().contains("failed logins are counted by each process for itself: the database of upstream"));
}
