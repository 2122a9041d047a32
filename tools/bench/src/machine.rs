//! The machine and the programs of a run, for the report.

use crate::cores::Placement;
use crate::run::output;
use std::fs;
use std::process::Command;

/// Facts as (name, value).
pub(crate) fn facts(placement: &Placement) -> Vec<(&'static str, String)> {
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    let field = |path, name| field(&read(path), name).unwrap_or_else(unknown);
    vec![
        ("processor", field("/proc/cpuinfo", "model name")),
        ("cores", placement.describe()),
        ("memory", field("/proc/meminfo", "MemTotal")),
        ("kernel", read("/proc/sys/kernel/osrelease").trim().to_owned()),
        ("compiler", compiler()),
        ("database", version(Command::new(local_postgres::program("postgres")).arg("--version"))),
        ("callgrind", version(Command::new("valgrind").arg("--version"))),
        ("commit", version(Command::new("git").args(["describe", "--always", "--dirty"]))),
    ]
}

/// The compiler's name and version.
pub(crate) fn compiler() -> String {
    version(Command::new("rustc").arg("--version"))
}

fn version(command: &mut Command) -> String {
    // A missing version is no reason to throw the measurements away.
    output("version", command).map_or_else(|_| unknown(), |text| text.trim().to_owned())
}

fn unknown() -> String {
    "unknown".to_owned()
}

/// The value of the first line `name : value`.
fn field(text: &str, name: &str) -> Option<String> {
    let mut lines = text.lines().filter_map(|line| line.split_once(':'));
    lines.find(|(key, _)| key.trim() == name).map(|(_, value)| value.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_field_of_a_name_is_read() {
        let text = "processor\t: 0\nmodel name\t: Some CPU: fast\nprocessor\t: 1\nmodel name\t: Other\n";

        assert_eq!(field(text, "model name").as_deref(), Some("Some CPU: fast"));
        assert_eq!(field(text, "model"), None);
    }
}
