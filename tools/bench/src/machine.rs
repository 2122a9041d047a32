//! What was measured on, and with what.

use crate::cores::Placement;
use crate::run::output;
use serde::{Deserialize, Serialize};
use std::fs;
use std::process::Command;

/// The machine and the programs, as (name, text).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Machine(pub(crate) Vec<(String, String)>);

impl Machine {
    /// This one.
    pub(crate) fn here(placement: &Placement) -> Self {
        let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        let postgres = local_postgres::program("postgres");
        let facts = [
            ("processor", field(&cpu, "model name").unwrap_or_else(unknown)),
            ("cores", placement.describe()),
            ("memory", field(&memory, "MemTotal").unwrap_or_else(unknown)),
            ("kernel", kernel.trim().to_owned()),
            ("compiler", compiler()),
            ("database", version(Command::new(postgres).arg("--version"))),
            ("callgrind", version(Command::new("valgrind").arg("--version"))),
            ("commit", version(Command::new("git").args(["describe", "--always", "--dirty"]))),
        ];
        Self(facts.into_iter().map(|(name, text)| (name.to_owned(), text)).collect())
    }
}

/// The compiler's name and version.
pub(crate) fn compiler() -> String {
    version(Command::new("rustc").arg("--version"))
}

fn version(command: &mut Command) -> String {
    // A version that cannot be told is no reason to throw the measurements away.
    output("version", command).map_or_else(|_| unknown(), |text| text.trim().to_owned())
}

fn unknown() -> String {
    "unknown".to_owned()
}

/// The value of the first `name : value`.
fn field(text: &str, name: &str) -> Option<String> {
    let lines = text.lines().filter_map(|line| line.split_once(':'));
    let mut named = lines.filter(|(key, _)| key.trim() == name);
    named.next().map(|(_, value)| value.trim().to_owned())
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
