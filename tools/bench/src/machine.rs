//! The machine and the programs of a run, for the report.

use crate::cores::Placement;
use crate::run::output;
use std::process::Command;

/// Facts as (name, value).
pub(crate) fn facts(placement: &Placement) -> Vec<(&'static str, String)> {
    let postgres = format!("'{}' --version", local_postgres::program("postgres").display());
    vec![
        ("processor", first_line("sed -n 's/^model name.*: //p' /proc/cpuinfo")),
        ("cores", placement.describe()),
        ("memory", first_line("sed -n 's/^MemTotal: *//p' /proc/meminfo")),
        ("kernel", first_line("uname -r")),
        ("compiler", compiler()),
        ("database", first_line(&postgres)),
        ("callgrind", first_line("valgrind --version")),
        ("commit", first_line("git describe --always --dirty")),
    ]
}

/// The compiler's name and version.
pub(crate) fn compiler() -> String {
    first_line("rustc --version")
}

/// A missing fact is no reason to throw the measurements away.
fn first_line(command: &str) -> String {
    let printed = output("sh", Command::new("sh").args(["-c", command])).unwrap_or_default();
    printed.lines().next().unwrap_or("unknown").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_is_the_first_line_that_a_command_prints() {
        assert_eq!(first_line("printf 'one\\ntwo\\n'"), "one");
        assert_eq!(first_line("exit 1"), "unknown");
    }
}
