//! Where things are: the root, the size of files, what only some places may do.

use std::collections::{BTreeMap, BTreeSet};

use crate::files::{below, is_generated, is_test_code, read, tracked};
use crate::source::{Keep, line_of, masked, names};
use crate::{Allowed, Finding, assert_tidy};

/// What the root consists of. Everything else there needs a row in docs/contributing.md.
const ROOT: [&str; 14] = [
    "spec",
    "generated",
    "server-impl",
    "migrations",
    "tests",
    "crates",
    "tools",
    "docs",
    "scripts",
    "packaging",
    "Cargo.toml",
    "build.rs",
    "Makefile",
    "README.md",
];
const SERVER: &str = "server-impl/src/";
const MOST_LINES: usize = 400;

#[test]
fn the_root_holds_only_what_has_a_reason_to_be_there() {
    let present: BTreeSet<&str> = tracked().iter().filter_map(|path| path.split('/').next()).collect();
    let reasons = reasons_in_contributing();

    let unexplained: Vec<_> =
        present.iter().filter(|name| !ROOT.contains(name) && !reasons.contains_key(**name)).collect();
    assert!(
        unexplained.is_empty(),
        "move these below a folder, or add a row with the reason to the table \"Files at the root\" of \
         docs/contributing.md: {unexplained:?}"
    );
    let gone: Vec<_> = reasons.keys().filter(|name| !present.contains(name.as_str())).collect();
    assert!(gone.is_empty(), "remove these rows from \"Files at the root\" of docs/contributing.md: {gone:?}");
    let silent: Vec<_> = reasons.iter().filter(|(_, reason)| reason.len() < 10).collect();
    assert!(silent.is_empty(), "say why these are at the root in docs/contributing.md: {silent:?}");
}

/// The rows `` | `name` | reason | `` below the heading "Files at the root".
fn reasons_in_contributing() -> BTreeMap<String, String> {
    let text = read("docs/contributing.md");
    let (_, section) =
        text.split_once("## Files at the root\n").expect("docs/contributing.md has \"Files at the root\"");
    let section = section.split("\n## ").next().unwrap_or(section);
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    rows.map(|(name, reason)| (name.trim_end_matches('/').to_owned(), reason.trim_end_matches(" |").to_owned()))
        .collect()
}

#[test]
fn no_rust_file_is_long() {
    let long = below("", ".rs").filter(|path| !is_generated(path)).filter_map(|path| {
        let lines = read(path).lines().count();
        (lines > MOST_LINES).then(|| Finding { path: path.to_owned(), line: lines, what: format!("{lines} lines") })
    });
    assert_tidy(&format!("split these files by idea, a file has at most {MOST_LINES} lines:"), &[], long.collect());
}

/// The places in the code below a folder, tests excluded, where one of these names stands.
fn uses_below(folder: &'static str, wanted: &[&str], keep: Keep) -> Vec<Finding> {
    let mut findings = Vec::new();
    for path in below(folder, ".rs").filter(|path| path.contains("/src/") && !is_test_code(path)) {
        let code = masked(&read(path), keep);
        for name in wanted {
            findings.extend(names(&code, name).map(|at| Finding {
                path: path.to_owned(),
                line: line_of(&code, at),
                what: name.trim().to_owned(),
            }));
        }
    }
    findings
}

#[test]
fn only_the_database_layer_knows_sql() {
    let drivers =
        uses_below(SERVER, &["diesel", "diesel_async", "diesel_migrations", "tokio_postgres", "sql_query"], Keep::Code);
    let statements = uses_below(
        SERVER,
        &["SELECT ", "INSERT INTO ", "DELETE FROM ", "UPDATE ", "CREATE ", "ALTER ", "DROP "],
        Keep::Strings,
    );
    let outside =
        drivers.into_iter().chain(statements).filter(|finding| !finding.path.starts_with("server-impl/src/db/"));
    let allowed = [Allowed {
        place: "server-impl/src/config/database_url.rs",
        reason: "the driver says whether a connection string is valid",
    }];
    assert_tidy("move what speaks SQL to server-impl/src/db/ and call it from here:", &allowed, outside.collect());
}

#[test]
fn only_named_places_choose_an_http_status() {
    let allowed = [
        Allowed { place: "server-impl/src/error.rs", reason: "the one table from an error to its status" },
        Allowed { place: "server-impl/src/http/", reason: "layers answer by themselves: preflights, 304, health" },
        Allowed { place: "server-impl/src/telemetry/metrics.rs", reason: "the metrics port answers by itself" },
        Allowed { place: "server-impl/src/mock/", reason: "a client of the mock asks for the status it wants" },
    ];
    let uses = uses_below(SERVER, &["StatusCode::"], Keep::Code);
    assert_tidy("return an error that server-impl/src/error.rs gives a status to:", &allowed, uses);
}

#[test]
fn only_the_configuration_reads_the_environment() {
    let allowed = [
        Allowed {
            place: "crates/contract/src/generate/",
            reason: "the build step is configured by cargo's environment",
        },
        Allowed {
            place: "crates/local-postgres/",
            reason: "Postgres is found on the PATH, or named for a run of the tests",
        },
        Allowed {
            place: "server-impl/src/cli/args/conform.rs",
            reason: "the proxy of an HTTP client is in HTTP_PROXY, HTTPS_PROXY and NO_PROXY",
        },
        Allowed { place: "tools/", reason: "the scripts of `make` pass on what they have installed" },
    ];
    let variables = ["env::var", "env::var_os", "env::vars", "env::vars_os"];
    let uses = [SERVER, "crates/", "tools/"].into_iter().flat_map(|folder| uses_below(folder, &variables, Keep::Code));
    let outside = uses.filter(|finding| !finding.path.starts_with("server-impl/src/config/"));
    assert_tidy("make it a setting (server-impl/src/config/), and pass the value on:", &allowed, outside.collect());
}

/// `make test` leaves out documentation tests: there are none, and looking for them in every crate takes long.
#[test]
fn no_example_in_documentation_waits_to_be_run() {
    let mut findings = Vec::new();
    for path in below("", ".rs").filter(|path| !is_generated(path)) {
        let mut in_block = false;
        for (index, line) in read(path).lines().enumerate() {
            let text = line.trim_start();
            let Some(text) = text.strip_prefix("///").or_else(|| text.strip_prefix("//!")) else { continue };
            let Some(language) = text.trim_start().strip_prefix("```") else { continue };
            in_block = !in_block;
            if in_block && ["", "rust", "no_run", "should_panic"].contains(&language.trim()) {
                findings.push(Finding { path: path.to_owned(), line: index + 1, what: line.trim().to_owned() });
            }
        }
    }
    assert_tidy("make it a test, or mark the block as ```text:", &[], findings);
}
