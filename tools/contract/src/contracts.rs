//! The contracts that are compared: the accepted one, the one in `spec/`, any other document.

use immich_contract::diff::files::{self, Document, FileError};
use immich_contract::generate::{self, GenerateError, Layout};
use immich_contract::{OverlayError, apply_fitting, is_applied, pins};
use serde_json::{Value, json};
use std::path::Path;

/// A contract, and where it comes from.
#[derive(Debug, Clone)]
pub struct Contract {
    /// With the overlay applied, if that is possible.
    pub document: Value,
    /// Its source, in words.
    pub origin: String,
    /// How it was read, if that matters to the reader.
    pub note: Option<String>,
    /// The path of the file and its text, if it is one file.
    pub source: Option<(String, String)>,
}

/// Why a contract cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum ContractError {
    /// It cannot be read, or the overlay in `spec/` cannot be applied.
    #[error(transparent)]
    Read(#[from] GenerateError),
    /// A file cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// The overlay itself is invalid.
    #[error("spec/overlay.json: {0}")]
    Overlay(OverlayError),
}

/// The contract that the implementation was accepted with; an empty one before the first.
///
/// # Errors
/// It cannot be read.
pub fn accepted(root: &Path) -> Result<Contract, ContractError> {
    let path = root.join(pins::ACCEPTED);
    let document = if path.exists() { generate::read_json(&path)? } else { json!({}) };
    Ok(Contract { document, origin: format!("the accepted contract ({})", pins::ACCEPTED), note: None, source: None })
}

/// The contract in `spec/`.
///
/// # Errors
/// It cannot be read, or its overlay cannot be applied.
pub fn current(root: &Path) -> Result<Contract, ContractError> {
    Ok(Contract {
        document: generate::read_effective(&Layout::of_repository(root))?,
        origin: "the contract in spec/".to_owned(),
        note: None,
        source: None,
    })
}

/// A document as it is, in JSON or YAML.
///
/// # Errors
/// It cannot be read, or is not an OpenAPI document.
pub fn plain(path: &Path) -> Result<Contract, ContractError> {
    let Document { value, name, text } = files::document(path)?;
    Ok(Contract { document: value, origin: name.clone(), note: None, source: Some((name, text)) })
}

/// Any other contract. The actions of this repository's overlay are applied that fit it.
///
/// # Errors
/// It cannot be read, or is not an OpenAPI document.
pub fn other(root: &Path, path: &Path) -> Result<Contract, ContractError> {
    let mut contract = plain(path)?;
    let overlay = generate::read_json(&root.join("spec/overlay.json"))?;
    let origin = &contract.origin;
    if is_applied(&contract.document, &overlay) {
        contract.note = Some(format!("spec/overlay.json is already applied to {origin}"));
        return Ok(contract);
    }
    let misfits = apply_fitting(&mut contract.document, &overlay).map_err(ContractError::Overlay)?;
    contract.note = Some(if misfits.is_empty() {
        format!("spec/overlay.json was applied to {origin}")
    } else {
        let reasons: Vec<String> = misfits.iter().map(ToString::to_string).collect();
        format!("spec/overlay.json was applied to {origin}, except: {}", reasons.join("; "))
    });
    Ok(contract)
}
