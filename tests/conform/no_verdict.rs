//! No verdict rather than a wrong one: exit status 2, with one line that says why.

use std::time::Duration;

use serde_json::json;

use super::proxy::{Behavior, Change, FaultyServer, Request};
use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Outcome, Program, Response, Server};

fn conform<'a>(url: &'a str, arguments: impl IntoIterator<Item = &'a str>) -> Program {
    Program::run(["conform", "--url", url]).and(arguments)
}

#[track_caller]
fn assert_no_verdict(outcome: &Outcome, reason: &str) {
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert_eq!(outcome.stdout, "", "{outcome:?}");
    assert!(outcome.stderr.contains(reason), "{reason}: {}", outcome.stderr);
    assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
}

fn page(response: &mut Response, status: u16) {
    response.status = status;
    response.body = b"<html><body><h1>Welcome</h1></body></html>".to_vec();
    response.set("content-type", Some("text/html"));
}

/// What a program answers, and a part of the line that reports it.
type Fake = (fn(&Request, &mut Response), &'static str);

#[tokio::test(flavor = "multi_thread")]
async fn another_program_is_not_judged() {
    let mock = Server::mock().start().await;
    let programs: [Fake; 5] = [
        (|_, response| page(response, 404), "404 text/html"),
        (|_, response| page(response, 200), "200 text/html"),
        (|_, response| response.replace(404, &json!({ "error": "not found" })), "404 application/json"),
        (|_, response| response.replace(200, &json!({ "status": "ok" })), "200 application/json"),
        (
            |_, response| {
                page(response, 302);
                response.set("location", Some("https://login.example.com/"));
            },
            "302 to https://login.example.com/",
        ),
    ];
    for (behavior, received) in programs {
        let other = FaultyServer::before(mock.client().address(), Behavior::Response(behavior)).await;
        let url = other.url();

        for arguments in [&["--set-up"][..], &["--email", "a@example.com", "--password", "x"], &["--token", "x"]] {
            let outcome = conform(&url, arguments.iter().copied()).await;
            assert_no_verdict(&outcome, "does not serve the API of the contract");
            assert!(outcome.stderr.contains(received), "{received}: {}", outcome.stderr);
        }
    }
    let elsewhere = format!("{}/elsewhere", mock.url());
    assert_no_verdict(&conform(&elsewhere, ["--token", "x"]).await, "does not serve the API of the contract");
}

#[tokio::test(flavor = "multi_thread")]
async fn version_3_is_another_dialect_unless_the_profile_is_named() {
    let mock = Server::mock().start().await;
    let newer = FaultyServer::before(
        mock.client().address(),
        Behavior::Response(|request, response| {
            if request.is("GET", "/server/version") {
                response.replace(200, &json!({ "major": 3, "minor": 1, "patch": 0 }));
            }
        }),
    )
    .await;
    let url = newer.url();

    assert_no_verdict(
        &conform(&url, ["--operation", "pingServer"]).await,
        "version 3.1.0, which speaks another dialect",
    );
    let named = conform(&url, ["--operation", "pingServer", "--profile", "none"]).await;
    assert!(named.stdout.contains("profile none"), "{named:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_the_server_rejects_or_that_may_do_too_little_is_not_a_finding() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let url = server.url();
    let key = server.create_key(&admin, &["user.read"]).await;

    let outcome = conform(&url, ["--api-key", &key.secret]).await;
    assert_no_verdict(&outcome, "the API key lacks permissions that the operations need: apiKey.create");
    conform(&url, ["--api-key", &key.secret, "--operation", "getMyUser"]).await.must_succeed();

    let locked = FaultyServer::before(
        server.client().address(),
        Behavior::Response(|request, response| {
            if request.has_credential() {
                response.replace(403, &json!({ "message": "Change your password first" }));
            }
        }),
    )
    .await;
    let url = locked.url();
    let outcome = conform(&url, ["--email", ADMIN_EMAIL, "--password", ADMIN_PASSWORD]).await;
    assert_no_verdict(&outcome, "the server rejected the account: 403 {\"message\":\"Change your password first\"}");
    assert_no_verdict(&conform(&url, ["--token", &admin.token]).await, "the server rejected the token: 403");
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_without_credentials_need_no_account() {
    let server = Server::fresh().await;
    let url = server.url();

    conform(&url, ["--operation", "pingServer", "--operation", "getServerConfig"]).await.must_succeed();
    server.sign_up_admin().await;
    conform(&url, ["--operation", "getServerVersion", "--operation", "signUpAdmin"]).await.must_succeed();
    assert_no_verdict(&conform(&url, ["--operation", "getMyUser"]).await, "pass an account");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_server_is_claimed_only_with_set_up_and_then_used_again() {
    let server = Server::fresh().await;
    let url = server.url();
    let narrowed = ["--operation", "getMyUser"];

    for arguments in [&[][..], &["--golden", "on"], &["--email", ADMIN_EMAIL, "--password", ADMIN_PASSWORD]] {
        assert_no_verdict(&conform(&url, arguments.iter().copied()).await, "pass --set-up");
        assert_eq!(server.get("/server/config").await.json()["isInitialized"], false);
    }
    let first = conform(&url, narrowed).and(["--set-up"]).await.must_succeed();
    let (_, credentials) = first.stderr.split_once("later runs: ").unwrap();
    let credentials: Vec<&str> = credentials.split_whitespace().collect();
    assert_eq!(credentials[..3], ["--email", "conform@example.com", "--password"]);
    assert!(!first.stdout.contains(credentials[3]));

    let second = conform(&url, narrowed).and(credentials.iter().copied()).await.must_succeed();
    assert_eq!(second.stderr, "");
    assert_no_verdict(&conform(&url, narrowed).and(["--set-up"]).await, "the server already has users");
}

#[tokio::test(flavor = "multi_thread")]
async fn nonsense_about_the_administrator_is_a_finding_and_misleads_no_run() {
    let behaviors: [fn(&Request, &mut Response); 3] = [
        |request, response| {
            if request.is("GET", "/server/config") {
                response.change(|body| body["isInitialized"] = json!("perhaps"));
            }
        },
        |request, response| {
            if request.is("GET", "/server/config") {
                response.change(|body| body["isInitialized"] = json!(true));
            }
        },
        |request, response| {
            if request.is("GET", "/server/config") {
                response.change(|body| body["isInitialized"] = json!(false));
            }
        },
    ];
    for behavior in behaviors {
        let server = Server::fresh().await;
        let confused = FaultyServer::before(server.client().address(), Behavior::Response(behavior)).await;
        let url = confused.url();
        let narrowed = ["--operation", "getServerConfig", "--operation", "getMyUser"];

        let outcome = conform(&url, narrowed).and(["--set-up"]).await;

        assert_eq!(outcome.code, Some(1), "{outcome:?}");
        assert!(outcome.stdout.contains("/isInitialized"), "{}", outcome.stdout);
        assert!(!outcome.stdout.contains("✗ getMyUser"), "{}", outcome.stdout);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_dies_midway_is_not_judged() {
    let server = Server::fresh().await;
    server.sign_up_admin().await;
    let dying = FaultyServer::before(server.client().address(), Behavior::Request(|_| ())).await;
    let url = dying.url();
    let run = conform(&url, ["--email", ADMIN_EMAIL, "--password", ADMIN_PASSWORD]).into_future();
    let death = async {
        tokio::time::sleep(Duration::from_millis(1500)).await;
        drop(dying);
    };

    let (outcome, ()) = tokio::join!(run, death);

    // The report of what was checked until then is no verdict.
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(outcome.stderr.contains("the run is incomplete: the server is unavailable"), "{outcome:?}");
    assert!(!outcome.stdout.contains("\nconforming"), "{outcome:?}");
}
