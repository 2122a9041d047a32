//! The report of one run as a page of Markdown: `docs/benchmarks.md`.

use crate::error::BenchError;
use crate::measure::Results;
use crate::measure::instructions::Counted;
use crate::rounds::Series;
use crate::stats::{number, spread};
use crate::targets::{Bound, Checked};
use std::fs;
use std::path::Path;
use std::time::Duration;

/// Functions named per kind of request.
const FUNCTIONS: usize = 8;

/// What a run was, and what it measured.
pub(crate) struct Report {
    /// The day, as ISO 8601 has it.
    pub(crate) date: String,
    pub(crate) rounds: usize,
    /// How long one turn of one candidate lasts.
    pub(crate) turn: Duration,
    pub(crate) took: Duration,
    /// The machine and the programs, as (name, value).
    pub(crate) machine: Vec<(&'static str, String)>,
    pub(crate) results: Results,
    /// The functions with the most instructions, for each of `results.instructions`.
    pub(crate) top: Vec<Vec<(String, f64)>>,
}

impl Report {
    /// Writes the page. `notes` is a folder with a file `<key>.md` for targets that are missed.
    pub(crate) fn write(&self, page: &Path, notes: &Path) -> Result<(), BenchError> {
        let note = |key: &str| fs::read_to_string(notes.join(format!("{key}.md"))).ok();
        fs::write(page, self.page(note)).map_err(BenchError::file(page))
    }

    /// The functions with the most instructions of each kind of request.
    pub(crate) fn top_functions(counted: &[Counted]) -> Result<Vec<Vec<(String, f64)>>, BenchError> {
        counted.iter().map(|one| one.dump.top(FUNCTIONS)).collect()
    }

    fn page(&self, note: impl Fn(&str) -> Option<String>) -> String {
        let Results { targets, series, instructions } = &self.results;
        let met = targets.iter().filter(|target| target.is_met()).count();
        let took = self.took.as_secs();
        let head = format!(
            "# Benchmarks\n\n`make bench` writes this page; the next run overwrites edits.\n\n\
             The run of {}: {} rounds, turns of {} s, {} min {} s in all. **{met} of {} targets met.**\n",
            self.date,
            self.rounds,
            self.turn.as_secs(),
            took / 60,
            took % 60,
            targets.len()
        );
        let machine = table("| | |\n|---|---|\n", self.machine.iter().map(|(name, value)| format!("{name} | {value}")));
        let header = "| key | what | target | figure | spread | met |\n|---|---|---|---|---|---|\n";
        let checked = table(header, targets.iter().map(target));
        let missed =
            targets.iter().filter(|target| !target.is_met()).map(|target| missed(target, note(target.target.key)));
        let header = "| | per second | spread | p50, µs | p99, µs |\n|---|---:|---|---:|---:|\n";
        let figures = table(header, series.iter().map(figures));
        let header = "| | per request | most of them in |\n|---|---:|---|\n";
        let instructions = table(header, instructions.iter().zip(&self.top).map(instruction_row));
        format!(
            "{head}\n{METHOD}\n{machine}\n## Targets\n\n{checked}{}\n## Figures\n\n{figures}\n\
             ## Instructions\n\n{instructions}",
            missed.collect::<String>()
        )
    }
}

const METHOD: &str = include_str!("method.md");

fn table(header: &str, rows: impl Iterator<Item = String>) -> String {
    rows.fold(header.to_owned(), |table, row| table + "| " + &row + " |\n")
}

fn target(checked: &Checked) -> String {
    let Checked { target, figure } = checked;
    let unit = if target.unit.is_empty() { String::new() } else { format!(" {}", target.unit) };
    let (bound, median) = (target.bound, number(figure.median));
    let met = if checked.is_met() { "yes" } else { "**no**" };
    format!("`{}` | {} | {bound}{unit} | {median}{unit} | {figure} | {met}", target.key, target.what)
}

/// By how much a target is missed, and what people found out about it.
fn missed(checked: &Checked, note: Option<String>) -> String {
    let (Bound::AtLeast(bound) | Bound::AtMost(bound)) = checked.target.bound;
    let distance = (checked.figure.median / bound - 1.0).abs() * 100.0;
    let note = note.map(|note| format!(" {}", note.trim())).unwrap_or_default();
    format!("\n**`{}`** is missed by {distance:.0} %.{note}\n", checked.target.key)
}

fn figures(series: &Series) -> String {
    let median = |values: &[f64]| spread(values).map(|spread| number(spread.median)).unwrap_or_default();
    let rates = series.rates();
    let range = spread(&rates).map(|spread| spread.to_string()).unwrap_or_default();
    format!("{} | {} | {range} | {} | {}", series.name, median(&rates), median(&series.p50s()), median(&series.p99s()))
}

fn instruction_row((counted, top): (&Counted, &Vec<(String, f64)>)) -> String {
    #[allow(clippy::cast_precision_loss, reason = "some thousands")]
    let per_request = number(counted.per_request as f64);
    // A back tick would end the code.
    let function = |(name, share): &(String, f64)| format!("`{}` ({share:.0} %)", name.replace('`', "'"));
    let top: Vec<String> = top.iter().map(function).collect();
    format!("`{}` | {per_request} | {}", counted.name, top.join("<br>"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::callgrind::Dump;
    use crate::rounds::Sample;
    use crate::targets;
    use std::path::PathBuf;

    fn page(note: Option<&str>) -> String {
        let sample = Sample { rate: 50_000.0, requests: 100_000.0, p50_us: Some(300.0), p99_us: Some(900.0) };
        let counted = Counted {
            name: "login".to_owned(),
            per_request: 123_456,
            dump: Dump { file: PathBuf::new(), instructions: 0 },
        };
        let targets = [targets::PING.check(&[0.96, 0.97, 0.99]), targets::LOGIN.check(&[0.76])];
        let report = Report {
            date: "2026-01-02".to_owned(),
            rounds: 7,
            turn: Duration::from_secs(2),
            took: Duration::from_secs(431),
            machine: vec![("kernel", "6.1".to_owned())],
            results: Results {
                targets: targets.into_iter().flatten().collect(),
                series: vec![Series { name: "ping".to_owned(), rounds: vec![sample] }],
                instructions: vec![counted],
            },
            top: vec![vec![("memcpy".to_owned(), 25.3)]],
        };
        report.page(|_| note.map(str::to_owned))
    }

    #[test]
    fn every_target_has_its_row_with_bound_figure_and_spread() {
        let page = page(None);

        for expected in [
            "| `ping_vs_bare_hyper` | pings per second ÷ those of bare hyper with the same bytes | ≥ 0.45 | 0.97 | 0.96 to 0.99 | yes |",
            "| ≥ 0.95 | 0.76 | 0.76 to 0.76 | **no** |",
            "7 rounds, turns of 2 s, 7 min 11 s in all. **1 of 2 targets met.**",
            "| kernel | 6.1 |",
            "| ping | 50,000 | 50,000 to 50,000 | 300 | 900 |",
            "| `login` | 123,456 | `memcpy` (25 %) |",
        ] {
            assert!(page.contains(expected), "{expected} is missing in {page}");
        }
    }

    #[test]
    fn a_missed_target_is_explained() {
        let page = page(Some("Tried: nothing yet.\n"));

        assert!(page.contains("**`login_vs_bcrypt`** is missed by 20 %. Tried: nothing yet.\n"), "{page}");
        assert!(!page.contains("**`ping_vs_bare_hyper`**"), "{page}");
    }
}
