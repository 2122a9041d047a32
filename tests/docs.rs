//! Documents name tests as evidence: the tests must exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The names in backticks that look like the path of a test.
fn tests_named_in(document: &str) -> Vec<&str> {
    let quoted = document.split('`').skip(1).step_by(2);
    quoted
        .filter(|text| text.contains("::") && text.chars().all(|c| c.is_ascii_alphanumeric() || "_:".contains(c)))
        .collect()
}

/// Collects the full names of the tests in a folder, which is the module of this name.
fn tests_below(folder: &Path, module: &str, tests: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let inner = if matches!(stem, "mod" | "main") { module.to_owned() } else { format!("{module}{stem}::") };
        if path.is_dir() {
            tests_below(&path, &inner, tests);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let marked = text.split("#[test]\n").skip(1).chain(text.split("#[tokio::test").skip(1));
            let functions = marked.filter_map(|rest| rest.split_once("fn ")?.1.split('(').next());
            tests.extend(functions.map(|function| format!("{inner}{function}")));
        }
    }
}

#[test]
fn every_test_named_in_a_document_exists() {
    let mut tests = BTreeSet::new();
    tests_below(&Path::new(ROOT).join("tests"), "", &mut tests);
    let document = fs::read_to_string(Path::new(ROOT).join("docs/compatibility.md")).unwrap();

    let named = tests_named_in(&document);

    assert!(named.len() > 40, "the document names its tests: {named:?}");
    let missing: Vec<_> = named.into_iter().filter(|name| !tests.contains(*name)).collect();
    assert!(missing.is_empty(), "docs/compatibility.md names tests that do not exist: {missing:#?}");
}

#[test]
fn every_operation_has_a_row_in_the_compatibility_table() {
    let document = fs::read_to_string(Path::new(ROOT).join("docs/compatibility.md")).unwrap();
    for operation in immich_api::Operation::ALL {
        assert!(document.contains(&format!("| `{}` |", operation.id())), "{} has no row", operation.id());
    }
}
