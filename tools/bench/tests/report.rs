//! The program writes the document from the results of a run.
#![allow(clippy::unwrap_used, reason = "a test reports what went wrong by panicking, also in what it stands on")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const RESULTS: &str = r#"{
  "made": "2026-01-02", "rounds": 7, "turn": 2, "took": 431,
  "machine": [["kernel", "6.1"]],
  "findings": [{
    "key": "ping_vs_bare_hyper", "what": "pings", "unit": "", "target": {"at_least": 0.95},
    "figure": {"median": 0.9, "low": 0.8, "high": 1.0}, "met": false
  }],
  "series": [{
    "name": "ping", "rounds": [{"rate": 50000.0, "requests": 100000.0, "p50_us": 300.0, "p99_us": 900.0}]
  }],
  "instructions": [{
    "name": "ping", "instructions": {"median": 21000.0, "low": 20900.0, "high": 21100.0}, "top": [["memcpy", 0.25]]
  }]
}"#;

/// A folder that is gone after the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("immich-bench-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn report(folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_immich-bench"));
    command.args(["report", "--folder"]).arg(folder).arg("--docs").arg(folder);
    command.output().unwrap()
}

#[test]
fn the_document_shows_what_the_last_run_found() {
    let folder = Folder::new("document");
    fs::write(folder.0.join("report.json"), RESULTS).unwrap();

    let output = report(&folder.0);

    assert!(output.status.success(), "{output:?}");
    let document = fs::read_to_string(folder.0.join("benchmarks.md")).unwrap();
    assert!(
        document.contains("| `ping_vs_bare_hyper` | pings | ≥ 0.95 | 0.90 | 0.80 to 1.00 | **no** |"),
        "{document}"
    );
}

#[test]
fn without_a_run_there_is_one_line_that_says_what_is_missing() {
    let folder = Folder::new("nothing");

    let output = report(&folder.0);

    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with("error: ") && said.contains("report.json: No such file"), "{said}");
    assert_eq!(said.lines().count(), 1);
}
