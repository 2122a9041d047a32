//! Other programs that measure: started, and what they print understood.

use crate::error::BenchError;
use std::process::{Command, Stdio};

/// Runs a command to its end and gives what it printed, its complaints at the end. The error names the program, not its arguments: there may be
/// credentials among them.
pub(crate) fn output(program: &str, command: &mut Command) -> Result<String, BenchError> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|source| BenchError::Start { program: program.to_owned(), source })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(BenchError::Failed { program: program.to_owned(), output: said.trim().to_owned() });
    }
    Ok(String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}
