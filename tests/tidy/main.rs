//! The rules of this repository that no compiler checks: where things are, what they are called, what the documents say.
//!
//! The tests only read files. `docs/contributing.md` lists the rules. An exception is an [`Allowed`] entry with its
//! reason; an entry that is no longer needed fails the test, too.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test reports what went wrong by panicking, also in the functions the tests call"
)]

mod asvs;
mod crates;
mod documents;
mod files;
mod layout;
mod makefile;
mod modules;
mod paths;
mod source;
mod words;

use std::collections::BTreeSet;

/// An exception to a rule: these files may, for this reason.
struct Allowed {
    /// A file, or a folder with its `/` at the end.
    place: &'static str,
    reason: &'static str,
}

/// Something in a file that breaks a rule.
struct Finding {
    path: String,
    /// Counted from 1.
    line: usize,
    what: String,
}

/// Fail with all findings that no entry allows, and with every entry that allows nothing.
fn assert_tidy(advice: &str, allowed: &[Allowed], findings: Vec<Finding>) {
    let mut unused: BTreeSet<&str> = allowed.iter().map(|entry| entry.place).collect();
    let mut problems = Vec::new();
    for finding in findings {
        let covers = |entry: &&Allowed| {
            finding.path == entry.place || (entry.place.ends_with('/') && finding.path.starts_with(entry.place))
        };
        if let Some(entry) = allowed.iter().find(covers) {
            unused.remove(entry.place);
        } else {
            problems.push(format!("{}:{}: {}", finding.path, finding.line, finding.what));
        }
    }
    for entry in allowed.iter().filter(|entry| unused.contains(entry.place)) {
        problems.push(format!("{}: remove this exception, nothing needs it ({})", entry.place, entry.reason));
    }
    assert!(problems.is_empty(), "{advice}\n  {}\n({} findings)", problems.join("\n  "), problems.len());
}
