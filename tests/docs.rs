//! Documents name tests as their proof: the tests have to be there.

use std::fs;
use std::path::Path;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The names between back ticks that have the form of a test's.
fn tests_named_in(document: &str) -> Vec<&str> {
    let quoted = document.split('`').skip(1).step_by(2);
    quoted
        .filter(|text| text.contains("::") && text.chars().all(|c| c.is_ascii_alphanumeric() || "_:".contains(c)))
        .collect()
}

fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() && !path.ends_with("node_modules") {
            sources(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn every_test_that_a_document_names_exists() {
    let mut tests = String::new();
    sources(&Path::new(ROOT).join("tests"), &mut tests);
    let document = fs::read_to_string(Path::new(ROOT).join("docs/compatibility.md")).unwrap();

    let named = tests_named_in(&document);

    assert!(named.len() > 40, "the document names its proofs: {named:?}");
    for name in named {
        let function = name.rsplit("::").next().unwrap();
        assert!(tests.contains(&format!("fn {function}(")), "docs/compatibility.md names {name}, which is not there");
    }
}

#[test]
fn every_operation_has_its_line_in_the_table_of_compatibility() {
    let document = fs::read_to_string(Path::new(ROOT).join("docs/compatibility.md")).unwrap();
    for operation in immich_api::Operation::ALL {
        assert!(document.contains(&format!("| `{}` |", operation.id())), "{} has no line", operation.id());
    }
}
