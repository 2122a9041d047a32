//! Runs other programs to their end.

use crate::error::BenchError;
use std::process::{Command, Stdio};

/// Runs a command to its end and returns its output, errors last. The error names the program without its arguments, which
/// may contain credentials.
pub(crate) fn output(program: &str, command: &mut Command) -> Result<String, BenchError> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|source| BenchError::Start { program: program.to_owned(), source })?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(BenchError::Failed { program: program.to_owned(), output: errors.trim().to_owned() });
    }
    Ok(String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}
