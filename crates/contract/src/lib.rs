//! The contract as data.
//!
//! `spec/openapi.json` is upstream's contract, unchanged. `spec/overlay.json` adds upstream's behavior on the wire that
//! this document does not describe. Both together are the **effective contract** ([`effective`]): it is served to
//! clients, and everything is generated from it. The generator's templates are simple. This crate computes everything
//! else that they need (names in Rust's cases, types, validation rules, the order of routes) and adds it to the
//! document as `x-rust` extensions ([`annotate`]). It refuses whatever the templates cannot express, and names the
//! place in the document ([`Refusal`]).

mod dialect;
pub mod diff;
mod document;
pub mod generate;
mod inline;
mod names;
mod operation;
mod overlay;
pub mod pins;
mod prose;
mod read;
mod reader;
mod refusal;
mod rule;
mod schema;
mod skeleton;
mod structure;
mod text;

pub use dialect::{LeftOut, each_schema, in_terms_of_3_0};
pub use document::{METHODS, escape, operations, reference, resolve};
pub use overlay::{OverlayError, apply_all, apply_fitting, effective, is_applied};
pub use prose::without_prose;
pub use read::{ReadError, read_document};
pub use refusal::Refusal;

use reader::Reader;
use serde_json::Value;

/// What the generator reads.
#[derive(Debug, Clone)]
pub struct Annotated {
    /// What the templates need to know of the document as a whole, of every operation and of every schema.
    pub facts: Value,
}

impl Annotated {
    /// The operations and schemas for the generator, each with what the templates need to know as `x-rust`.
    #[must_use]
    pub fn document(&self) -> Value {
        skeleton::document(&self.facts)
    }
}

/// Works out what the templates need to know of the effective contract.
///
/// # Errors
/// Everything in the contract that the templates do not support, all places together.
pub fn annotate(effective: &Value) -> Result<Annotated, Vec<Refusal>> {
    let mut reader = Reader::new(effective);
    structure::check(&mut reader);
    if !reader.is_content() {
        // Unresolved references would only cause further errors.
        return Err(reader.into_refusals());
    }
    let named = inline::name_enumerations(&mut reader);
    let mut refusals = reader.into_refusals();

    let mut reader = Reader::new(&named);
    let mut schemas = schema::facts(&mut reader);
    if refusals.is_empty() && !reader.is_content() && schemas.is_empty() {
        return Err(reader.into_refusals());
    }
    let mut facts = operation::facts(&mut reader);
    refusals.extend(reader.into_refusals());
    if !refusals.is_empty() {
        return Err(refusals);
    }
    schemas.sort_by_key(|model| model["file"].as_str().map(str::to_owned));
    facts["pins"] = pins::facts(effective);
    facts["models"] = Value::Array(schemas);
    Ok(Annotated { facts })
}
