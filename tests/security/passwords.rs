//! New passwords.

use serde_json::json;

use super::{EMAIL, NAME, PASSWORD, strict, strict_on};
use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Database, Server};

const COMMON: &str = "must not be one of the most common passwords";
const TOO_SHORT: &str = "must be longer than or equal to 8 characters";
const TOO_LONG: &str = "must be shorter than or equal to 72 bytes";
const A_WORD: &str = "must not consist of the e-mail address, the name or the product with digits or punctuation";

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_has_8_characters_to_72_bytes() {
    let server = strict_on(&Database::new().await).await;
    let sign_up = |password: &str| {
        server.post("/auth/admin-sign-up", json!({"email": EMAIL, "password": password, "name": NAME}))
    };

    sign_up("engine7").await.must_be_invalid(&[&format!("password {TOO_SHORT}")]);
    sign_up(&"é".repeat(37)).await.must_be_invalid(&[&format!("password {TOO_LONG}")]);
    let longest = format!("{}\0 é", "x".repeat(68));
    assert_eq!(longest.len(), 72);
    sign_up(&longest).await.must_be(201);

    let session = server.login(EMAIL, &longest).await;
    let change = |new: &str| {
        let body = json!({"password": longest, "newPassword": new});
        server.post("/auth/change-password", body).bearer(&session.token)
    };
    change(&"x".repeat(73)).await.must_be_invalid(&[&format!("newPassword {TOO_LONG}")]);
    change("        ").await.must_be(200);
    server.login(EMAIL, "        ").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_common_password_is_rejected_wherever_one_is_set() {
    let server = strict_on(&Database::new().await).await;
    let sign_up = |password: &str| {
        server.post("/auth/admin-sign-up", json!({"email": EMAIL, "password": password, "name": NAME}))
    };
    for (password, rule) in [("Password1", COMMON), ("AdaLovelace1815", A_WORD), ("immich-2026!", A_WORD)] {
        sign_up(password).await.must_be_invalid(&[&format!("password {rule}")]);
    }
    sign_up(PASSWORD).await.must_be(201);
    let session = server.login(EMAIL, PASSWORD).await;

    for (password, rule) in [("iloveyou", COMMON), ("ada@immich.cloud", A_WORD)] {
        let change = json!({"password": PASSWORD, "newPassword": password});
        let change = server.post("/auth/change-password", change).bearer(&session.token);
        change.await.must_be_invalid(&[&format!("newPassword {rule}")]);
    }

    server.login(EMAIL, PASSWORD).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_has_the_same_rules() {
    let (server, _) = strict().await;
    for (password, rule) in [("engine7", TOO_SHORT), ("password", COMMON), ("BobBabbage1", A_WORD)] {
        let refused = server.create_user("bob@immich.cloud", "Bob Babbage", password).await;
        assert!(refused.must_fail_in_one_line().contains(&format!("password {rule}")), "{refused:?}");
    }
    server.create_user("bob@immich.cloud", "Bob Babbage", "difference engine").await.must_succeed();
    let reset = |password: &str| {
        server.program(["user", "reset-password", "--email", "bob@immich.cloud", "--password-stdin"]).reading(password)
    };

    for (password, rule) in [("sunshine", COMMON), ("bob@immich.cloud", A_WORD)] {
        let refused = reset(password).await;
        assert!(refused.must_fail_in_one_line().contains(&format!("password {rule}")), "{refused:?}");
    }
    reset("another engine").await.must_succeed();

    server.login("bob@immich.cloud", "another engine").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_existing_password_still_logs_in_and_can_be_changed() {
    let database = Database::new().await;
    let lenient = Server::on(&database).start().await;
    lenient.sign_up_admin().await;
    lenient.stop();
    let server = strict_on(&database).await;

    let session = server.login(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    let change = json!({"password": ADMIN_PASSWORD, "newPassword": PASSWORD});
    server.post("/auth/change-password", change).bearer(&session.token).await.must_be(200);

    server.login(ADMIN_EMAIL, PASSWORD).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_current_password_is_checked_before_the_new_one() {
    let (server, session) = strict().await;

    let change = json!({"password": "not the password", "newPassword": "password"});
    let response = server.post("/auth/change-password", change).bearer(&session.token).await;

    response.must_be_error(400, "Wrong password");
}
