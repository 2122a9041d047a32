//! The contract that this implementation was accepted with: any other does not compile.
//!
//! Types enforce the structure of the contract. Constraints, paths, defaults and permissions are no types: constants that
//! `build.rs` writes from `contract.pin.json` enforce them, one per operation and schema. A part of the contract that is not
//! as it was accepted is an error here, which names the change. `make diff` prints all changes and whether they break
//! clients; once the implementation follows the contract, `make accept` accepts it.

use immich_api::pins::{DOCUMENT, OPERATIONS, SCHEMAS};

/// Fails unless the generated crate states this digest for a part: it was made from the part as it was accepted.
#[track_caller]
const fn pinned(stated: Option<&str>, digest: &str, message: &str) {
    assert!(matches!(stated, Some(stated) if equal(stated, digest)), "{}", message);
}

/// Fails if the generated crate has a part that was not accepted.
#[track_caller]
const fn counted(operations: usize, schemas: usize, message: &str) {
    assert!(OPERATIONS.len() == operations && SCHEMAS.len() == schemas, "{}", message);
}

/// The digest that the generated crate states for the part of this name.
const fn find(list: &[(&str, &'static str)], name: &str) -> Option<&'static str> {
    let mut index = 0;
    while index < list.len() {
        if equal(list[index].0, name) {
            return Some(list[index].1);
        }
        index += 1;
    }
    None
}

const fn equal(one: &str, two: &str) -> bool {
    let (one, two) = (one.as_bytes(), two.as_bytes());
    if one.len() != two.len() {
        return false;
    }
    let mut index = 0;
    while index < one.len() {
        if one[index] != two[index] {
            return false;
        }
        index += 1;
    }
    true
}

include!(concat!(env!("OUT_DIR"), "/pins.rs"));
