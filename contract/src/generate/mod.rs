//! The build step: from `spec/` to `generated/`.
//!
//! A stamp in `generated/` says from which inputs its files were made and what was in them. While it fits, nothing is
//! done, and neither Java nor the generator is needed. When it does not, the pinned generator runs into a scratch
//! folder, the result is formatted, and only files that differ are replaced, each by a rename. A lock keeps two builds
//! (an editor's and yours) from doing so at once. Nothing is ever downloaded here: `make generate` does that.

mod files;
mod generator;
mod stamp;

pub use files::write_if_changed;

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
        /// What the system said.
        source: io::Error,
    },
    /// A document is no JSON.
    #[error("{path}: not JSON: {source}", path = .path.display())]
    Json {
        /// The document.
        path: PathBuf,
        /// Where and why.
        source: serde_json::Error,
    },
    /// The overlay does not fit the contract.
    #[error("spec/overlay.json: {0}")]
    Overlay(#[from] OverlayError),
    /// The contract uses what the templates do not support.
    #[error("the contract uses what the templates do not support:\n{0}")]
    Unsupported(Refusals),
    /// The generator is needed, and it or Java is missing or is not the pinned one.
    #[error(
        "generated/ does not fit spec/ ({reason}), and {missing}\n\
         run: make generate   (it fetches the pinned generator, checks it and regenerates; Java 11 or newer is needed)"
    )]
    CannotGenerate {
        /// In what way it does not fit.
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

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The stamp fitted.
    UpToDate,
    /// Regenerated, for this reason.
    Regenerated(String),
}

/// Brings `<root>/generated` up to date with `<root>/spec`, working in `scratch`.
///
/// # Errors
/// See [`GenerateError`].
pub fn bring_up_to_date(root: &Path, scratch: &Path) -> Result<Outcome, GenerateError> {
    let spec = root.join("spec");
    let generated = root.join("generated");
    let effective = read_effective(root)?;
    let annotated = annotate(&effective).map_err(|refusals| GenerateError::Unsupported(Refusals(refusals)))?;
    let inputs = stamp::inputs(&spec, &annotated)?;

    let Some(reason) = stamp::misfit(&generated, &inputs)? else { return Ok(Outcome::UpToDate) };
    let lock_path = generated.join(".lock");
    let lock = File::create(&lock_path).map_err(file_error(&lock_path))?;
    lock.lock().map_err(file_error(&lock_path))?;
    // Another build may have done it while this one waited.
    let Some(reason) = stamp::misfit(&generated, &inputs)?.or_else(|| forced().then_some(reason)) else {
        return Ok(Outcome::UpToDate);
    };
    let fresh = generator::run(root, scratch, &annotated, &reason)?;
    let document = serde_json::to_string_pretty(&effective)
        .map_err(|source| GenerateError::Json { path: spec.join("openapi.json"), source })?;
    let outputs = files::replace(&generated, &fresh, &document)?;
    stamp::write(&generated, &inputs, &outputs)?;
    files::backdate(&generated, &spec)?;
    Ok(Outcome::Regenerated(reason))
}

/// The effective contract, from what is in `<root>/spec`.
///
/// # Errors
/// A file cannot be read, is no JSON, or the overlay does not fit.
pub fn read_effective(root: &Path) -> Result<Value, GenerateError> {
    let spec = root.join("spec");
    let contract = read_json(&spec.join("openapi.json"))?;
    let overlay = read_json(&spec.join("overlay.json"))?;
    Ok(effective(&contract, &overlay)?)
}

/// Whether the stamp is to be ignored (`IMMICH_REGENERATE=1`, as `make generate` sets it).
fn forced() -> bool {
    std::env::var_os("IMMICH_REGENERATE").is_some_and(|value| value == "1")
}

/// A file as JSON.
///
/// # Errors
/// It cannot be read, or is no JSON.
pub fn read_json(path: &Path) -> Result<Value, GenerateError> {
    let text = fs::read_to_string(path).map_err(file_error(path))?;
    serde_json::from_str(&text).map_err(|source| GenerateError::Json { path: path.to_owned(), source })
}

fn file_error(path: &Path) -> impl FnOnce(io::Error) -> GenerateError + '_ {
    move |source| GenerateError::File { path: path.to_owned(), source }
}
