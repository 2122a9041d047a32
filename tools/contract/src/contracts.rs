//! The contracts that are compared: the accepted one, the one in `spec/`, any other document.

use immich_contract::generate::{self, GenerateError, Layout};
use immich_contract::{OverlayError, effective, is_applied, pins};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// A contract, and where it comes from.
#[derive(Debug, Clone)]
pub struct Contract {
    /// With the overlay applied, if that is possible.
    pub document: Value,
    /// Its source, in words.
    pub origin: String,
    /// How it was read, if that matters to the reader.
    pub note: Option<String>,
}

/// Why a contract cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum ContractError {
    /// It cannot be read, or the overlay in `spec/` cannot be applied.
    #[error(transparent)]
    Read(#[from] GenerateError),
    /// It is not an OpenAPI document.
    #[error("{path}: not an OpenAPI document: it has no `openapi` and `paths`", path = .0.display())]
    NotOpenApi(PathBuf),
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
    Ok(Contract { document, origin: format!("the accepted contract ({})", pins::ACCEPTED), note: None })
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
    })
}

/// Any other contract. The overlay of this repository is applied to it if possible.
///
/// # Errors
/// It cannot be read, or is not an OpenAPI document.
pub fn other(root: &Path, path: &Path) -> Result<Contract, ContractError> {
    let document = generate::read_json(path)?;
    if !document.get("openapi").is_some_and(Value::is_string) || !document.get("paths").is_some_and(Value::is_object) {
        return Err(ContractError::NotOpenApi(path.to_owned()));
    }
    let origin = path.display().to_string();
    let overlay = generate::read_json(&root.join("spec/overlay.json"))?;
    if is_applied(&document, &overlay) {
        let note = format!("spec/overlay.json is already applied to {origin}");
        return Ok(Contract { document, origin, note: Some(note) });
    }
    match effective(&document, &overlay) {
        Ok(document) => {
            let note = format!("spec/overlay.json was applied to {origin}");
            Ok(Contract { document, origin, note: Some(note) })
        }
        Err(error @ OverlayError::NoMatch { .. }) => {
            let note = format!("comparing {origin} without spec/overlay.json, which cannot be applied to it ({error})");
            Ok(Contract { document, origin, note: Some(note) })
        }
        Err(error) => Err(ContractError::Overlay(error)),
    }
}
