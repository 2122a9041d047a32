//! Every crate in `crates/` stands on its own.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use crate::files::{below, read, tracked};
use crate::{Finding, assert_tidy};

/// Crates that would serve any other program as well.
const OF_USE_TO_OTHERS: [&str; 2] = ["crates/http-server/", "crates/local-postgres/"];
const README_LINES: RangeInclusive<usize> = 5..=25;

#[test]
fn general_crates_do_not_know_what_they_are_used_for() {
    let mut findings = Vec::new();
    for folder in OF_USE_TO_OTHERS {
        assert!(below(folder, ".rs").next().is_some(), "{folder} holds no Rust; is it called something else now?");
        for path in below(folder, "").filter(|path| !path.ends_with("/README.md") && !path.ends_with("/Cargo.toml")) {
            let text = read(path);
            let named = text.lines().enumerate().filter(|(_, line)| line.to_lowercase().contains("immich"));
            findings.extend(named.map(|(index, line)| Finding {
                path: path.to_owned(),
                line: index + 1,
                what: line.trim().to_owned(),
            }));
        }
    }
    assert_tidy("let the caller pass in what is special to Immich:", &[], findings);
}

#[test]
fn every_crate_explains_itself_in_a_readme() {
    let crates: BTreeSet<&str> = below("crates/", "").filter_map(|path| path.split('/').nth(1)).collect();
    assert!(crates.len() >= 4, "{crates:?}");
    let mut problems = Vec::new();
    for name in crates {
        let path = format!("crates/{name}/README.md");
        if !tracked().contains(&path) {
            problems.push(format!("{path} is missing"));
            continue;
        }
        let lines = read(&path).lines().count();
        if !README_LINES.contains(&lines) {
            problems.push(format!("{path} has {lines} lines"));
        }
    }
    assert!(
        problems.is_empty(),
        "say in {README_LINES:?} lines what the crate does, what it does not, and how it is used: {problems:#?}"
    );
}
