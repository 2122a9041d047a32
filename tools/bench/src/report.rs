//! Everything that a run found, as JSON: `target/bench/report.json`.

use crate::error::BenchError;
use crate::machine::Machine;
use crate::measure::Found;
use crate::measure::instructions::{BARE, Counted, OURS};
use crate::rounds::Series;
use crate::targets::{self, Finding};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::Path;
use std::time::Duration;

/// What a run found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Report {
    /// The day, as ISO 8601 has it.
    pub(crate) made: String,
    pub(crate) rounds: usize,
    /// Seconds that one turn lasts.
    pub(crate) turn: u64,
    /// Seconds that the whole run took, without building.
    pub(crate) took: u64,
    pub(crate) machine: Machine,
    pub(crate) findings: Vec<Finding>,
    pub(crate) series: Vec<Series>,
    pub(crate) instructions: Vec<Counted>,
}

impl Report {
    /// Puts together what was measured: how long a turn lasted, and the whole.
    pub(crate) fn new(
        rounds: usize,
        (turn, took): (Duration, Duration),
        machine: Machine,
        found: Found,
        instructions: Vec<Counted>,
    ) -> Self {
        let mut findings = found.findings;
        let position = usize::from(!findings.is_empty());
        if let Some(finding) = compare_with_bare(&instructions) {
            findings.insert(position, finding);
        }
        Self {
            made: time::OffsetDateTime::now_utc().date().to_string(),
            rounds,
            turn: turn.as_secs(),
            took: took.as_secs(),
            machine,
            findings,
            series: found.series,
            instructions,
        }
    }
}

/// Instructions per ping, of those of bare hyper.
fn compare_with_bare(instructions: &[Counted]) -> Option<Finding> {
    let of = |name: &str| instructions.iter().find(|counted| counted.name == name);
    let (ours, bare) = (of(OURS)?, of(BARE)?);
    let bare = bare.instructions.median;
    let spread = ours.instructions;
    targets::PING_INSTRUCTIONS.judge(&[spread.low / bare, spread.median / bare, spread.high / bare])
}

/// Writes something as JSON.
pub(crate) fn write(path: &Path, what: &impl Serialize) -> Result<(), BenchError> {
    let text = serde_json::to_string_pretty(what).map_err(BenchError::json(path))?;
    fs::write(path, text + "\n").map_err(BenchError::file(path))
}

/// Reads what [`write()`] wrote.
pub(crate) fn read<T: DeserializeOwned>(path: &Path) -> Result<T, BenchError> {
    let text = fs::read_to_string(path).map_err(BenchError::file(path))?;
    serde_json::from_str(&text).map_err(BenchError::json(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Spread;

    fn counted(name: &str, low: f64, median: f64, high: f64) -> Counted {
        Counted { name: name.to_owned(), instructions: Spread { median, low, high }, top: Vec::new() }
    }

    #[test]
    fn instructions_are_compared_with_the_middle_of_bare_hypers() {
        let finding = compare_with_bare(&[counted(BARE, 9.0, 10.0, 30.0), counted(OURS, 10.0, 12.0, 20.0)]).unwrap();

        assert_eq!(finding.figure, Spread { median: 1.2, low: 1.0, high: 2.0 });
        assert!(!finding.met);
    }

    #[test]
    fn without_the_baseline_there_is_no_comparison() {
        assert_eq!(compare_with_bare(&[counted(OURS, 1.0, 1.0, 1.0)]), None);
    }
}
