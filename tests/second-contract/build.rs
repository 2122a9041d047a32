//! Runs the build step of `generated/` for the second contract; see `build.rs` in the root of the repository.

use immich_contract::generate::{Layout, Outcome, bring_up_to_date};
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    match build() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\n{error}\n");
            ExitCode::FAILURE
        }
    }
}

fn build() -> Result<(), Box<dyn Error>> {
    let own = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let root = own.ancestors().nth(2).ok_or("the crate is not in tests/ of the repository")?;
    let layout = Layout::of_crate(root, &own);
    for path in layout.watched() {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    for variable in Layout::VARIABLES {
        println!("cargo::rerun-if-env-changed={variable}");
    }
    let scratch = PathBuf::from(std::env::var("OUT_DIR")?);
    if let Outcome::Regenerated(reason) = bring_up_to_date(&layout, &scratch)? {
        println!("cargo::warning=tests/second-contract/ was regenerated from its spec/ ({reason})");
    }
    Ok(())
}
