//! `immich-server user …`

use serde_json::json;

use crate::harness::{ADMIN_EMAIL, Contract, Database, Program, Server};

const EMAIL: &str = "anna@immich.cloud";

fn on(database: &Database, arguments: &[&str]) -> Program {
    Program::run(arguments.iter().copied()).with("DB_URL", database.url())
}

fn create(database: &Database, more: &[&str]) -> Program {
    on(database, &["user", "create", "--email", EMAIL, "--name", "Anna", "--password-stdin"])
        .and(more.iter().copied())
        .reading("password1\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_created_user_is_printed_as_the_contract_shows_users_and_can_log_in() {
    let server = Server::fresh().await;

    let user = create(server.database(), &["--json"]).await.must_succeed().json();

    let contract = Contract::read();
    let schema = contract.response_schema("getMyUser", 200).unwrap();
    assert_eq!(contract.violations(schema, &user), Vec::<String>::new());
    assert_eq!(user["email"], EMAIL);
    assert_eq!(user["name"], "Anna");
    assert_eq!(user["isAdmin"], false);
    // The line end is not part of the password.
    let session = server.login(EMAIL, "password1").await;
    assert_eq!(user["id"], *session.user_id);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_one_administrator_can_be_created() {
    let server = Server::fresh().await;

    let user = create(server.database(), &["--admin", "--json"]).await.must_succeed().json();

    assert_eq!(user["isAdmin"], true);
    let second = on(server.database(), &["user", "create", "--email", "b@immich.cloud", "--name", "B"])
        .and(["--admin", "--password-stdin"])
        .reading("password1")
        .await;
    second.must_fail_in_one_line();
    server
        .post("/auth/admin-sign-up", json!({"email": ADMIN_EMAIL, "password": "password", "name": "Admin"}))
        .await
        .must_be_error(400, "The server already has an admin");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_e_mail_address_is_unique_whatever_its_case() {
    let database = Database::new().await;
    create(&database, &[]).await.must_succeed();

    let again = on(&database, &["user", "create", "--email", "ANNA@immich.cloud", "--name", "Anna"])
        .and(["--password-stdin"])
        .reading("password1")
        .await;

    again.must_fail_in_one_line();
    assert_eq!(database.count("\"user\"").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn input_that_violates_the_contract_is_rejected() {
    let database = Database::new().await;
    for (email, name, password) in [("no-address", "Anna", "password1"), (EMAIL, "", "password1"), (EMAIL, "Anna", "")]
    {
        let outcome = on(&database, &["user", "create", "--email", email, "--name", name])
            .and(["--password-stdin"])
            .reading(password)
            .await;
        assert_ne!(outcome.code, Some(0), "{outcome:?}");
        assert!(!outcome.stderr.contains("panicked"), "{outcome:?}");
    }
    assert_eq!(database.count("\"user\"").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn users_are_listed_for_people_and_programs() {
    let database = Database::new().await;
    create(&database, &[]).await.must_succeed();

    let for_people = on(&database, &["user", "list"]).await.must_succeed();
    assert!(for_people.stdout.contains(EMAIL), "{for_people:?}");

    let for_programs = on(&database, &["user", "list", "--json"]).await.must_succeed().json();
    assert_eq!(for_programs[0]["email"], EMAIL);
    assert!(!for_people.stdout.contains("$2b$") && !for_programs.to_string().contains("$2b$"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_password_is_the_only_one_that_logs_in() {
    let server = Server::fresh().await;
    create(server.database(), &[]).await.must_succeed();

    on(server.database(), &["user", "reset-password", "--email", EMAIL, "--password-stdin"])
        .reading("password2")
        .await
        .must_succeed();

    server.login(EMAIL, "password2").await;
    server
        .post("/auth/login", json!({"email": EMAIL, "password": "password1"}))
        .await
        .must_be_error(401, "Incorrect email or password");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_user_is_rejected_until_restored() {
    let server = Server::fresh().await;
    let database = server.database();
    create(database, &[]).await.must_succeed();
    let session = server.login(EMAIL, "password1").await;

    on(database, &["user", "delete", "--email", EMAIL]).await.must_succeed();
    assert!(!server.accepts(&session).await);
    server
        .post("/auth/login", json!({"email": EMAIL, "password": "password1"}))
        .await
        .must_be_error(401, "Incorrect email or password");
    let listed = on(database, &["user", "list", "--json"]).await.must_succeed().json();
    assert_eq!(listed, json!([]));
    let all = on(database, &["user", "list", "--json", "--all"]).await.must_succeed().json();
    assert_eq!(all[0]["status"], "deleted");
    assert!(all[0]["deletedAt"].is_string());

    on(database, &["user", "restore", "--email", EMAIL]).await.must_succeed();
    server.login(EMAIL, "password1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_user_has_no_session_and_no_key_from_before() {
    let server = Server::fresh().await;
    let database = server.database();
    create(database, &[]).await.must_succeed();
    let session = server.login(EMAIL, "password1").await;
    let key = server.create_key(&session, &["all"]).await;
    let other = server.user("b").await;

    on(database, &["user", "delete", "--email", EMAIL]).await.must_succeed();
    on(database, &["user", "restore", "--email", EMAIL]).await.must_succeed();

    assert!(!server.accepts(&session).await);
    server.get("/users/me").api_key(&key.secret).await.must_be_error(401, "Invalid API key");
    assert!(server.accepts(&other).await);
    let again = server.login(EMAIL, "password1").await;
    on(database, &["user", "restore", "--email", EMAIL]).await.must_fail_in_one_line();
    assert!(server.accepts(&again).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_reset_ends_sessions_unless_they_are_to_be_kept_and_keys_if_asked() {
    let server = Server::fresh().await;
    create(server.database(), &[]).await.must_succeed();
    let other = server.user("b").await;
    let reset = |more: &'static [&'static str]| {
        on(server.database(), &["user", "reset-password", "--email", EMAIL, "--password-stdin"])
            .and(more.to_vec())
            .reading("password1")
    };
    for (options, sessions_end, keys_end, expected) in [
        (&[][..], true, false, "sessions ended: 1\nAPI keys kept: 1; --end-keys deletes them\n"),
        (&["--end-sessions"], true, false, "sessions ended: 1\nAPI keys kept: 2; --end-keys deletes them\n"),
        (&["--keep-sessions", "--end-keys"], false, true, "the sessions of the user were kept\nAPI keys deleted: 3\n"),
        (&["--end-keys"], true, true, "sessions ended: 2\nAPI keys deleted: 1\n"),
    ] {
        let session = server.login(EMAIL, "password1").await;
        let key = server.create_key(&session, &["all"]).await;

        let outcome = reset(options).await.must_succeed();

        assert_eq!(outcome.stdout, format!("the password of {EMAIL} was changed\n{expected}"), "{options:?}");
        assert_eq!(server.accepts(&session).await, !sessions_end, "{options:?}");
        let with_key = server.get("/users/me").api_key(&key.secret).await;
        assert_eq!(with_key.status, if keys_end { 401 } else { 200 }, "{options:?}");
    }
    assert!(server.accepts(&other).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_that_does_not_exist_is_named() {
    let database = Database::new().await;
    for arguments in [
        &["user", "delete", "--email", "unknown@immich.cloud"][..],
        &["user", "show", "--email", "unknown@immich.cloud"],
        &["user", "update", "--email", "unknown@immich.cloud", "--quota", "1"],
        &["user", "restore", "--email", "unknown@immich.cloud"],
        &["user", "reset-password", "--email", "unknown@immich.cloud", "--password-stdin"],
    ] {
        let outcome = on(&database, arguments).reading("password1").await;
        let line = outcome.must_fail_in_one_line();
        assert!(line.contains("unknown@immich.cloud"), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_administrator_cannot_be_restored() {
    let server = Server::fresh().await;
    create(server.database(), &["--admin"]).await.must_succeed();
    let deleted = on(server.database(), &["user", "delete", "--email", EMAIL]).await.must_succeed();
    assert!(deleted.stderr.contains("no administrator is left"), "{deleted:?}");
    server.sign_up_admin().await;

    on(server.database(), &["user", "restore", "--email", EMAIL]).await.must_fail_in_one_line();
}

#[tokio::test(flavor = "multi_thread")]
async fn quota_label_and_color_are_set_shown_and_removed() {
    let server = Server::fresh().await;
    let database = server.database();
    create(database, &[]).await.must_succeed();
    let session = server.login(EMAIL, "password1").await;
    let update = |more: &[&str]| on(database, &["user", "update", "--email", EMAIL, "--json"]).and(more.to_vec());

    let updated = update(&["--quota", "2GiB", "--storage-label", "anna", "--avatar-color", "pink"]);
    let updated = updated.await.must_succeed().json();
    assert_eq!(updated["quotaSizeInBytes"], 2_147_483_648_i64);
    assert_eq!(updated["storageLabel"], "anna");
    assert_eq!(updated["avatarColor"], "pink");
    assert_eq!(server.get("/users/me").bearer(&session.token).await.must_be(200).json(), updated);
    let shown = on(database, &["user", "show", "--email", EMAIL, "--json"]).await.must_succeed().json();
    assert_eq!(shown, updated);
    let for_people = on(database, &["user", "show", "--email", EMAIL]).await.must_succeed().stdout;
    for part in [EMAIL, "anna", "2147483648 bytes", "pink"] {
        assert!(for_people.contains(part), "{part}: {for_people}");
    }

    let removed = update(&["--quota", "none", "--storage-label", "none", "--avatar-color", "none"]);
    let removed = removed.await.must_succeed().json();
    assert_eq!(removed["quotaSizeInBytes"], json!(null));
    assert_eq!(removed["storageLabel"], json!(null));
    assert_eq!(removed["avatarColor"], "primary");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_cannot_be_made_is_rejected() {
    let database = Database::new().await;
    create(&database, &[]).await.must_succeed();
    on(&database, &["user", "create", "--email", "b@immich.cloud", "--name", "B", "--password-stdin"])
        .reading("password1")
        .await
        .must_succeed();
    on(&database, &["user", "update", "--email", EMAIL, "--storage-label", "anna"]).await.must_succeed();

    let taken = on(&database, &["user", "update", "--email", "b@immich.cloud", "--storage-label", "anna"]).await;
    assert!(taken.must_fail_in_one_line().contains("storage label"));
    for arguments in [&[][..], &["--quota", "-1"], &["--avatar-color", "mauve"], &["--storage-label", "../b"]] {
        let outcome = on(&database, &["user", "update", "--email", EMAIL]).and(arguments.to_vec()).await;
        assert_eq!(outcome.code, Some(2), "{outcome:?}");
    }
}
