//! The build step: from `spec/` to `generated/`.
//!
//! A stamp in `generated/` has the digests of the inputs and of the generated files. While the digests match, nothing
//! is done, and neither Java nor the generator is needed. Otherwise the pinned generator writes to a scratch folder,
//! the result is formatted, and the files that differ are replaced, each by a rename. A lock prevents two builds (an
//! editor's and yours) from doing so at once. This step downloads nothing: `make generate` downloads the generator.

mod files;
mod generator;
mod layout;
mod stamp;

pub use files::write_if_changed;
pub use layout::Layout;

use crate::{OverlayError, Refusal, annotate, effective};
use serde_json::Value;
use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Why `generated/` could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// A file could not be read or written.
    #[error("{path}: {source}", path = .path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// A document is not JSON.
    #[error("{path}: not JSON: {source}", path = .path.display())]
    Json {
        /// The document.
        path: PathBuf,
        /// Where and why.
        source: serde_json::Error,
    },
    /// The overlay does not fit the contract.
    #[error("{overlay}: {source}")]
    Overlay {
        /// The overlay.
        overlay: String,
        /// Where and why.
        source: OverlayError,
    },
    /// The contract uses what the templates do not support.
    #[error("{document}, with its overlay applied, uses what the templates do not support:\n{refusals}")]
    Unsupported {
        /// The contract.
        document: String,
        /// Every place.
        refusals: Refusals,
    },
    /// The generator is needed, and it or Java is missing or is not the pinned one.
    #[error(
        "{generated} is out of date with {document} ({reason}), and it cannot be generated: {missing}\n\
         run: {command}   (downloads and verifies the pinned generator, then regenerates; needs Java 11 or newer)"
    )]
    CannotGenerate {
        /// The folder that is generated.
        generated: String,
        /// The contract.
        document: String,
        /// The command that helps.
        command: &'static str,
        /// Why it is not up to date.
        reason: String,
        /// What is missing.
        missing: String,
    },
    /// The generator or the formatter failed.
    #[error("{program} failed:\n{output}")]
    Failed {
        /// Which program.
        program: &'static str,
        /// The end of what it printed.
        output: String,
    },
}

/// All refusals, one a line.
#[derive(Debug)]
pub struct Refusals(pub Vec<Refusal>);

impl fmt::Display for Refusals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for refusal in &self.0 {
            writeln!(f, "  {refusal}")?;
        }
        Ok(())
    }
}

/// The result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The stamp matched.
    UpToDate,
    /// Regenerated, for this reason.
    Regenerated(String),
}

/// Brings the generated crate up to date with its contract, working in `scratch`.
///
/// # Errors
/// See [`GenerateError`].
pub fn bring_up_to_date(layout: &Layout, scratch: &Path) -> Result<Outcome, GenerateError> {
    let effective = read_effective(layout)?;
    let annotated = annotate(&effective).map_err(|refusals| GenerateError::Unsupported {
        document: layout.shown(&layout.document).to_string(),
        refusals: Refusals(refusals),
    })?;
    let inputs = stamp::inputs(layout, &effective, &annotated)?;

    if stamp::misfit(layout, &inputs)?.is_none() {
        return Ok(Outcome::UpToDate);
    }
    let lock_path = layout.generated.join(".lock");
    let lock = File::create(&lock_path).map_err(file_error(&lock_path))?;
    lock.lock().map_err(file_error(&lock_path))?;
    // Another build may have done this while this one waited.
    let Some(reason) = stamp::misfit(layout, &inputs)? else { return Ok(Outcome::UpToDate) };
    let fresh = generator::run(layout, scratch, &annotated, &reason)?;
    let document = serde_json::to_string_pretty(&effective)
        .map_err(|source| GenerateError::Json { path: layout.document.clone(), source })?;
    let outputs = files::replace(&layout.generated, &fresh, &document)?;
    stamp::write(&layout.generated, &inputs, &outputs)?;
    files::backdate(layout)?;
    Ok(Outcome::Regenerated(reason))
}

/// The contract with its overlay applied.
///
/// # Errors
/// See [`GenerateError`].
pub fn read_effective(layout: &Layout) -> Result<Value, GenerateError> {
    let contract = read_json(&layout.document)?;
    let Some(path) = &layout.overlay else { return Ok(contract) };
    let overlay = read_json(path)?;
    effective(&contract, &overlay)
        .map_err(|source| GenerateError::Overlay { overlay: layout.shown(path).to_string(), source })
}

/// A file as JSON.
///
/// # Errors
/// It cannot be read, or is not JSON.
pub fn read_json(path: &Path) -> Result<Value, GenerateError> {
    let text = fs::read_to_string(path).map_err(file_error(path))?;
    serde_json::from_str(&text).map_err(|source| GenerateError::Json { path: path.to_owned(), source })
}

fn file_error(path: &Path) -> impl FnOnce(io::Error) -> GenerateError + '_ {
    move |source| GenerateError::File { path: path.to_owned(), source }
}
