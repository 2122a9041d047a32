//! Documents name tests as their proof, and operations as their subject: both are there.

use std::collections::BTreeSet;

use crate::files::{below, read};
use crate::paths::{Kind, marked_up};

/// The full names of the integration tests, as `cargo test --test wire` and `--test tidy` print them.
fn integration_tests() -> BTreeSet<String> {
    let mut tests = BTreeSet::new();
    for path in below("tests/", ".rs") {
        let module =
            path.trim_start_matches("tests/").trim_start_matches("tidy/").trim_end_matches(".rs").replace('/', "::");
        let module = module.trim_end_matches("::mod");
        let text = read(path);
        let marked = text.split("#[test]\n").skip(1).chain(text.split("#[tokio::test").skip(1));
        let functions = marked.filter_map(|rest| rest.split_once("fn ")?.1.split('(').next());
        tests.extend(functions.map(|function| format!("{module}::{function}")));
    }
    tests
}

#[test]
fn every_test_named_in_a_document_exists() {
    let tests = integration_tests();
    let is_test = |text: &str| {
        text.contains("::") && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_:".contains(c))
    };
    let documents = [
        ("docs/asvs.md", 30),
        ("docs/beside.md", 10),
        ("docs/clients.md", 1),
        ("docs/compatibility.md", 40),
        ("docs/contributing.md", 10),
    ];
    for (document, least) in documents {
        let places = marked_up(&read(document)).into_iter();
        let named: BTreeSet<String> =
            places.filter(|place| place.kind == Kind::Span && is_test(&place.text)).map(|place| place.text).collect();

        assert!(named.len() > least, "{document} names its tests: {named:?}");
        let missing: Vec<_> = named.difference(&tests).collect();
        assert!(missing.is_empty(), "{document} names tests that do not exist: {missing:#?}");
    }
}

#[test]
fn every_operation_has_a_row_in_the_compatibility_table() {
    let contract = read("generated/openapi.json");
    let operations = contract.split("\"operationId\": \"").skip(1).filter_map(|rest| rest.split('"').next());
    let operations: BTreeSet<&str> = operations.collect();
    assert!(operations.len() >= 24, "{operations:?}");

    let document = read("docs/compatibility.md");

    for operation in operations {
        assert!(document.contains(&format!("| `{operation}` |")), "docs/compatibility.md lacks a line for {operation}");
    }
}
