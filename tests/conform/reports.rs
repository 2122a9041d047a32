//! The reports of `immich-server conform`, read as their readers do.

use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;

use super::proxy::{Behavior, Change, FaultyServer, Request};
use crate::harness::{Program, Response, Server};

/// Both operations lack a field.
const CHECKED: [&str; 4] = ["--operation", "getMyUser", "--operation", "createApiKey"];

fn nameless(request: &Request, response: &mut Response) {
    if request.is("GET", "/users/me") && response.status == 200 {
        response.change(|body| drop(body.as_object_mut().unwrap().remove("name")));
    }
    if request.is("POST", "/api-keys") && response.status == 201 {
        response.change(|body| drop(body["apiKey"].as_object_mut().unwrap().remove("name")));
    }
}

fn dateless_too(request: &Request, response: &mut Response) {
    nameless(request, response);
    if request.is("GET", "/users/me") && response.status == 200 {
        response.change(|body| body["createdAt"] = "yesterday".into());
    }
}

async fn before(server: &Server, change: fn(&Request, &mut Response)) -> FaultyServer {
    FaultyServer::before(server.client().address(), Behavior::Response(change)).await
}

fn conform(url: &str, token: &str) -> Program {
    Program::run(["conform", "--url", url, "--token", token]).and(CHECKED)
}

fn path(folder: &TempDir, name: &str) -> String {
    folder.path().join(name).to_str().unwrap().to_owned()
}

fn json_at(path: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(Path::new(path)).unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_of_a_finding_runs_in_a_shell_and_shows_the_finding() {
    let server = Server::fresh().await;
    let token = server.sign_up_admin().await.token;
    let faulty = before(&server, nameless).await;
    let folder = tempfile::tempdir().unwrap();
    let report = path(&folder, "report.json");

    let outcome = conform(&faulty.url(), &token).and(["--json", &report]).await;

    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(outcome.stdout.contains("\n    TOKEN='…'  # a session token"), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("missing-field  2 findings in 2 operations"), "{}", outcome.stdout);
    let report = json_at(&report);
    let findings = report["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 2, "{findings:#?}");
    for finding in findings {
        let request = finding["request"].as_str().unwrap();
        let output =
            Command::new("sh").args(["-c", request]).env("TOKEN", &token).stdin(Stdio::null()).output().await.unwrap();
        let printed = String::from_utf8_lossy(&output.stdout);
        let body: Value = serde_json::from_str(printed.lines().last().unwrap_or_default()).unwrap_or_default();
        assert!(printed.starts_with("HTTP/1.1 20"), "{request}: {output:?}");
        assert!(body.is_object() && !printed.contains("\"name\""), "{request}: {printed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_baseline_accepts_the_findings_of_today_and_no_new_ones() {
    let server = Server::fresh().await;
    let token = server.sign_up_admin().await.token;
    let (today, worse) = (before(&server, nameless).await, before(&server, dateless_too).await);
    let folder = tempfile::tempdir().unwrap();
    let baseline = path(&folder, "baseline.toml");

    let written = conform(&today.url(), &token).and(["--write-baseline", &baseline]).await.must_succeed();
    let first = std::fs::read_to_string(&baseline).unwrap();
    conform(&today.url(), &token).and(["--baseline", &baseline, "--write-baseline", &baseline]).await.must_succeed();

    assert!(written.stdout.contains("2 findings"), "{}", written.stdout);
    assert_eq!(std::fs::read_to_string(&baseline).unwrap(), first, "the file depends on the run");
    let same = conform(&today.url(), &token).and(["--baseline", &baseline]).await.must_succeed();
    assert!(same.stdout.contains("\nconforming: 0 findings, 2 waived"), "{}", same.stdout);
    let new = conform(&worse.url(), &token).and(["--baseline", &baseline]).await;
    assert_eq!(new.code, Some(1), "{new:?}");
    assert!(new.stdout.contains("NOT conforming: 1 finding, 2 waived"), "{}", new.stdout);
    let mended = conform(&server.url(), &token).and(["--baseline", &baseline]).await.must_succeed();
    assert!(
        mended.stdout.contains("Stale entry of the baseline: rule missing-field, operation getMyUser, at /name"),
        "{}",
        mended.stdout
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_format_reports_the_same_findings() {
    let server = Server::fresh().await;
    let token = server.sign_up_admin().await.token;
    let faulty = before(&server, nameless).await;
    let folder = tempfile::tempdir().unwrap();
    let (sarif, har, markdown) = (path(&folder, "a.sarif"), path(&folder, "a.har"), path(&folder, "a.md"));

    let outcome = conform(&faulty.url(), &token)
        .and(["--sarif", &sarif, "--har", &har, "--markdown", &markdown])
        .with("GITHUB_ACTIONS", "true")
        .await;

    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let annotations: Vec<&str> = outcome.stdout.lines().filter(|line| line.starts_with("::error ")).collect();
    assert_eq!(annotations.len(), 1, "one cause: {annotations:?}");
    assert!(annotations[0].contains("title=missing-field (2 findings in 2 operations)"), "{annotations:?}");
    let sarif = json_at(&sarif);
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 2);
    let contract: Vec<&str> = immich_api::CONTRACT.lines().collect();
    for result in results {
        let line = result["locations"][0]["physicalLocation"]["region"]["startLine"].as_u64().unwrap();
        let found = contract[usize::try_from(line).unwrap() - 1].trim();
        assert!(["\"get\": {", "\"post\": {"].contains(&found), "line {line}: {found}");
    }
    let summary = std::fs::read_to_string(&markdown).unwrap();
    assert!(summary.starts_with("## ❌ Not conforming") && summary.contains("- getMyUser `/name`"), "{summary}");
    let archive = std::fs::read_to_string(&har).unwrap();
    assert!(json_at(&har)["log"]["entries"].as_array().unwrap().len() > 30);
    assert!(!archive.contains(&token) && !summary.contains(&token), "the archive has the token");
}

#[tokio::test(flavor = "multi_thread")]
async fn too_little_coverage_and_stale_waivers_fail_a_run_that_asks_for_it() {
    let server = Server::fresh().await;
    let token = server.sign_up_admin().await.token;
    let folder = tempfile::tempdir().unwrap();
    let waivers = path(&folder, "waivers.toml");
    std::fs::write(&waivers, "[[waiver]]\nrule = \"missing-field\"\nreason = \"not now\"\n").unwrap();

    let enough = conform(&server.url(), &token).and(["--min-coverage", "10", "--waivers", &waivers]).await;
    let little = conform(&server.url(), &token).and(["--min-coverage", "99.9"]).await;
    let stale = conform(&server.url(), &token).and(["--fail-on-stale-waiver", "--waivers", &waivers]).await;

    enough.must_succeed();
    assert_eq!((little.code, stale.code), (Some(1), Some(1)));
    assert!(little.stdout.contains("less than 99.9 % (--min-coverage)"), "{}", little.stdout);
    assert!(stale.stdout.contains("1 waiver matches no finding (--fail-on-stale-waiver)"), "{}", stale.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_that_are_not_implemented_are_one_finding_each_and_one_cause() {
    let server = Server::fresh().await;
    let token = server.sign_up_admin().await.token;
    let faulty = before(&server, |request, response| {
        if request.path.starts_with("/users/me") || request.path.starts_with("/api-keys") {
            response.replace(404, &json!({ "message": "Not Found", "statusCode": 404 }));
        }
    })
    .await;

    let outcome = conform(&faulty.url(), &token).await;

    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(outcome.stdout.contains("✗ not-implemented  2 findings in 2 operations"), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("NOT conforming: 2 findings"), "{}", outcome.stdout);
}
