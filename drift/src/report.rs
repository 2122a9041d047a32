//! What came of it, for people.

use crate::mutant::Kind;
use crate::run::{Outcome, Tried};
use crate::verdict::Mechanism;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// How many of a kind each mechanism caught.
type Counts = BTreeMap<Mechanism, usize>;

fn by_kind(outcome: &Outcome<'_>) -> BTreeMap<Kind, Counts> {
    let mut kinds: BTreeMap<Kind, Counts> = BTreeMap::new();
    for tried in &outcome.tried {
        *kinds.entry(tried.mutant.kind).or_default().entry(tried.verdict.mechanism).or_default() += 1;
    }
    kinds
}

/// The table for a terminal.
pub(crate) fn table(outcome: &Outcome<'_>) -> String {
    let mut text = String::new();
    let kinds = by_kind(outcome);
    let width = kinds.keys().map(|kind| kind.to_string().len()).max().unwrap_or_default();
    for (kind, counts) in &kinds {
        let caught: Vec<String> = counts.iter().map(|(mechanism, count)| format!("{mechanism} {count}")).collect();
        let kind = kind.to_string();
        let _ = writeln!(text, "{kind:width$}  {:4}  {}", counts.values().sum::<usize>(), caught.join(", "));
    }
    let broken: Vec<&Tried<'_>> = outcome.tried.iter().filter(|tried| !tried.is_as_promised()).collect();
    for tried in &broken {
        let _ = writeln!(
            text,
            "NOT AS PROMISED  {} [{}] {}",
            tried.mutant.name, tried.verdict.mechanism, tried.verdict.message
        );
    }
    let count = outcome.tried.len();
    let _ =
        writeln!(text, "{count} mutants in {:.0} s, {} not as promised", outcome.elapsed.as_secs_f64(), broken.len());
    text
}

pub(crate) fn files(_outcome: &Outcome<'_>, _all: usize, _jobs: usize) -> Vec<(&'static str, String)> {
    Vec::new()
}
