//! The documents with instructions are correct: their patches are applied and their commands run, in order, on a copy of
//! the repository, and every command prints what the document shows.
//!
//! A line `…` stands for any lines, and `…` within a line for any text.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test reports what went wrong by panicking")]

mod scratch;

use scratch::{Scratch, is_of, own_crates, repository};
use std::fs;

/// A fenced block to apply or run.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Patch(String),
    /// Commands, each with what it prints.
    Commands(Vec<(String, Vec<String>)>),
}

fn steps(document: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut lines = document.lines();
    while let Some(line) = lines.next() {
        let Some(language) = line.strip_prefix("```") else { continue };
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        match language {
            "diff" => steps.push(Step::Patch(block.join("\n") + "\n")),
            "console" => {
                let mut commands: Vec<(String, Vec<String>)> = Vec::new();
                for line in block {
                    match (line.strip_prefix("$ "), commands.last_mut()) {
                        (Some(command), _) => commands.push((command.to_owned(), Vec::new())),
                        (None, Some((_, printed))) => printed.push(line.to_owned()),
                        (None, None) => panic!("what prints {line:?}?"),
                    }
                }
                steps.push(Step::Commands(commands));
            }
            _ => {}
        }
    }
    steps
}

/// The first line that was shown and not printed, if there is one.
fn missing<'a>(shown: &'a [String], printed: &str) -> Option<&'a str> {
    let mut printed = printed.lines();
    let mut is_next = true;
    for line in shown {
        if line.trim() == "…" {
            is_next = false;
            continue;
        }
        let found = if is_next {
            printed.next().is_some_and(|other| fits(line, other))
        } else {
            printed.any(|other| fits(line, other))
        };
        if !found {
            return Some(line);
        }
        is_next = true;
    }
    None
}

/// Whether a printed line is the one that was shown.
fn fits(shown: &str, printed: &str) -> bool {
    let mut parts = shown.split('…');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = printed.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    for (index, part) in parts.iter().enumerate() {
        if index + 1 == parts.len() {
            return rest.ends_with(part);
        }
        let Some(position) = rest.find(part) else { return false };
        rest = &rest[position + part.len()..];
    }
    rest.is_empty()
}

#[test]
#[ignore = "takes minutes, and needs Java and Postgres: make check-docs"]
fn following_new_operation_leads_to_a_green_build() {
    let document = fs::read_to_string(repository().join("docs/new-operation.md")).unwrap();
    let steps = steps(&document);
    assert!(steps.iter().filter(|step| matches!(step, Step::Patch(_))).count() > 3, "{steps:#?}");
    let scratch = Scratch::new();
    for step in &steps {
        match step {
            Step::Patch(patch) => {
                fs::write(scratch.path("step.patch"), patch).unwrap();
                let applied = scratch.run("git apply --recount step.patch && rm step.patch");
                assert!(applied.status.success(), "{}\n{patch}", String::from_utf8_lossy(&applied.stdout));
            }
            Step::Commands(commands) => {
                for (command, shown) in commands {
                    let output = scratch.run(command);
                    let printed = String::from_utf8_lossy(&output.stdout);
                    println!("$ {command}\n{printed}");
                    if let Some(line) = missing(shown, &printed) {
                        panic!("`{command}` is to print\n{line}\nand printed\n{printed}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_document_is_read_as_patches_and_commands() {
    let document = "text\n```diff\n--- a\n+++ b\n```\n```console\n$ one\n1\n…\n$ two\n```\n```rust\nfn x() {}\n```\n";
    let printed = vec!["1".to_owned(), "…".to_owned()];
    assert_eq!(
        steps(document),
        [
            Step::Patch("--- a\n+++ b\n".to_owned()),
            Step::Commands(vec![("one".to_owned(), printed), ("two".to_owned(), Vec::new())]),
        ]
    );
}

#[test]
fn the_shown_lines_must_be_printed_in_this_order() {
    let missing = |shown: &[&str], printed: &str| {
        let shown: Vec<String> = shown.iter().map(|line| (*line).to_owned()).collect();
        missing(&shown, printed).map(str::to_owned)
    };
    assert_eq!(missing(&["a", "b"], "a\nb\nc"), None);
    assert_eq!(missing(&["…", "c"], "a\nb\nc"), None);
    assert_eq!(missing(&["a", "…", "c … e"], "a\nb\nc d e"), None);
    assert_eq!(missing(&["a", "c"], "a\nb\nc"), Some("c".to_owned()));
    assert_eq!(missing(&["…", "c", "…", "a"], "a\nb\nc"), Some("a".to_owned()));
    assert_eq!(missing(&["…b"], "ab"), None);
    assert_eq!(missing(&["a…"], "b"), Some("a…".to_owned()));
}

#[test]
fn builds_of_own_crates_are_distinguished_from_those_of_others_with_similar_names() {
    let lock = "version = 4\n\n[[package]]\nname = \"immich-wire\"\nversion = \"0.1.0\"\n\n\
                [[package]]\nname = \"serde\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\n";
    let own = own_crates(lock);
    assert_eq!(own, ["immich_wire"]);
    for file in ["immich-wire-0f", "libimmich_wire-0f.rmeta", "immich_wire-0f.d", "libimmich_wire-0f.rlib"] {
        assert!(is_of(&own, file), "{file}");
    }
    for file in ["immich-wires-0f", "libwire-0f.rlib", "serde_json-0f.d", "libserde-0f.rmeta", "serde-json-0f"] {
        assert!(!is_of(&own, file), "{file}");
    }
}
