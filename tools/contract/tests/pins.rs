//! The compiled contract, the accepted one and the one in `spec/` are the same. The pins check this when the server is
//! compiled; this test reads the files when it runs, and so also detects what a build missed.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test reports what went wrong by panicking")]

use immich_contract::generate::{self, Layout};
use immich_contract::pins::{ACCEPTED, Part, Parts, digest};
use immich_contract::without_prose;
use serde_json::Value;
use std::path::Path;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap()
}

/// The digest that the generated crate states for a part.
fn stated(part: Part<'_>) -> Option<&'static str> {
    let find = |list: &'static [(&str, &str)], name: &str| {
        list.iter().find(|(stated, _)| *stated == name).map(|(_, digest)| *digest)
    };
    match part {
        Part::Document => Some(immich_api::pins::DOCUMENT),
        Part::Operation(id) => find(&immich_api::pins::OPERATIONS, id),
        Part::Schema(name) => find(&immich_api::pins::SCHEMAS, name),
    }
}

#[test]
fn the_accepted_contract_is_the_one_in_spec_without_prose() {
    let accepted = generate::read_json(&root().join(ACCEPTED)).unwrap();
    let current = without_prose(&generate::read_effective(&Layout::of_repository(root())).unwrap());
    assert_eq!(accepted.to_string(), current.to_string());
}

#[test]
fn the_generated_crate_states_the_digest_of_every_accepted_part_and_of_no_other() {
    let accepted = generate::read_json(&root().join(ACCEPTED)).unwrap();
    let parts = Parts::of(&accepted);
    for (part, value) in parts.iter() {
        assert_eq!(stated(part), Some(digest(value).as_str()), "{part}");
    }
    assert_eq!(immich_api::pins::OPERATIONS.len(), parts.operations.len());
    assert_eq!(immich_api::pins::SCHEMAS.len(), parts.schemas.len());
}

#[test]
fn the_generated_crate_serves_the_contract_in_spec_with_its_prose() {
    let served: Value = serde_json::from_str(immich_api::CONTRACT).unwrap();
    assert_eq!(served, generate::read_effective(&Layout::of_repository(root())).unwrap());
}
