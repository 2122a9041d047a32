//! Runs that do not reach their end leave a report, and say why.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::AsyncReadExt as _;

use super::relay::{Decision, Relay};
use crate::harness::{Program, Server};

/// A report in a temporary folder.
struct ReportFile(tempfile::TempDir);

impl ReportFile {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> String {
        self.0.path().join("report.json").to_str().unwrap().to_owned()
    }

    fn read(&self) -> Value {
        serde_json::from_str(&std::fs::read_to_string(self.path()).unwrap()).unwrap()
    }

    #[track_caller]
    fn must_be_incomplete(&self, reason: &str) {
        let report = self.read();
        let given = report["incomplete"].as_str().unwrap_or_default();
        assert!(given.contains(reason), "{reason}: {given}");
        assert_eq!(report["conforming"], false);
        assert!(report["requests"].as_u64().unwrap() > 0);
    }
}

/// A server that hangs after some requests.
async fn hanging(server: &Server, after: usize) -> Relay {
    Relay::before(server.client().address(), move |head, count| {
        if count < after { Decision::Forward(head.to_owned()) } else { Decision::Hang }
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_ends_the_run_with_a_report() {
    let server = Server::fresh().await;
    let relay = hanging(&server, 60).await;
    let report = ReportFile::new();
    let url = format!("http://{}", relay.address);
    let started = Instant::now();

    let outcome =
        Program::run(["conform", "--set-up", "--url", &url, "--timeout", "1", "--json", &report.path()]).await;

    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(
        outcome.stderr.contains("the run is incomplete: the server hangs: no response in time to "),
        "{}",
        outcome.stderr
    );
    assert!(outcome.stdout.contains("INCOMPLETE: the server hangs"), "{}", outcome.stdout);
    report.must_be_incomplete("the server hangs");
    assert!(started.elapsed() < Duration::from_secs(40), "{:?}", started.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_limit_ends_the_run_with_a_report_and_progress_is_shown_unless_quiet() {
    let server = Server::fresh().await;
    for quiet in [false, true] {
        let relay = hanging(&server, 1).await;
        let report = ReportFile::new();
        let url = format!("http://{}", relay.address);
        let arguments = ["conform", "--url", &url, "--token", "x", "--max-time", "6", "--json", &report.path()];

        let outcome = Program::run(arguments).and(quiet.then_some("--quiet")).await;

        assert_eq!(outcome.code, Some(2), "{outcome:?}");
        assert!(outcome.stderr.contains("it was not done within 6 s (--max-time)"), "{}", outcome.stderr);
        let lines = outcome.stderr.lines().filter(|line| line.starts_with("conform: ")).count();
        assert_eq!(lines > 0, !quiet, "{}", outcome.stderr);
        report.must_be_incomplete("--max-time");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_ends_the_run_and_even_a_killed_one_leaves_a_report() {
    for (signal, code, reason) in [("TERM", Some(2), "it was ended by SIGTERM"), ("KILL", None, "still going on")] {
        let server = Server::fresh().await;
        let report = ReportFile::new();
        let mut child = tokio::process::Command::new(Program::executable())
            .args(["conform", "--set-up", "--url", &server.url(), "--json", &report.path()])
            .env_clear()
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let deadline = Instant::now() + Duration::from_secs(30);
        while !std::path::Path::new(&report.path()).exists() {
            assert!(Instant::now() < deadline, "no report is written");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let id = child.id().unwrap().to_string();
        let sent = std::process::Command::new("kill").args(["-s", signal, &id]).status().unwrap();
        assert!(sent.success());

        let status = child.wait().await.unwrap();

        assert_eq!(status.code(), code, "{signal}");
        report.must_be_incomplete(reason);
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).await.unwrap();
        assert_eq!(stderr.contains(reason), code.is_some(), "{stderr}");
        let others = std::fs::read_dir(report.0.path()).unwrap().count();
        assert_eq!(others, 1, "a temporary file is left");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_cannot_be_written_is_rejected_before_the_run() {
    for (path, reason) in [("/nowhere/report.json", "could not write /nowhere/report.json"), ("/", "it is a folder")] {
        let outcome = Program::run(["conform", "--url", "http://127.0.0.1:1", "--json", path]).await;

        assert_eq!(outcome.code, Some(2), "{outcome:?}");
        assert!(outcome.stderr.contains(reason), "{}", outcome.stderr);
    }
}
