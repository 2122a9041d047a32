//! `docs/benchmarks.md`, from the last run.

use crate::error::BenchError;
use crate::measure::builds::Builds;
use crate::measure::instructions::Counted;
use crate::report::Report;
use crate::rounds::Series;
use crate::stats::number;
use crate::targets::{Bound, Finding};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Functions named per kind of request.
const FUNCTIONS: usize = 8;

/// Where what the document is made of is, and where it goes.
pub(crate) struct Places<'a> {
    /// With what people found out about goals that are missed, a file for each key.
    pub(crate) notes: &'a Path,
    /// The folder of documents.
    pub(crate) docs: &'a Path,
}

/// Writes the document.
pub(crate) fn write(places: &Places<'_>, report: &Report, builds: Option<&Builds>) -> Result<(), BenchError> {
    let note = |finding: &Finding| fs::read_to_string(places.notes.join(format!("{}.md", finding.key))).ok();
    let path = places.docs.join("benchmarks.md");
    fs::write(&path, document(report, builds, note)).map_err(BenchError::file(&path))
}

fn document(report: &Report, builds: Option<&Builds>, note: impl Fn(&Finding) -> Option<String>) -> String {
    let Report { made, rounds, turn, took, .. } = report;
    let mut findings: Vec<&Finding> = report.findings.iter().collect();
    findings.extend(builds.iter().flat_map(|builds| &builds.findings));
    let met = findings.iter().filter(|finding| finding.met).count();
    let parts = [
        "# Benchmarks\n\nWritten by `make bench`; what is edited here by hand is lost with the next run.\n".to_owned(),
        format!(
            "The run of {made}: {rounds} rounds that count, turns of {turn} s, {} min {} s in all. \
             **{met} of {} targets met.**\n",
            took / 60,
            took % 60,
            findings.len()
        ),
        HOW.to_owned(),
        machine(report),
        targets(&findings),
        missed(&findings, report, note),
        figures(&report.series),
        instructions(&report.instructions),
    ];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

const HOW: &str = "\
## How it is measured

- **Side by side**: whatever is compared runs in one run, taking turns (A B A B …). A figure is the median of the rounds, \
a ratio the median of the ratios round by round, so that what disturbs the machine disturbs both. In brackets: the least \
and the most. A first turn of each is thrown away.
- **Baselines**, all built or started by the run itself. *Bare hyper*: hyper's own HTTP/1.1 server, which answers \
everything with the very bytes, headers included, that the server has for a ping. *pgbench*: `pgbench -M prepared` with \
the very queries that the request makes, read from the database's log while the server makes them; those of one request \
are sent in one go, as the server sends them. *Bare bcrypt*: the stored hash verified over and over on as many threads \
as the server hashes with.
- **Cores**: the server has one for itself; bare hyper, pgbench and bare bcrypt stand in its place on the same one. \
Postgres has another. The load generator (wrk) has the rest, or, where there are only two, shares the one of Postgres: \
pgbench brings no such load along, so the server is compared a little to its disadvantage. Where p99 is held against p50, \
the load has a core for itself (\"load apart\") and its turns are twice as long, and where there are only two cores, \
Postgres shares that of the server: otherwise \
the tail is the load's own waiting for its turn. Where other requests are watched during a flood of logins, server and \
Postgres have all cores, as in production; the server also for starts and for memory.
- **Only 127.0.0.1**, over TCP on both sides, with a Postgres of the run's own that does not wait for the disk.
- **Instructions** are counted by callgrind, in user space, per request on one connection, the start left out: noise \
cannot touch them. What bcrypt executes is not counted for a login, and what the clock makes happen (the renewal of the \
cache's lease) not for a cached read. `make bench-instructions` compares them with `tools/bench/instructions.json`, and so \
does CI.
- **MB** are 1,000,000 bytes. p99 is of the requests of one turn.
";

fn machine(report: &Report) -> String {
    let rows: Vec<String> = report.machine.0.iter().map(|(name, text)| format!("| {name} | {text} |\n")).collect();
    format!("| | |\n|---|---|\n{}", rows.concat())
}

fn targets(findings: &[&Finding]) -> String {
    let rows: Vec<String> = findings
        .iter()
        .map(|finding| {
            let Finding { key, what, unit, target, figure, met } = finding;
            let met = if *met { "yes" } else { "**no**" };
            let spread = format!("{} to {}", number(figure.low), number(figure.high));
            format!(
                "| `{key}` | {what} | {} | {} | {spread} | {met} |\n",
                with_unit(target.to_string(), unit),
                with_unit(number(figure.median), unit)
            )
        })
        .collect();
    format!(
        "## Targets\n\n| key | what | target | figure | spread | met |\n|---|---|---|---|---|---|\n{}",
        rows.concat()
    )
}

fn with_unit(figure: String, unit: &str) -> String {
    if unit.is_empty() { figure } else { format!("{figure} {unit}") }
}

fn missed(findings: &[&Finding], report: &Report, note: impl Fn(&Finding) -> Option<String>) -> String {
    let missed: Vec<_> = findings.iter().filter(|finding| !finding.met).collect();
    if missed.is_empty() {
        return String::new();
    }
    let mut text = "## What is missed\n".to_owned();
    for finding in missed {
        let (Bound::AtLeast(target) | Bound::AtMost(target)) = finding.target;
        let figure = with_unit(number(finding.figure.median), &finding.unit);
        let _ =
            write!(text, "\n**`{}`**: {figure}, missed by {}.", finding.key, distance(finding.figure.median, target));
        if let Some(counted) = profile_of(&finding.key).and_then(|name| named(report, name)) {
            let functions: Vec<_> = counted.top.iter().take(5).map(|(name, share)| function(name, *share)).collect();
            let _ = write!(
                text,
                " A request takes {} instructions of the server, most of them in {}.",
                number(counted.instructions.median),
                functions.join(", ")
            );
        }
        text.push('\n');
        if let Some(note) = note(finding) {
            let _ = write!(text, "\n{}\n", note.trim());
        }
    }
    text
}

/// How far a figure is from its target: in percent of that, or as a factor where it is further.
fn distance(figure: f64, target: f64) -> String {
    let factor = figure / target;
    if factor >= 2.0 {
        return format!("a factor of {}", number(factor));
    }
    format!("{:.0} %", (factor - 1.0).abs() * 100.0)
}

/// The kind of request whose profile tells where the time of a goal goes.
fn profile_of(key: &str) -> Option<&'static str> {
    // What waits does not execute, so a profile says nothing about tails.
    let profiles = [
        ("ping_vs", "ping"),
        ("me_cached_vs", "me_cached"),
        ("me_uncached_vs", "me_uncached"),
        ("million_sessions", "me_uncached"),
        ("login_vs", "login_without_bcrypt"),
    ];
    profiles.into_iter().find(|(start, _)| key.starts_with(start)).map(|(_, profile)| profile)
}

fn named<'a>(report: &'a Report, name: &str) -> Option<&'a Counted> {
    report.instructions.iter().find(|counted| counted.name == name)
}

fn function(name: &str, share: f64) -> String {
    // A back tick would end the code.
    format!("`{}` ({:.0} %)", name.replace('`', "'"), share * 100.0)
}

fn figures(series: &[Series]) -> String {
    if series.is_empty() {
        return String::new();
    }
    let rows: Vec<String> = series.iter().map(row).collect();
    format!("## Figures\n\n| | per second | spread | p50, µs | p99, µs |\n|---|---:|---|---:|---:|\n{}", rows.concat())
}

fn row(series: &Series) -> String {
    let spread =
        series.rate().map(|rate| (number(rate.median), format!("{} to {}", number(rate.low), number(rate.high))));
    let (median, spread) = spread.unwrap_or_default();
    let middle =
        |values: Vec<f64>| crate::stats::spread(&values).map(|spread| number(spread.median)).unwrap_or_default();
    format!("| {} | {median} | {spread} | {} | {} |\n", series.name, middle(series.p50s()), middle(series.p99s()))
}

fn instructions(counted: &[Counted]) -> String {
    if counted.is_empty() {
        return String::new();
    }
    let rows: Vec<String> = counted
        .iter()
        .map(|one| {
            let functions: Vec<_> =
                one.top.iter().take(FUNCTIONS).map(|(name, share)| function(name, *share)).collect();
            format!("| `{}` | {} | {} |\n", one.name, number(one.instructions.median), functions.join("<br>"))
        })
        .collect();
    format!("## Instructions\n\n| | per request | most of them in |\n|---|---:|---|\n{}", rows.concat())
}

#[cfg(test)]
mod tests;
