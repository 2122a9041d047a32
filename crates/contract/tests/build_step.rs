//! The build step on a copy of the second contract's crate: what it does without Java, and what it says.
#![allow(
    clippy::unwrap_used,
    reason = "a test reports what went wrong by panicking, also in the functions the tests call"
)]

use immich_contract::generate::{GenerateError, Layout, Outcome, bring_up_to_date};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A copy of the crate, and no generator.
struct Copy {
    folder: TempDir,
    layout: Layout,
}

fn copy() -> Copy {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let krate = folder.path().join("crate");
    for part in ["spec", "src"] {
        copy_folder(&root.join("tests/second-contract").join(part), &krate.join(part));
    }
    for file in ["openapi.json", "contract.stamp"] {
        fs::copy(root.join("tests/second-contract").join(file), krate.join(file)).unwrap();
    }
    let layout = Layout {
        root: folder.path().to_owned(),
        generator: folder.path().join("no-generator.jar"),
        regenerate: false,
        ..Layout::of_crate(root, &krate)
    };
    Copy { folder, layout }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

impl Copy {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("crate").join(name)
    }

    /// Changes a document of the crate.
    fn edit(&self, name: &str, pointer: &str, value: Value) {
        let path = self.path(name);
        let mut document: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        *document.pointer_mut(pointer).unwrap() = value;
        fs::write(&path, document.to_string()).unwrap();
    }

    fn run(&self) -> Result<Outcome, GenerateError> {
        bring_up_to_date(&self.layout, &self.folder.path().join("scratch"))
    }

    fn says(&self) -> String {
        self.run().unwrap_err().to_string()
    }
}

#[test]
fn what_fits_its_contract_needs_neither_java_nor_the_generator() {
    assert_eq!(copy().run().unwrap(), Outcome::UpToDate);
}

#[test]
fn the_form_of_the_document_does_not_matter() {
    let copy = copy();
    copy.edit("spec/openapi.json", "/openapi", json!("3.0.0"));
    assert_eq!(copy.run().unwrap(), Outcome::UpToDate);
}

#[test]
fn a_changed_contract_needs_the_generator_and_says_which_command_fetches_it() {
    let copy = copy();
    copy.edit("spec/openapi.json", "/components/schemas/Slug/maxLength", json!(9));
    let message = copy.says();
    assert!(message.starts_with("crate is out of date with crate/spec/openapi.json (changed: contract)"), "{message}");
    assert!(message.contains("openapi-generator 7.26.0 is not at"), "{message}");
    assert!(message.contains("\nrun: make generate "), "{message}");
}

#[test]
fn a_change_of_prose_that_is_served_is_a_change_too() {
    let copy = copy();
    copy.edit("spec/openapi.json", "/info/description", json!("other prose"));
    assert!(copy.says().contains("(changed: contract)"));
}

#[test]
fn what_was_edited_by_hand_is_named() {
    let copy = copy();
    fs::write(copy.path("src/models/slug.rs"), "pub type Slug = u8;").unwrap();
    assert!(copy.says().contains("(edited by hand: crate/src/models/slug.rs)"));
}

#[test]
fn another_jar_than_the_pinned_one_is_not_run() {
    let copy = copy();
    fs::write(&copy.layout.generator, "no jar").unwrap();
    fs::remove_file(copy.path("contract.stamp")).unwrap();
    let message = copy.says();
    assert!(message.contains("(its stamp is missing)"), "{message}");
    assert!(message.contains("is not openapi-generator 7.26.0: its SHA-256 is "), "{message}");
}

#[test]
fn an_unsupported_part_is_reported_with_its_place_and_advice() {
    let copy = copy();
    copy.edit("spec/openapi.json", "/components/schemas/Ticket/properties/ticketName", json!({"anyOf": []}));
    copy.edit("spec/openapi.json", "/components/parameters/Page/in", json!("cookie"));
    assert_eq!(
        copy.says(),
        "crate/spec/openapi.json, with its overlay applied, uses what the templates do not support:\n  \
         /components/schemas/Ticket/properties/ticketName/anyOf: the keyword anyOf of a schema without type; write it as a separate schema, \
         or as a oneOf with a discriminator\n  \
         /paths/~1albums/get/parameters/0/in: the cookie \"page\" as a parameter; cookies carry credentials only: use \
         a header or the query\n"
    );
}

#[test]
fn a_document_that_cannot_be_read_is_named() {
    let copy = copy();
    fs::write(copy.path("spec/overlay.json"), "{").unwrap();
    assert!(copy.says().contains("overlay.json: not JSON: EOF"));
    fs::write(copy.path("spec/overlay.json"), "{}").unwrap();
    assert!(copy.says().contains("overlay.json: malformed overlay: its version is \"\", but only 1.0.x is supported"));
    fs::remove_file(copy.path("spec/openapi.json")).unwrap();
    assert!(copy.says().contains("openapi.json: "));
}
