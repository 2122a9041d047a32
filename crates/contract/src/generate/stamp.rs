//! The stamp: digests of the inputs and outputs of the generation.

use super::{GenerateError, Layout, file_error, files, generator};
use crate::Annotated;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

const NAME: &str = "contract.stamp";

/// Digest by name; names are paths with `/`.
pub(super) type Digests = BTreeMap<String, String>;

/// SHA-256 as lower-case hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Every input of the generation.
pub(super) fn inputs(layout: &Layout, effective: &Value, annotated: &Annotated) -> Result<Digests, GenerateError> {
    let mut digests = Digests::new();
    digests.insert("generator".to_owned(), generator::SHA256.to_owned());
    // These depend on the contract, its overlay and the code of this crate.
    let contract = format!("{effective}{}{}", annotated.document(), annotated.facts);
    digests.insert("contract".to_owned(), sha256(contract.as_bytes()));
    let options = &layout.options;
    digests.insert("generator.yaml".to_owned(), sha256(&fs::read(options).map_err(file_error(options))?));
    for (name, bytes) in files::read_folder(&layout.templates)? {
        digests.insert(format!("templates/{name}"), sha256(&bytes));
    }
    Ok(digests)
}

/// Why the generated crate is not up to date with its inputs; none if it is.
pub(super) fn misfit(layout: &Layout, inputs: &Digests) -> Result<Option<String>, GenerateError> {
    if layout.regenerate {
        return Ok(Some("IMMICH_REGENERATE=1".to_owned()));
    }
    let generated = &layout.generated;
    let Ok(text) = fs::read_to_string(generated.join(NAME)) else { return Ok(Some("its stamp is missing".to_owned())) };
    let stamped: Digests = text
        .lines()
        .filter_map(|line| line.split_once("  "))
        .map(|(hash, name)| (name.to_owned(), hash.to_owned()))
        .collect();
    let mut present = Digests::new();
    for (name, digest) in inputs {
        present.insert(format!("from {name}"), digest.clone());
    }
    for (name, digest) in outputs(generated)? {
        present.insert(format!("made {name}"), digest);
    }
    Ok(stamped.keys().chain(present.keys()).find(|name| stamped.get(*name) != present.get(*name)).map(
        |name| match name.split_once(' ') {
            Some(("from", input)) => format!("changed: {input}"),
            Some(("made", output)) => format!("edited by hand: {}", layout.shown(&generated.join(output))),
            _ => format!("unknown entry in {NAME}: {name}"),
        },
    ))
}

/// Writes the stamp, last of all.
pub(super) fn write(generated: &Path, inputs: &Digests, outputs: &Digests) -> Result<(), GenerateError> {
    let mut text = String::new();
    for (kind, digests) in [("from", inputs), ("made", outputs)] {
        for (name, digest) in digests {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{digest}  {kind} {name}");
        }
    }
    files::write_if_changed(&generated.join(NAME), text.as_bytes())
}

/// What is in `generated/` and was made by the generator.
pub(super) fn outputs(generated: &Path) -> Result<Digests, GenerateError> {
    let mut digests = Digests::new();
    for (name, bytes) in files::read_folder(&generated.join("src"))? {
        digests.insert(format!("src/{name}"), sha256(&bytes));
    }
    if let Ok(bytes) = fs::read(generated.join("openapi.json")) {
        digests.insert("openapi.json".to_owned(), sha256(&bytes));
    }
    Ok(digests)
}
