//! The printed grants are sufficient, and each of them is needed.

use std::time::Duration;

use immich_conform::Options;
use immich_conform::golden::Cases;
use serde_json::json;

use super::{refused_start, serve};
use crate::conform::{assert_conforming, checked};
use crate::harness::{ADMIN_PASSWORD, Database, Privilege, Release, Role, Server, eventually};

/// Only the start of a server needs these: to read the key of the throttle, and to store the key of the audit log once.
const ONLY_AT_START: [(&str, &str); 2] = [("select", "login_hash_key"), ("insert", "system_metadata")];

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes half a minute: make test-slow"]
async fn the_recorded_cases_and_all_other_checks_pass_with_the_printed_grants() {
    let database = Database::new().await;
    let role = Role::with_printed_grants(&database).await;
    let server = serve(&database, &role).start().await;
    let options = Options {
        golden: Some(Cases::embedded().expect("the cases have the expected form")),
        user_command: Some(server.user_command()),
        timeout: Duration::from_secs(60),
        ..Options::new(server.url())
    };

    let report = checked(&options).await;

    assert_conforming(&report);
    let log = server.stop();
    assert!(!log.contains("permission denied"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_printed_grant_is_needed_on_a_database_of_our_own() {
    each_grant_is_needed(&Database::new().await, 27).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes a minute: make test-slow"]
async fn each_printed_grant_is_needed_on_the_databases_of_upstream() {
    for release in Release::ALL {
        each_grant_is_needed(&Database::of_release(release).await, 16).await;
    }
}

async fn each_grant_is_needed(database: &Database, least: usize) {
    let role = Role::with_printed_grants(database).await;
    assert!(role.privileges().len() >= least, "{:#?}", role.privileges());
    let server = serve(database, &role).with("IMMICH_LOGIN_MAX_FAILURES", "1000").with("IMMICH_LOG_LEVEL", "debug");
    let server = server.start().await;
    assert_eq!(use_everything(&server).await, Ok(()));
    for privilege in role.privileges() {
        role.revoke(privilege).await;

        refused_start(database, &role, privilege).await;
        let used = use_everything(&server).await;

        let only_at_start = ONLY_AT_START.iter().any(|(verb, table)| privilege.is(verb, table));
        assert_eq!(used.is_ok(), only_at_start, "without {privilege:?}: {used:?}");
        role.grant(privilege).await;
    }
    assert_eq!(use_everything(&server).await, Ok(()));
}

/// Uses every table in every way. The error is the first thing that went wrong, or was denied.
async fn use_everything(server: &Server) -> Result<(), String> {
    let database = server.database();
    let is_upstream = database.count("pg_class WHERE relname = 'kysely_migrations'").await > 0;
    database.run("TRUNCATE \"user\", session, api_key CASCADE").await;
    if !is_upstream {
        database.run("TRUNCATE login_failure, login_address").await;
    }
    let logged = server.log().len();
    // To the throttle, the address of a login is new only for a new account.
    let email = format!("{}@immich.cloud", uuid::Uuid::new_v4().simple());
    let expect = async |what: &str, request: crate::harness::Request, status: u16| {
        let response = request.await;
        if response.status != status {
            return Err(format!("{what}: {response}"));
        }
        // The log arrives through a pipe, and some writes happen after the response: the rest is found later.
        denied(server, logged).map(|()| response)
    };
    let sign_up = json!({"email": &email, "password": ADMIN_PASSWORD, "name": "Admin"});
    expect("sign-up", server.post("/auth/admin-sign-up", sign_up), 201).await?;
    expect("wrong password", server.try_login(&email, "wrong"), 401).await?;
    let login = expect("login", server.try_login(&email, ADMIN_PASSWORD), 201).await?.json();
    let token = login["accessToken"].as_str().expect("a token");
    expect("own user", server.get("/users/me").bearer(token), 200).await?;
    let app = server.get("/sessions").bearer(token).header("user-agent", "Immich_Android_2.5.6");
    expect("sessions, with the use of one to record", app, 200).await?;
    expect("change of a user", server.put("/users/me", json!({"name": "A."})).bearer(token), 200).await?;
    let key = json!({"permissions": ["all"]});
    let key = expect("new key", server.post("/api-keys", key).bearer(token), 201).await?.json();
    let key = format!("/api-keys/{}", key["apiKey"]["id"].as_str().expect("an id"));
    expect("list of keys", server.get("/api-keys").bearer(token), 200).await?;
    expect("change of a key", server.put(&key, json!({"name": "k"})).bearer(token), 200).await?;
    expect("deletion of a key", server.delete(&key).bearer(token), 204).await?;
    let child = expect("new session", server.post("/sessions", json!({})).bearer(token), 201).await?.json();
    let child = format!("/sessions/{}", child["id"].as_str().expect("an id"));
    expect("deletion of a session", server.delete(&child).bearer(token), 204).await?;
    expect("configuration", server.get("/server/config"), 200).await?;
    if !is_upstream {
        let stored = || async { database.count("login_address").await > 0 || denied(server, logged).is_err() };
        eventually("the address of the login is stored", Duration::from_secs(5), stored).await;
    }
    database.run(DUE).await;
    for command in [&["user", "list"][..], &["cleanup", "--json"]] {
        let outcome = server.program(command.iter().copied()).await;
        if outcome.code != Some(0) {
            return Err(format!("{command:?}: {outcome:?}"));
        }
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    denied(server, logged)
}

/// What the cleanup removes: a session, and on a database of our own a user.
const DUE: &str = "
    UPDATE session SET \"expiresAt\" = now() - interval '1 second';
    INSERT INTO \"user\" (email, \"deletedAt\") VALUES ('gone@immich.cloud', now() - interval '99 days')";

/// What the log of the server has about denied statements since this position.
fn denied(server: &Server, since: usize) -> Result<(), String> {
    let log = server.log();
    match log.split_at(since).1.lines().find(|line| line.contains("permission denied")) {
        Some(line) => Err(line.to_owned()),
        None => Ok(()),
    }
}

impl Privilege {
    fn is(&self, verb: &str, table: &str) -> bool {
        self.verb == verb && self.object.ends_with(&format!(".\"{table}\""))
    }
}
