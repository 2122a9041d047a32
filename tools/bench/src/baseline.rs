//! The instructions that requests took when somebody last looked: committed, and compared with.

use crate::error::BenchError;
use crate::measure::instructions::Counted;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Growth that is let pass: the libraries of the system, and the compiler's mood.
const TOLERANCE: f64 = 0.05;

/// Instructions per request.
type Figures = BTreeMap<String, u64>;

/// The committed file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Baseline {
    /// By cargo's name of the profile that the program was built with.
    profiles: BTreeMap<String, Recorded>,
}

/// What was counted with one profile.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Recorded {
    /// Which compiler it was: another one may well compile differently.
    compiler: String,
    instructions: Figures,
}

/// A figure beside the one that was recorded.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Compared {
    pub(crate) name: String,
    pub(crate) now: u64,
    pub(crate) recorded: Option<u64>,
}

impl Compared {
    #[allow(clippy::cast_precision_loss, reason = "some millions")]
    fn growth(&self) -> Option<f64> {
        Some(self.now as f64 / self.recorded? as f64 - 1.0)
    }

    /// Whether it is too much more, or was never recorded.
    pub(crate) fn has_grown(&self) -> bool {
        self.growth().is_none_or(|growth| growth > TOLERANCE)
    }
}

impl std::fmt::Display for Compared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, now, .. } = self;
        match (self.recorded, self.growth()) {
            (Some(recorded), Some(growth)) => {
                let mark = if self.has_grown() { "GROWN" } else { "ok   " };
                write!(
                    f,
                    "{mark} {name:22} {now:>10} instructions per request, {recorded:>10} recorded: {:+.1} %",
                    growth * 100.0
                )
            }
            _ => write!(f, "NEW   {name:22} {now:>10} instructions per request, none recorded"),
        }
    }
}

impl Baseline {
    /// Reads the file; an empty one where there is none.
    pub(crate) fn read(path: &Path) -> Result<Self, BenchError> {
        match fs::read_to_string(path) {
            Ok(text) => serde_json::from_str(&text).map_err(BenchError::json(path)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(BenchError::file(path)(error)),
        }
    }

    pub(crate) fn write(&self, path: &Path) -> Result<(), BenchError> {
        let text = serde_json::to_string_pretty(self).map_err(BenchError::json(path))?;
        fs::write(path, text + "\n").map_err(BenchError::file(path))
    }

    /// Puts what was counted in the place of what was recorded for the profile.
    pub(crate) fn record(&mut self, profile: &str, compiler: &str, counted: &[Counted]) {
        let instructions = counted.iter().map(|one| (one.name.clone(), whole(one.instructions.median))).collect();
        self.profiles.insert(profile.to_owned(), Recorded { compiler: compiler.to_owned(), instructions });
    }

    /// Which compiler the figures of a profile were recorded with.
    pub(crate) fn compiler(&self, profile: &str) -> Option<&str> {
        self.profiles.get(profile).map(|recorded| recorded.compiler.as_str())
    }

    /// Each figure beside the recorded one.
    pub(crate) fn compare(&self, profile: &str, counted: &[Counted]) -> Vec<Compared> {
        let recorded = self.profiles.get(profile).map(|recorded| &recorded.instructions);
        let compare = |one: &Counted| Compared {
            name: one.name.clone(),
            now: whole(one.instructions.median),
            recorded: recorded.and_then(|figures| figures.get(&one.name)).copied(),
        };
        counted.iter().map(compare).collect()
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of some millions; casts saturate")]
fn whole(figure: f64) -> u64 {
    figure.round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Spread;

    fn counted(name: &str, figure: f64) -> Counted {
        Counted { name: name.to_owned(), instructions: Spread::single(figure), top: Vec::new() }
    }

    fn recorded(figure: f64) -> Baseline {
        let mut baseline = Baseline::default();
        baseline.record("dev", "rustc 1", &[counted("ping", figure)]);
        baseline
    }

    fn has_grown(recorded_figure: f64, now: f64) -> bool {
        recorded(recorded_figure).compare("dev", &[counted("ping", now)])[0].has_grown()
    }

    #[test]
    fn growth_above_five_percent_is_told_and_below_is_let_pass() {
        assert!(has_grown(10_000.0, 10_510.0));
        assert!(!has_grown(10_000.0, 10_490.0));
        assert!(!has_grown(10_000.0, 5_000.0));
    }

    #[test]
    fn what_was_never_recorded_does_not_pass() {
        let compared = recorded(10_000.0).compare("release", &[counted("ping", 1.0)]);

        assert!(compared[0].has_grown());
        assert_eq!(
            compared[0].to_string(),
            "NEW   ping                            1 instructions per request, none recorded"
        );
    }

    #[test]
    fn a_line_says_by_how_much() {
        let compared = recorded(20_000.0).compare("dev", &[counted("ping", 22_000.0)]);

        assert!(compared[0].to_string().ends_with("+10.0 %"), "{}", compared[0]);
    }

    #[test]
    fn what_is_written_is_read_again() {
        let path = std::env::temp_dir().join(format!("immich-bench-baseline-{}.json", std::process::id()));
        let baseline = recorded(1.0);

        baseline.write(&path).unwrap();
        let read = Baseline::read(&path).unwrap();

        assert_eq!(read, baseline);
        assert_eq!(read.compiler("dev"), Some("rustc 1"));
        std::fs::remove_file(&path).unwrap();
        assert_eq!(Baseline::read(&path).unwrap(), Baseline::default());
    }
}
