//! Other programs that measure: started, and what they print understood.

pub(crate) mod callgrind;
pub(crate) mod pgbench;
pub(crate) mod wrk;

use crate::error::BenchError;
use std::io;
use std::process::{Command, Stdio};

/// Runs a command to its end and gives its standard output.
pub(crate) fn output(command: &mut Command) -> Result<String, BenchError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let name = || {
        let last = command.get_args().next().map(|argument| argument.to_string_lossy().into_owned());
        format!("{program} {}", last.unwrap_or_default())
    };
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|source: io::Error| BenchError::Start { program: program.clone(), source })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(BenchError::Failed { program: name(), output: said.trim().to_owned() });
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
