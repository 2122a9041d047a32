//! Pins: digests of the contract that the implementation was accepted with.
//!
//! The accepted contract is a file beside the implementation ([`ACCEPTED`]): the effective contract [without its
//! prose](crate::without_prose). It is cut into [`Parts`]: one per operation, one per schema, and the document as a
//! whole for all the rest, so that every value in it belongs to exactly one part. The generated crate states a digest
//! per part (`facts`). The implementation compares each digest with the accepted one in constants
//! ([`source`](source())), so that a difference is a compile error. The error names the part, the change, and how to
//! accept it.

mod parts;
mod source;
mod uses;

pub use parts::{Part, Parts};
pub use source::{errors, relaxed_source, source};
pub use uses::{used, uses};

use crate::without_prose;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// Path of the accepted contract below the root of the repository.
pub const ACCEPTED: &str = "server-impl/contract.pin.json";

/// Set to `1` by `make accept` only: the pins are not checked, and the program cannot be built.
pub const RELAXED: &str = "IMMICH_ACCEPT";

/// SHA-256 of a part, as lower-case hexadecimal.
#[must_use]
pub fn digest(part: &Value) -> String {
    Sha256::digest(part.to_string().as_bytes()).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// What the templates need to state the digests.
pub(crate) fn facts(effective: &Value) -> Value {
    let stripped = without_prose(effective);
    let parts = Parts::of(&stripped);
    let of = |name: &str, part: &Value| json!({"name": name, "digest": digest(part)});
    let operations: Vec<Value> = parts.operations.iter().map(|(id, part)| of(id, part)).collect();
    let schemas: Vec<Value> = parts.schemas.iter().map(|(name, part)| of(name, part)).collect();
    json!({
        "document": digest(&parts.document),
        "operations": operations,
        "operationCount": parts.operations.len(),
        "schemas": schemas,
        "schemaCount": parts.schemas.len(),
    })
}
