//! The contracts that are compared: the accepted one, the one in `spec/`, any other document.

use immich_contract::diff::{Severities, SeverityError};
use immich_contract::generate::{self, GenerateError, Layout};
use immich_contract::{OverlayError, ReadError, apply_fitting, is_applied, pins, read_document};
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
    /// The path of the file and its text, if it is one file.
    pub source: Option<(String, String)>,
}

/// Why a contract cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum ContractError {
    /// It cannot be read, or the overlay in `spec/` cannot be applied.
    #[error(transparent)]
    Read(#[from] GenerateError),
    /// It is neither JSON nor YAML.
    #[error("{path}: {reason}", path = .path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// What the reader said.
        reason: ReadError,
    },
    /// The severities cannot be read.
    #[error("{path}: {reason}", path = .path.display())]
    Severities {
        /// The file.
        path: PathBuf,
        /// What the reader said.
        reason: SeverityError,
    },
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
    let text = read(path)?;
    let document = read_document(&text).map_err(|reason| ContractError::Syntax { path: path.to_owned(), reason })?;
    if !document.get("openapi").is_some_and(Value::is_string) || !document.get("paths").is_some_and(Value::is_object) {
        return Err(ContractError::NotOpenApi(path.to_owned()));
    }
    let origin = path.display().to_string();
    Ok(Contract { document, source: Some((origin.clone(), text)), origin, note: None })
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

/// The levels of rules in a file.
///
/// # Errors
/// It cannot be read, or names a rule or level that does not exist.
pub fn severities(path: &Path) -> Result<Severities, ContractError> {
    Severities::read(&read(path)?).map_err(|reason| ContractError::Severities { path: path.to_owned(), reason })
}

fn read(path: &Path) -> Result<String, ContractError> {
    std::fs::read_to_string(path)
        .map_err(|source| ContractError::Read(GenerateError::File { path: path.to_owned(), source }))
}
