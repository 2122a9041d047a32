//! `immich-server conform`: exit status, files, and output.

use serde_json::json;

use super::proxy::{Behavior, Change, FaultyServer};
use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Program, Server};

fn conform<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Program {
    Program::run(["conform", "--url"]).and(arguments)
}

async fn leaky(server: &Server) -> FaultyServer {
    FaultyServer::before(
        server.client().address(),
        Behavior::Response(|request, response| {
            if request.is("GET", "/users/me") && response.status == 200 {
                response.change(|body| body["shoeSize"] = json!(43));
            }
        }),
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conforming_server_exits_with_0_and_writes_the_requested_files() {
    let server = Server::fresh().await;
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (junit, json, html) = (path("a.xml"), path("a.json"), path("a.html"));

    let outcome = conform([&*server.url(), "--set-up", "--operation", "login", "--operation", "createApiKey"])
        .and(["--junit", &junit, "--json", &json, "--html", &html])
        .await
        .must_succeed();

    assert!(outcome.stdout.contains("\nconforming: 0 findings"), "{outcome:?}");
    assert!(outcome.stdout.contains("left behind: the administrator conform@example.com"), "{outcome:?}");
    assert!(outcome.stderr.contains("signed up the administrator conform@example.com"), "{outcome:?}");
    let others = outcome.stderr.lines().filter(|line| !line.starts_with("conform: "));
    assert_eq!(others.count(), 1, "{outcome:?}");
    let read = |path: &str| std::fs::read_to_string(path).unwrap();
    assert!(read(&junit).contains("<testsuite name=\"createApiKey\""));
    assert!(read(&html).starts_with("<!doctype html>"));
    let report: serde_json::Value = serde_json::from_str(&read(&json)).unwrap();
    assert_eq!(report["conforming"], true);
    let operations: Vec<&str> =
        report["operations"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(operations, ["login", "createApiKey"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finding_exits_with_1_and_prints_how_to_reproduce_it() {
    let server = Server::fresh().await;
    server.sign_up_admin().await;
    let faulty = leaky(&server).await;

    let outcome = conform([&*faulty.url(), "--email", ADMIN_EMAIL, "--operation", "getMyUser", "--strict"])
        .with("IMMICH_CONFORM_PASSWORD", ADMIN_PASSWORD)
        .await;

    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    for part in ["getMyUser  unknown-field  /shoeSize", "curl -i http://127.0.0.1:", "NOT conforming: 1 finding"] {
        assert!(outcome.stdout.contains(part), "{part}: {}", outcome.stdout);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_addition_is_a_note_and_fails_only_from_notes_up() {
    let server = Server::fresh().await;
    server.sign_up_admin().await;
    let faulty = leaky(&server).await;
    let run = async |more: &[&str]| {
        conform([&*faulty.url(), "--email", ADMIN_EMAIL, "--password", ADMIN_PASSWORD, "--operation", "getMyUser"])
            .and(more.iter().copied())
            .await
    };

    let outcome = run(&[]).await.must_succeed();
    assert!(outcome.stdout.contains("note getMyUser  unknown-field  /shoeSize"), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("\nconforming: 0 findings, 1 note"), "{}", outcome.stdout);
    assert_eq!(run(&["--fail-on", "warning"]).await.code, Some(0));
    assert_eq!(run(&["--fail-on", "note"]).await.code, Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waived_finding_exits_with_0_and_an_unused_waiver_is_reported() {
    let server = Server::fresh().await;
    let faulty = leaky(&server).await;
    let folder = tempfile::tempdir().unwrap();
    let waivers = folder.path().join("waivers.toml");
    let text = "[[waiver]]\nrule = \"unknown-field\"\nat = \"/shoe*\"\nreason = \"the original sends it\"\n\
                [[waiver]]\nrule = \"date-format\"\nreason = \"no longer\"\n";
    std::fs::write(&waivers, text).unwrap();

    let outcome =
        conform([&*faulty.url(), "--set-up", "--operation", "getMyUser", "--waivers", waivers.to_str().unwrap()])
            .await
            .must_succeed();

    assert!(outcome.stdout.contains("the original sends it"), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("Unused waiver: rule date-format"), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("\nconforming: 0 findings, 1 waived"), "{}", outcome.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_be_checked_exits_with_2_and_one_line_says_why() {
    let server = Server::fresh().await;
    server.sign_up_admin().await;
    let url = server.url();
    for (arguments, reason) in [
        (vec!["http://127.0.0.1:1"], "no response from"),
        (vec!["nonsense"], "is not an http or https URL"),
        (vec![&url], "the server already has users"),
        (vec![&url, "--golden", "on", "--email", ADMIN_EMAIL, "--password", ADMIN_PASSWORD], "need an empty server"),
        (vec![&url, "--email", ADMIN_EMAIL, "--password", "canary-password"], "the server rejected the password"),
        (vec![&url, "--token", "canary-token"], "the server rejected the token"),
        (vec![&url, "--api-key", "canary-key"], "the server rejected the API key"),
        (vec![&url, "--operation", "getNothing"], "no operation \"getNothing\""),
        (vec![&url, "--waivers", "/nowhere.toml"], "/nowhere.toml"),
    ] {
        let outcome = conform(arguments.iter().copied()).await;

        assert_eq!(outcome.code, Some(2), "{outcome:?}");
        assert_eq!(outcome.stdout, "");
        assert!(outcome.stderr.contains(reason), "{reason}: {}", outcome.stderr);
        assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
        assert!(!outcome.stderr.contains("canary"), "{}", outcome.stderr);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_written_whole_into_any_report() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    // Every response breaks a rule, so the report shows all of them.
    let faulty = FaultyServer::before(
        server.client().address(),
        Behavior::Response(|_, response| response.headers.push(("Set-Cookie".to_owned(), "x=y".to_owned()))),
    )
    .await;
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (junit, json, html) = (path("a.xml"), path("a.json"), path("a.html"));

    let outcome = conform([&*faulty.url(), "--token", &admin.token, "--fail-on", "note"])
        .and(["--junit", &junit, "--json", &json, "--html", &html])
        .await;

    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let read = |path: &str| std::fs::read_to_string(path).unwrap();
    for text in [outcome.stdout, read(&junit), read(&json), read(&html)] {
        assert!(text.contains("cookie-unknown"), "{text}");
        assert!(!text.contains(&admin.token));
        // Tokens and keys have 34 characters and more; identifiers have hyphens.
        let longest = text.split(|c: char| !c.is_ascii_alphanumeric()).map(str::len).max().unwrap();
        assert!(longest < 34, "something of {longest} characters");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiver_for_what_a_run_leaves_out_is_not_called_unused() {
    let server = Server::fresh().await;
    let folder = tempfile::tempdir().unwrap();
    let waivers = folder.path().join("waivers.toml");
    let text = "[[waiver]]\nrule = \"date-format\"\noperation = \"getMyUser\"\nreason = \"elsewhere\"\n";
    std::fs::write(&waivers, text).unwrap();

    let outcome = conform([&*server.url(), "--set-up", "--operation", "login", "--waivers", waivers.to_str().unwrap()])
        .await
        .must_succeed();

    assert!(!outcome.stdout.contains("Unused waiver"), "{}", outcome.stdout);
}
