//! Compares the contract in spec/ with the one that the implementation was accepted with (`contract.pin.json`), and writes
//! the differences as constants that the compiler fails on: see `src/pins.rs`.
//!
//! It also rebuilds the program when a migration is added: the macro that embeds them does not.
//!
//! The contract is read from spec/, not from generated/, which may be regenerated while this runs.

use immich_contract::generate::{self, Layout};
use immich_contract::{pins, without_prose};
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
    let implementation = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let root = implementation.parent().ok_or("server-impl/ has no parent folder")?;
    for watched in ["migrations", "spec/openapi.json", "spec/overlay.json", pins::ACCEPTED] {
        println!("cargo::rerun-if-changed={}", root.join(watched).display());
    }
    println!("cargo::rerun-if-env-changed={}", pins::RELAXED);
    let current = without_prose(&generate::read_effective(&Layout::of_repository(root))?);
    let text = if std::env::var_os(pins::RELAXED).is_some_and(|value| value == "1") {
        pins::relaxed_source(&current)
    } else {
        let accepted = generate::read_json(&root.join(pins::ACCEPTED))?;
        pins::source(&without_prose(&accepted), &current)
    };
    std::fs::write(PathBuf::from(std::env::var("OUT_DIR")?).join("pins.rs"), text)?;
    Ok(())
}
