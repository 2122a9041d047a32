//! The program as `make bench` and `make bench-instructions` run it.
#![allow(clippy::unwrap_used, reason = "a test reports what went wrong by panicking")]

use std::process::{Command, Output};

fn bench(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_immich-bench")).args(arguments).output().unwrap()
}

#[test]
fn an_unknown_part_is_rejected_with_the_parts_that_exist() {
    let output = bench(&["run", "--server", "immich-server", "--only", "everything"]);

    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{error}");
    for part in ["throughput", "login", "footprint", "streaming", "instructions", "builds"] {
        assert!(error.contains(part), "{part} is missing in {error}");
    }
}

#[test]
fn a_server_program_that_does_not_exist_is_named() {
    let output = bench(&["instructions", "--profile", "dev", "--server", "no-such-program"]);

    let error = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && error.contains("no-such-program"), "{error}");
}
