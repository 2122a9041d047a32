//! The Makefile is the index of tasks: each target explains itself, and what the documents name is there.

use std::collections::BTreeSet;

use crate::files::{below, read};
use crate::paths::{Place, documents, marked_up};
use crate::{Finding, assert_tidy};

/// The target and its line in `make help`.
fn targets() -> Vec<(String, Option<String>)> {
    let text = read("Makefile");
    let rules = text.lines().filter_map(|line| {
        let (name, rest) = line.split_once(':')?;
        let is_target = !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        let help = rest.split_once("## ").map(|(_, help)| help.trim().to_owned());
        (is_target && !rest.starts_with('=')).then(|| (name.to_owned(), help))
    });
    rules.collect()
}

#[test]
fn every_make_target_has_its_line_in_help() {
    let targets = targets();
    assert!(targets.len() > 20, "{targets:?}");

    let silent: Vec<_> = targets.iter().filter(|(_, help)| help.as_ref().is_none_or(|help| help.len() < 10)).collect();
    assert!(silent.is_empty(), "write `name: ## what it does` in the Makefile for {silent:?}");
    let names: BTreeSet<&str> = targets.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names.len(), targets.len(), "a target is in the Makefile twice: {targets:?}");
}

#[test]
fn every_script_is_used_and_every_used_script_exists() {
    let mut callers = read("Makefile") + &read(".ci/run");
    let scripts: BTreeSet<&str> = below("scripts/", ".sh").collect();
    for path in &scripts {
        callers += &read(path);
    }
    // Run by hand when the viewer of the documentation page is raised to a new version.
    callers += "scripts/update-docs-page.sh";

    let is_of_path = |c: char| c.is_ascii_alphanumeric() || "./-_".contains(c);
    let called: BTreeSet<&str> = callers
        .split(|c| !is_of_path(c))
        .filter(|word| word.strip_prefix("scripts/").is_some_and(|name| name.contains(".sh")))
        .chain(["scripts/common.sh"])
        .collect();

    let unused: Vec<_> = scripts.difference(&called).collect();
    assert!(unused.is_empty(), "no target and no script calls these, remove them: {unused:?}");
    let missing: Vec<_> = called.difference(&scripts).collect();
    assert!(missing.is_empty(), "the Makefile or a script calls what is not there: {missing:?}");
}

#[test]
fn every_make_target_that_a_document_names_exists() {
    let targets: BTreeSet<String> = targets().into_iter().map(|(name, _)| name).collect();
    let mut findings = Vec::new();
    let mut named = 0;
    for path in documents() {
        for Place { line, text, .. } in marked_up(&read(path)) {
            // A command may begin with variables: `ONLY=text make drift`.
            let mut command = text.trim_start_matches("$ ").split_whitespace().skip_while(|word| word.contains('='));
            let (Some("make"), Some(target)) = (command.next(), command.next()) else { continue };
            let is_of_target = |c: char| c.is_ascii_lowercase() || c == '-';
            let target = target.trim_end_matches(|c| !is_of_target(c));
            if target.is_empty() || !target.chars().all(is_of_target) {
                continue;
            }
            named += 1;
            if !targets.contains(target) {
                findings.push(Finding { path: path.to_owned(), line, what: format!("make {target}") });
            }
        }
    }
    assert!(named > 20, "found only {named} targets in the documents");
    assert_tidy("these targets are not in the Makefile, see `make help`:", &[], findings);
}
