//! TLS to the database, on a Postgres with certificates.

mod clients;
mod cluster;
mod import;
mod language;
mod server;

use cluster::Cluster;
pub(crate) use cluster::{Authority, Kind};

use crate::harness::{Outcome, Program};

/// A run that connects to the database at this URL.
fn migrate(url: &str) -> Program {
    Program::run(["migrate"]).with("DB_URL", url)
}

/// Fails if the run succeeds, or if its line lacks one of these texts.
#[track_caller]
fn must_fail(outcome: &Outcome, texts: &[&str]) {
    let line = outcome.must_fail_in_one_line();
    for text in texts {
        assert!(line.contains(text), "`{text}` is missing: {line}");
    }
}

/// A Postgres whose certificate is right.
async fn cluster() -> Cluster {
    let authority = Authority::new();
    let server = authority.issue(Kind::Server);
    Cluster::start(authority, server).await
}
