//! What is drawn from a report.

use crate::goals::{Bound, Finding};
use crate::plot::Bar;
use crate::report::Report;
use crate::sample::Series;
use crate::stats::spread;

/// A picture.
pub(crate) struct Picture {
    pub(crate) file: &'static str,
    pub(crate) title: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) bars: Vec<Bar>,
}

/// All pictures that there is something to draw for.
pub(crate) fn pictures(report: &Report) -> Vec<Picture> {
    let ratio = |finding: &&Finding| matches!(finding.target, Bound::AtLeast(_));
    let is_tail = |series: &&Series| series.rounds.iter().any(|round| round.p99_us.is_some());
    let all = [
        Picture {
            file: "ratios.svg",
            title: "Of what the machine can do (red: target, at least)",
            unit: "",
            bars: report.findings.iter().filter(ratio).map(of_finding).collect(),
        },
        Picture {
            file: "throughput.svg",
            title: "Requests per second (grey: baselines)",
            unit: "/s",
            bars: report.series.iter().filter(|series| is_throughput(series)).filter_map(of_rates).collect(),
        },
        Picture {
            file: "tails.svg",
            title: "p99 in microseconds",
            unit: "µs",
            bars: report.series.iter().filter(is_tail).filter_map(of_tails).collect(),
        },
        Picture {
            file: "rows.svg",
            title: "Time per request by rows that are not in the answer, in microseconds, 8 connections",
            unit: "µs",
            bars: report.series.iter().filter(|series| is_rows(series)).filter_map(of_times).collect(),
        },
        Picture {
            file: "instructions.svg",
            title: "Instructions per request",
            unit: "",
            bars: report.instructions.iter().map(|counted| bar(&counted.name, counted.instructions)).collect(),
        },
    ];
    all.into_iter().filter(|picture| !picture.bars.is_empty()).collect()
}

fn is_rows(series: &Series) -> bool {
    series.name.ends_with(" rows") || series.name.ends_with(" sessions")
}

/// Those that ask as fast as they can; the others keep a pace, or are few and long.
fn is_throughput(series: &Series) -> bool {
    !is_rows(series)
        && series.rate().is_some_and(|rate| rate.median > 600.0)
        && !series.name.contains("users per second")
}

fn bar(label: &str, value: crate::stats::Spread) -> Bar {
    Bar {
        label: label.to_owned(),
        value,
        target: None,
        is_baseline: label.starts_with("bare") || label.starts_with("pgbench"),
    }
}

fn of_finding(finding: &Finding) -> Bar {
    let (Bound::AtLeast(target) | Bound::AtMost(target)) = finding.target;
    Bar { target: Some(target), ..bar(&finding.key, finding.figure) }
}

fn of_rates(series: &Series) -> Option<Bar> {
    Some(bar(&series.name, series.rate()?))
}

fn of_tails(series: &Series) -> Option<Bar> {
    Some(bar(&series.name, spread(&series.p99s())?))
}

/// Eight connections have eight requests under way at a time.
fn of_times(series: &Series) -> Option<Bar> {
    let times: Vec<f64> = series.rates().into_iter().map(|rate| 8e6 / rate).collect();
    Some(bar(&series.name, spread(&times)?))
}
