//! `immich-server conform`: checks whether a server conforms to the contract.

use super::Failure;
use super::args::Conform;
use immich_conform::{Contract, Report, Waivers, progress_bar};
use std::io::{IsTerminal as _, Write as _, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

/// The exit status if the server could not be checked.
const NOT_CHECKED: u8 = 2;

/// Checks the server and prints the report. The exit status is 0 if it conforms, 1 if not, 2 if it could not be
/// checked.
pub(super) fn run(arguments: &Conform) -> ExitCode {
    match check(arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("immich-server: {}", crate::config::one_line(&crate::error::chain(&*failure)));
            ExitCode::from(NOT_CHECKED)
        }
    }
}

fn check(arguments: &Conform) -> Result<bool, Failure> {
    let contract = Contract::parse(immich_api::CONTRACT)?;
    let waivers = arguments.waivers.as_deref().map(Waivers::read).transpose()?.unwrap_or_default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let options = arguments.options()?;
    let report = runtime.block_on(immich_conform::run(&contract, &options, &waivers, progress_bar()))?;
    // The files come first: they must be written even if standard output is closed early.
    write(arguments, &report)?;
    stdout().write_all(report.to_text(stdout().is_terminal()).as_bytes())?;
    Ok(report.conforming)
}

fn write(arguments: &Conform, report: &Report) -> Result<(), Failure> {
    let write = |file: &Option<PathBuf>, text: String| match file {
        Some(path) => {
            std::fs::write(path, text).map_err(|error| format!("could not write {}: {error}", path.display()))
        }
        None => Ok(()),
    };
    write(&arguments.junit, report.to_junit()?)?;
    write(&arguments.json, report.to_json()?)?;
    write(&arguments.html, report.to_html())?;
    Ok(())
}
