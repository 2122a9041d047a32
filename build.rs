//! The build step: spec/ → generated/. It is the build script of `generated/`, so that the contract's traits and types
//! are up to date before anything that depends on them is compiled.

use immich_contract::generate::{Layout, Outcome, bring_up_to_date};
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    match build() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Cargo shows what a failed build script wrote here.
            eprintln!("\n{error}\n");
            ExitCode::FAILURE
        }
    }
}

fn build() -> Result<(), Box<dyn Error>> {
    let generated = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let root = generated.parent().ok_or("generated/ has no parent folder")?;
    let layout = Layout::of_repository(root);
    for path in layout.watched() {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    for variable in Layout::VARIABLES {
        println!("cargo::rerun-if-env-changed={variable}");
    }
    let scratch = PathBuf::from(std::env::var("OUT_DIR")?);
    if let Outcome::Regenerated(reason) = bring_up_to_date(&layout, &scratch)? {
        println!("cargo::warning=generated/ was regenerated from spec/ ({reason})");
    }
    Ok(())
}
