//! Reads what is compared from files.

use super::{Severities, SeverityError};
use crate::{ReadError, read_document};
use serde_json::Value;
use std::io;
use std::path::{Path, PathBuf};

/// A document, and its file.
#[derive(Debug, Clone)]
pub struct Document {
    /// What the file says.
    pub value: Value,
    /// The path of the file.
    pub name: String,
    /// The content of the file.
    pub text: String,
}

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It cannot be read.
    #[error("{path}: {source}", path = .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// It is neither JSON nor YAML.
    #[error("{path}: {source}", path = .path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: ReadError,
    },
    /// It is not an OpenAPI document.
    #[error("{path}: not an OpenAPI document: it has no `openapi` and `paths`", path = .0.display())]
    NotOpenApi(PathBuf),
    /// It is not a list of severities.
    #[error("{path}: {source}", path = .path.display())]
    Severities {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: SeverityError,
    },
}

/// Reads an OpenAPI document in JSON or YAML.
///
/// # Errors
/// See [`FileError`].
pub fn document(path: &Path) -> Result<Document, FileError> {
    let text = read(path)?;
    let value = read_document(&text).map_err(|source| FileError::Syntax { path: path.to_owned(), source })?;
    if !value.get("openapi").is_some_and(Value::is_string) || !value.get("paths").is_some_and(Value::is_object) {
        return Err(FileError::NotOpenApi(path.to_owned()));
    }
    Ok(Document { value, name: path.display().to_string(), text })
}

/// Reads the levels of rules.
///
/// # Errors
/// See [`FileError`].
pub fn severities(path: &Path) -> Result<Severities, FileError> {
    Severities::read(&read(path)?).map_err(|source| FileError::Severities { path: path.to_owned(), source })
}

fn read(path: &Path) -> Result<String, FileError> {
    std::fs::read_to_string(path).map_err(|source| FileError::Read { path: path.to_owned(), source })
}
