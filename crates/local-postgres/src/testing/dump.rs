//! The content of a database as SQL.

use std::process::Command;

/// The output of `pg_dump` with these arguments, without the lines that differ from run to run.
#[must_use]
pub fn pg_dump(url: &str, arguments: &[&str]) -> String {
    let program = super::program("pg_dump");
    let output = Command::new(&program).args(arguments).arg("--dbname").arg(url).output();
    let output = output.unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    assert!(output.status.success(), "pg_dump: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("the cluster's databases are in UTF-8");
    // Newer versions enclose the dump in lines with a random word.
    let kept = text.lines().filter(|line| !line.starts_with("\\restrict") && !line.starts_with("\\unrestrict"));
    kept.flat_map(|line| [line, "\n"]).collect()
}
