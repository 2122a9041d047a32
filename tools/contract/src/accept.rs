//! Accepting a change: the contract in `spec/` becomes the accepted one.

use crate::contracts::{self, ContractError};
use immich_contract::generate::{self, GenerateError};
use immich_contract::{pins, without_prose};
use serde_json::Value;
use std::io::{self, BufRead, IsTerminal as _, Write};
use std::path::Path;
use std::process::Command;

/// Why a change is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// A contract cannot be read.
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// The accepted contract cannot be written.
    #[error(transparent)]
    Write(#[from] GenerateError),
    /// The accepted contract cannot be serialized.
    #[error("the contract cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// There is no terminal to ask for confirmation.
    #[error("not accepted: stdin and stderr must be a terminal to ask for confirmation; pass --yes to skip it")]
    NoTerminal,
    /// The user declined.
    #[error("not accepted: the answer was not \"y\" or \"yes\"")]
    Declined,
    /// The user could not be asked.
    #[error("not accepted: could not ask for confirmation: {0}")]
    Question(io::Error),
    /// Cargo could not be run.
    #[error("not accepted: could not run {program}: {source}")]
    Cargo {
        /// The program.
        program: String,
        /// The error of the system.
        source: io::Error,
    },
    /// The implementation has to follow first.
    #[error(
        "not accepted: the implementation does not compile with the current contract, even without the pins (see above)"
    )]
    DoesNotCompile,
    /// The contract was edited while it was being accepted.
    #[error("not accepted: the contract changed during the check; run it again")]
    Changed,
}

impl Refusal {
    /// Whether the change was checked and rejected. Otherwise it could not be checked.
    #[must_use]
    pub fn is_rejection(&self) -> bool {
        !matches!(self, Self::Contract(_) | Self::Write(_) | Self::Json(_) | Self::Cargo { .. })
    }
}

/// Accepts a contract, if the implementation compiles with it and the user confirms it. `yes` skips the question.
///
/// # Errors
/// See [`Refusal`]. Nothing is written then.
pub fn accept(root: &Path, current: &Value, yes: bool) -> Result<(), Refusal> {
    let can_ask = io::stdin().is_terminal() && io::stderr().is_terminal();
    if !yes && !can_ask {
        return Err(Refusal::NoTerminal);
    }
    compiles(root)?;
    if !yes && !ask(&mut io::stdin().lock(), &mut io::stderr()).map_err(Refusal::Question)? {
        return Err(Refusal::Declined);
    }
    if contracts::current(root)?.document != *current {
        return Err(Refusal::Changed);
    }
    let text = serde_json::to_string_pretty(&without_prose(current))?;
    generate::write_if_changed(&root.join(pins::ACCEPTED), format!("{text}\n").as_bytes())?;
    Ok(())
}

/// Checks that the implementation compiles without its pins.
fn compiles(root: &Path) -> Result<(), Refusal> {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut cargo = Command::new(&program);
    cargo.args(["check", "--quiet", "--locked", "--package", "immich-server"]);
    cargo.current_dir(root).env(pins::RELAXED, "1");
    let status =
        cargo.status().map_err(|source| Refusal::Cargo { program: program.to_string_lossy().into_owned(), source })?;
    if status.success() { Ok(()) } else { Err(Refusal::DoesNotCompile) }
}

fn ask(input: &mut impl BufRead, output: &mut impl Write) -> io::Result<bool> {
    write!(output, "Accept this? [y/N] ")?;
    output.flush()?;
    let mut answer = String::new();
    input.read_line(&mut answer)?;
    Ok(["y", "yes"].contains(&answer.trim().to_ascii_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_yes_means_yes() {
        for (answer, expected) in
            [("y\n", true), ("YES\n", true), ("\n", false), ("", false), ("n\n", false), ("yess\n", false)]
        {
            let mut question = Vec::new();
            assert_eq!(ask(&mut answer.as_bytes(), &mut question).unwrap(), expected, "{answer:?}");
            assert_eq!(question, b"Accept this? [y/N] ");
        }
    }
}
