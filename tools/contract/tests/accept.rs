//! From an edit of the contract to its acceptance, with the real server.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test reports what went wrong by panicking")]

mod scratch;

use scratch::Scratch;
use std::process::Output;

const PIN: &str = "server-impl/contract.pin.json";

#[track_caller]
fn must_say(output: &Output, is_success: bool, lines: &[&str]) {
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.success(), is_success, "{text}");
    for line in lines {
        assert!(text.contains(line), "{line:?} is not in\n{text}");
    }
}

#[test]
#[ignore = "takes minutes, and needs Java: make check-docs"]
fn a_change_fails_the_build_until_the_server_follows_and_it_is_accepted() {
    let scratch = Scratch::new();
    let before = scratch.read(PIN);
    scratch.replace("spec/openapi.json", r#""minimum": 1,"#, r#""minimum": 2,"#);

    let changed = "schema SessionCreateDto (used by createSession) changed: property `duration`: minimum raised from 1 to 2; see `make \
                   diff`, accept with `make accept`";
    must_say(&scratch.run("cargo check --package immich-server"), false, &[changed]);
    // Neither a second build nor a regeneration makes the error go away.
    must_say(&scratch.run("touch generated/contract.stamp && cargo check --package immich-server"), false, &[changed]);

    must_say(
        &scratch.run("scripts/accept.sh"),
        false,
        &["minimum raised from 1 to 2", "stdin and stderr must be a terminal"],
    );
    assert_eq!(scratch.read(PIN), before);

    scratch.replace("server-impl/src/lib.rs", "pub mod api;", "pub mod api;\nconst WRONG: () = 1;");
    must_say(
        &scratch.run("scripts/accept.sh --yes"),
        false,
        &["mismatched types", "not accepted: the implementation does not compile with the current contract"],
    );
    assert_eq!(scratch.read(PIN), before);
    scratch.replace("server-impl/src/lib.rs", "\nconst WRONG: () = 1;", "");

    // The code that replaces the pins during the check cannot be built.
    must_say(
        &scratch.run("IMMICH_ACCEPT=1 cargo build --package immich-server"),
        false,
        &["the pins of the contract were not checked (IMMICH_ACCEPT=1): unset IMMICH_ACCEPT and build again"],
    );
    must_say(&scratch.run("cargo check --package immich-server"), false, &[changed]);

    must_say(&scratch.run("scripts/accept.sh --yes"), true, &["Accepted: server-impl/contract.pin.json"]);
    assert_eq!(scratch.read(PIN), before.replacen(r#""minimum": 1,"#, r#""minimum": 2,"#, 1));
    must_say(&scratch.run("cargo check --package immich-server"), true, &["Finished"]);
    must_say(&scratch.run("scripts/accept.sh"), true, &["Nothing to accept"]);
}
