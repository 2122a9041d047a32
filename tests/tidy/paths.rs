//! What documents point to is there, and nothing points to one machine.

use std::collections::BTreeSet;

use crate::files::{below, is_generated, read, tracked};
use crate::{Allowed, Finding, assert_tidy};

/// A piece of a document that is marked up.
pub(crate) struct Place {
    /// Counted from 1.
    pub(crate) line: usize,
    pub(crate) kind: Kind,
    pub(crate) text: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Between back-ticks.
    Span,
    /// A line of a fenced block.
    Block,
    /// The target of a link.
    Link,
}

/// The documents for people who use the repository.
pub(crate) fn documents() -> impl Iterator<Item = &'static str> {
    let crates = below("crates/", "/README.md").filter(|path| path.split('/').count() == 3);
    ["README.md"].into_iter().chain(below("docs/", ".md")).chain(crates)
}

/// All that is marked up in a document.
pub(crate) fn marked_up(document: &str) -> Vec<Place> {
    let mut places = Vec::new();
    let mut in_block = false;
    for (index, text) in document.lines().enumerate() {
        let mut add = |kind, text: &str| places.push(Place { line: index + 1, kind, text: text.to_owned() });
        if text.trim_start().starts_with("```") {
            in_block = !in_block;
        } else if in_block {
            add(Kind::Block, text);
        } else {
            text.split('`').skip(1).step_by(2).for_each(|span| add(Kind::Span, span));
            let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
            links.for_each(|link| add(Kind::Link, link));
        }
    }
    places
}

/// Files and folders, the latter with `/` at the end.
fn everything() -> BTreeSet<String> {
    let mut all: BTreeSet<String> = tracked().iter().cloned().collect();
    for path in tracked() {
        all.extend(path.match_indices('/').map(|(end, _)| path[..=end].to_owned()));
    }
    all
}

/// The path that a link in this document leads to.
fn resolved(document: &str, link: &str) -> String {
    let mut parts: Vec<&str> = document.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Whether this text between back-ticks can only be a path of the repository, and which one is then missing.
fn is_missing(text: &str, all: &BTreeSet<String>) -> bool {
    let is_path = !text.starts_with('/') && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-./".contains(c));
    if !is_path || text.contains("..") {
        return false;
    }
    let exists = |path: &str| all.contains(path) || all.contains(&format!("{path}/"));
    let is_end_of_one = || all.iter().any(|path| path.ends_with(&format!("/{text}")));
    let root = text.split_once('/').map_or("", |(first, _)| first);
    if !root.is_empty() && all.contains(&format!("{root}/")) {
        return !exists(text);
    }
    // Short forms: the end of a path.
    let is_file = [".rs", ".sh", ".mustache"].iter().any(|extension| text.ends_with(extension));
    (is_file || (text.ends_with('/') && !is_output(root))) && !exists(text) && !is_end_of_one()
}

/// Whether this folder is made by a command, and no part of the repository.
fn is_output(folder: &str) -> bool {
    read(".gitignore").lines().any(|line| line.trim_matches('/') == folder)
}

#[test]
fn every_path_that_a_document_names_exists() {
    let all = everything();
    let mut findings = Vec::new();
    let mut named = 0;
    for document in documents() {
        for Place { line, kind, text } in marked_up(&read(document)) {
            let missing = match kind {
                Kind::Span => is_missing(&text, &all),
                Kind::Link if text.contains("://") || text.starts_with(['#', '/']) => false,
                Kind::Link => {
                    let path = resolved(document, text.split('#').next().unwrap_or_default());
                    !all.contains(path.as_str()) && !all.contains(&format!("{}/", path.trim_end_matches('/')))
                }
                Kind::Block => continue,
            };
            named += 1;
            if missing {
                findings.push(Finding { path: document.to_owned(), line, what: text });
            }
        }
    }
    assert!(named > 200, "found only {named} marked-up places in the documents");
    assert_tidy("these paths are not in the repository, say where the thing is now:", &[], findings);
}

#[test]
fn no_file_names_a_place_of_one_machine() {
    let allowed = [
        Allowed { place: "scripts/setup.sh", reason: "Homebrew's fixed folder on Linux" },
        Allowed { place: "crates/local-postgres/src/binaries.rs", reason: "Homebrew's fixed folder on Linux" },
    ];
    let mut findings = Vec::new();
    for path in tracked().iter().filter(|path| is_text(path) && !is_generated(path) && !path.starts_with("tests/tidy/"))
    {
        for (index, line) in read(path).lines().enumerate() {
            if ["/root/", "/home/"].iter().any(|place| line.contains(place)) {
                findings.push(Finding { path: path.clone(), line: index + 1, what: line.trim().to_owned() });
            }
        }
    }
    assert_tidy("derive the path from a setting or from the place of the file:", &allowed, findings);
}

fn is_text(path: &str) -> bool {
    // The inputs of fuzz targets are bytes of any kind.
    !path.starts_with("tests/fuzz/corpus/") && ![".br", ".gz", ".png"].iter().any(|end| path.ends_with(end))
}

#[test]
fn missing_paths_are_recognized() {
    let all =
        BTreeSet::from(["docs/".to_owned(), "docs/a.md".to_owned(), "src/".to_owned(), "src/http/b.rs".to_owned()]);
    for present in ["docs/a.md", "src/http/b.rs", "http/b.rs", "b.rs", "application/json", "/src/gone", "a b/c.rs"] {
        assert!(!is_missing(present, &all), "{present}");
    }
    for missing in ["docs/b.md", "src/b.rs", "c.rs", "http/c.rs", "gone/"] {
        assert!(is_missing(missing, &all), "{missing}");
    }
    assert_eq!(resolved("docs/a.md", "../README.md"), "README.md");
}
