//! The recorded instructions per request, `tools/bench/instructions.json`: a figure that grows fails.

use crate::error::BenchError;
use crate::measure::instructions::Counted;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Growth that passes: the libraries of the system and the compiler's choices make some.
const TOLERANCE: f64 = 0.05;

/// The committed file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Baseline {
    /// By the name of cargo's profile that the program was built with.
    profiles: BTreeMap<String, Recorded>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Recorded {
    /// Another compiler may well compile differently.
    compiler: String,
    /// Per request, by kind of request.
    instructions: BTreeMap<String, u64>,
}

/// A figure beside the recorded one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Compared {
    name: String,
    now: u64,
    recorded: Option<u64>,
}

impl Compared {
    #[allow(clippy::cast_precision_loss, reason = "some millions")]
    fn growth(&self) -> Option<f64> {
        Some(self.now as f64 / self.recorded? as f64 - 1.0)
    }

    /// Whether it has grown by more than 5 %, or was never recorded.
    pub(crate) fn fails(&self) -> bool {
        self.growth().is_none_or(|growth| growth > TOLERANCE)
    }
}

impl std::fmt::Display for Compared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mark = match self.growth() {
            None => "NEW",
            Some(_) if self.fails() => "GROWN",
            Some(_) => "ok",
        };
        write!(f, "{mark:5} {:22} {:>10} instructions per request, ", self.name, self.now)?;
        match (self.recorded, self.growth()) {
            (Some(recorded), Some(growth)) => write!(f, "{recorded:>10} recorded: {:+.1} %", growth * 100.0),
            _ => f.write_str("none recorded"),
        }
    }
}

impl Baseline {
    pub(crate) fn read(path: &Path) -> Result<Self, BenchError> {
        let text = fs::read_to_string(path).map_err(BenchError::file(path))?;
        serde_json::from_str(&text).map_err(BenchError::json(path))
    }

    pub(crate) fn write(&self, path: &Path) -> Result<(), BenchError> {
        let text = serde_json::to_string_pretty(self).map_err(BenchError::json(path))?;
        fs::write(path, text + "\n").map_err(BenchError::file(path))
    }

    /// Replaces the recorded figures of a profile.
    pub(crate) fn record(&mut self, profile: &str, compiler: &str, counted: &[Counted]) {
        let instructions = counted.iter().map(|one| (one.name.clone(), one.per_request)).collect();
        self.profiles.insert(profile.to_owned(), Recorded { compiler: compiler.to_owned(), instructions });
    }

    /// The compiler that built the program whose figures are recorded.
    pub(crate) fn compiler(&self, profile: &str) -> Option<&str> {
        self.profiles.get(profile).map(|recorded| recorded.compiler.as_str())
    }

    /// Each figure beside the recorded one.
    pub(crate) fn compare(&self, profile: &str, counted: &[Counted]) -> Vec<Compared> {
        let recorded = |name: &str| self.profiles.get(profile)?.instructions.get(name).copied();
        let compare =
            |one: &Counted| Compared { name: one.name.clone(), now: one.per_request, recorded: recorded(&one.name) };
        counted.iter().map(compare).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::callgrind::Dump;
    use std::path::PathBuf;

    fn compared(recorded: u64, profile: &str, now: u64) -> Compared {
        let counted = |per_request| Counted {
            name: "ping".to_owned(),
            per_request,
            dump: Dump { file: PathBuf::new(), instructions: 0 },
        };
        let mut baseline = Baseline::default();
        baseline.record("dev", "rustc 1", &[counted(recorded)]);
        assert_eq!(baseline.compiler("dev"), Some("rustc 1"));
        baseline.compare(profile, &[counted(now)]).remove(0)
    }

    #[test]
    fn growth_above_five_percent_fails() {
        assert!(compared(10_000, "dev", 10_510).fails());
        assert!(!compared(10_000, "dev", 10_490).fails());
        assert!(!compared(10_000, "dev", 5_000).fails());
    }

    #[test]
    fn a_figure_without_a_recorded_one_fails() {
        let compared = compared(10_000, "release", 1);

        assert!(compared.fails());
        assert_eq!(
            compared.to_string(),
            "NEW   ping                            1 instructions per request, none recorded"
        );
    }

    #[test]
    fn a_line_says_by_how_much_a_figure_has_grown() {
        let line = compared(20_000, "dev", 22_000).to_string();

        assert!(line.starts_with("GROWN") && line.ends_with("+10.0 %"), "{line}");
    }

    #[test]
    fn the_committed_file_is_written_as_it_is_read() {
        let committed = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/instructions.json"));
        let copy = std::env::temp_dir().join(format!("immich-bench-baseline-{}.json", std::process::id()));

        Baseline::read(committed).unwrap().write(&copy).unwrap();

        assert_eq!(fs::read_to_string(&copy).unwrap(), fs::read_to_string(committed).unwrap());
        fs::remove_file(&copy).unwrap();
    }
}
