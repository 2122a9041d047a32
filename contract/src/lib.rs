//! The contract as data.
//!
//! `spec/openapi.json` is the contract, byte for byte. `spec/overlay.json` says what upstream does on the wire and
//! its document leaves out. Both together are the **effective contract** ([`effective`]): it is served to clients, and
//! it feeds the generator. The generator's templates are simple; what they cannot work out themselves (names in Rust's
//! cases, validation rules, the order of routes) is worked out here and handed to them as `x-rust` extensions
//! ([`annotate`]). What the templates cannot express is refused here, with the place in the document ([`Refusal`]).

mod document;
pub mod generate;
mod operation;
mod overlay;
pub mod pins;
mod prose;
mod refusal;
mod rule;
mod schema;

pub use document::{METHODS, operations, reference, resolve};
pub use overlay::{OverlayError, effective, is_applied};
pub use prose::without_prose;
pub use refusal::Refusal;

use serde_json::Value;

/// What the generator works on.
#[derive(Debug, Clone)]
pub struct Annotated {
    /// The effective contract with an `x-rust` extension on every operation and schema.
    pub document: Value,
    /// What holds for the document as a whole.
    pub facts: Value,
}

/// Works out what the templates need to know of the effective contract.
///
/// # Errors
/// Everything in the contract that the templates do not support, all places together.
pub fn annotate(effective: &Value) -> Result<Annotated, Vec<Refusal>> {
    let mut refusals = Vec::new();
    let mut document = effective.clone();
    schema::annotate(effective, &mut document, &mut refusals);
    let mut facts = operation::annotate(effective, &mut document, &mut refusals);
    facts["pins"] = pins::facts(effective);
    if refusals.is_empty() { Ok(Annotated { document, facts }) } else { Err(refusals) }
}
