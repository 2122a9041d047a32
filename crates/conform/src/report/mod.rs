//! The report of a run, in four formats.

mod html;
mod junit;
mod text;

use crate::contract::Operation;
use crate::coverage::Coverage;
use crate::http::RecordedExchange;
use crate::results::Finding;
use crate::rule::{Check, Rule};
use crate::run::Run;
use crate::severity::Severity;
use crate::waivers::{Waiver, Waivers};
use serde::Serialize;
use std::io;
use std::time::Duration;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The report of a run.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The server's address, base path included.
    pub server: String,
    /// Title and version of the contract.
    pub contract: String,
    /// The profile: what was checked beyond the contract; `none` for the contract alone.
    pub profile: String,
    /// When it ended, in UTC.
    pub finished: String,
    /// How long it took.
    pub seconds: f64,
    /// How many requests were sent.
    pub requests: usize,
    /// Whether there are no findings from the severity `fail_on` up but those that waivers accept.
    pub conforming: bool,
    /// Findings from this severity up make the server not conforming.
    pub fail_on: Severity,
    /// What was checked: the rows of the table.
    pub operations: Vec<Row>,
    /// How often each rule held for each operation.
    pub results: Vec<Tally>,
    /// Broken rules, waived or not.
    pub findings: Vec<Finding>,
    /// What of the contract was exercised.
    pub coverage: Coverage,
    /// Waivers that match no finding.
    pub unused_waivers: Vec<Waiver>,
    /// Further remarks, for instance what the run left behind.
    pub notes: Vec<String>,
    /// Every request and response, in the order in which they were checked; only with
    /// [`Options::keeps_exchanges`](crate::Options::keeps_exchanges).
    #[serde(skip)]
    pub exchanges: Vec<RecordedExchange>,
}

/// A row of the table.
#[derive(Debug, Clone, Serialize, PartialEq, Eq)]
pub struct Row {
    /// `operationId`, or the name of a group of recorded cases that belong to no operation.
    pub id: String,
    /// Its method.
    pub method: String,
    /// Its path.
    pub path: String,
}

/// What was checked of one rule for one operation.
#[derive(Debug, Clone, Serialize)]
pub struct Tally {
    /// `operationId`.
    pub operation: String,
    /// The group.
    pub check: Check,
    /// The rule.
    pub rule: Rule,
    /// How often it held.
    pub passed: usize,
    /// In how many places it was broken, with a severity from `fail_on` up.
    pub failed: usize,
    /// In how many places it was broken, with a lower severity.
    pub tolerated: usize,
    /// In how many places it was broken, and that is accepted.
    pub waived: usize,
    /// Why something of it was not checked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<String>,
    /// How long the requests took that were sent for it.
    pub seconds: f64,
}

/// A cell of the table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Cell {
    passed: usize,
    failed: usize,
    tolerated: usize,
    waived: usize,
    skipped: usize,
}

impl Report {
    pub(crate) fn new(run: Run<'_>, operations: &[&Operation], waivers: &Waivers, took: Duration) -> Self {
        let row = |operation: &&Operation| Row {
            id: operation.id.clone(),
            method: operation.method.clone(),
            path: operation.path.clone(),
        };
        let mut rows: Vec<Row> = operations.iter().map(row).collect();
        let is_outside = |operation: &str| run.contract.operation(operation).is_none();
        let mut results = Vec::new();
        let mut findings = Vec::new();
        let entries = run.results.entries.into_iter().filter(|(_, entry)| entry.has_result());
        for ((operation, rule), entry) in entries {
            // Recorded cases may belong to no operation: routes, for instance.
            let mut has_row = rows.iter().any(|row| row.id == operation);
            if !has_row && is_outside(&operation) {
                rows.push(Row { id: operation.clone(), method: String::new(), path: String::new() });
                has_row = true;
            }
            if !has_row || !(run.options.wants(rule.check()) || rule == Rule::NoAnswer) {
                continue;
            }
            let (passed, skipped, check) = (entry.passed, entry.skipped, rule.check());
            let seconds = entry.spent.as_secs_f64();
            results.push(Tally {
                operation,
                check,
                rule,
                passed,
                failed: 0,
                tolerated: 0,
                waived: 0,
                skipped,
                seconds,
            });
            findings.extend(entry.findings);
        }
        let fail_on = run.options.fail_on;
        if run.options.strict {
            for finding in &mut findings {
                finding.severity = Severity::Error;
            }
        }
        if let Some(profile) = &run.profile {
            profile.accept(findings.iter_mut());
        }
        let mut unused_waivers = waivers.apply(findings.iter_mut());
        // A narrowed run does not report waivers for what it leaves out.
        if run.options.is_narrowed() {
            let was_checked =
                |waiver: &Waiver| results.iter().any(|tally| waiver.concerns(&tally.operation, tally.rule));
            unused_waivers.retain(was_checked);
        }
        for tally in &mut results {
            let of_it = |finding: &&Finding| finding.operation == tally.operation && finding.rule == tally.rule;
            for finding in findings.iter().filter(of_it) {
                let count = match finding {
                    _ if finding.is_waived() => &mut tally.waived,
                    _ if finding.severity < fail_on => &mut tally.tolerated,
                    _ => &mut tally.failed,
                };
                *count += 1;
            }
        }
        let coverage = run.observed.coverage(run.contract, operations);
        Self {
            coverage,
            server: run.client.target.url(&run.client.target.prefix),
            contract: run.contract.title.clone(),
            profile: run.profile.as_ref().map_or_else(|| "none".to_owned(), |profile| profile.name.clone()),
            finished: OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default(),
            seconds: took.as_secs_f64(),
            requests: run.requests,
            conforming: findings.iter().all(|finding| finding.is_waived() || finding.severity < fail_on),
            fail_on,
            operations: rows,
            results,
            findings,
            unused_waivers,
            notes: run.notes,
            exchanges: run.client.recorder.exchanges(),
        }
    }

    /// Text, for a terminal.
    #[must_use]
    pub fn to_text(&self, colors: bool) -> String {
        text::render(self, colors)
    }

    /// JSON, for programs: everything.
    ///
    /// # Errors
    /// None is known: every part can be written as JSON.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self)
    }

    /// JUnit XML, for CI systems: a test suite for each operation, a test case for each rule.
    ///
    /// # Errors
    /// None is known: every part can be written as XML.
    pub fn to_junit(&self) -> io::Result<String> {
        junit::render(self)
    }

    /// HTML, for a browser: one page that needs nothing else.
    #[must_use]
    pub fn to_html(&self) -> String {
        html::render(self)
    }

    /// The columns of the table: checks with any result.
    fn checks(&self) -> Vec<Check> {
        let applies = |check: &Check| self.operations.iter().any(|row| self.cell(&row.id, *check) != Cell::default());
        Check::ALL.into_iter().filter(applies).collect()
    }

    fn cell(&self, operation: &str, check: Check) -> Cell {
        let mut cell = Cell::default();
        for tally in self.results.iter().filter(|tally| tally.operation == operation && tally.check == check) {
            cell.passed += tally.passed;
            cell.failed += tally.failed;
            cell.tolerated += tally.tolerated;
            cell.waived += tally.waived;
            cell.skipped += tally.skipped.len();
        }
        cell
    }

    fn total(&self) -> Cell {
        let mut total = Cell::default();
        for (operation, check) in self.operations.iter().flat_map(|row| Check::ALL.map(|check| (row, check))) {
            let cell = self.cell(&operation.id, check);
            total.passed += cell.passed;
            total.failed += cell.failed;
            total.tolerated += cell.tolerated;
            total.waived += cell.waived;
            total.skipped += cell.skipped;
        }
        total
    }

    /// Reasons why something was not checked, each with the operations that it concerns.
    fn skipped(&self) -> Vec<(&str, Vec<String>)> {
        let mut reasons: Vec<(&str, Vec<String>)> = Vec::new();
        for tally in &self.results {
            for why in &tally.skipped {
                let what = format!("{} {}", tally.operation, tally.rule.id());
                match reasons.iter_mut().find(|(known, _)| known == why) {
                    Some((_, concerned)) => concerned.push(what),
                    None => reasons.push((why, vec![what])),
                }
            }
        }
        reasons
    }

    /// `3 findings, 1800 checks passed, …`
    fn summary(&self) -> String {
        let Cell { passed, failed, waived, skipped, .. } = self.total();
        let mut parts = vec![format!("{failed} {}", if failed == 1 { "finding" } else { "findings" })];
        for severity in Severity::ALL.into_iter().rev().filter(|severity| *severity < self.fail_on) {
            let of_it = |finding: &&Finding| finding.severity == severity && !finding.is_waived();
            match self.findings.iter().filter(of_it).count() {
                0 => {}
                1 => parts.push(format!("1 {}", severity.id())),
                count => parts.push(format!("{count} {}s", severity.id())),
            }
        }
        if waived > 0 {
            parts.push(format!("{waived} waived"));
        }
        parts.push(format!("{passed} checks passed"));
        if skipped > 0 {
            parts.push(format!("{skipped} skipped"));
        }
        format!("{}; {} requests in {:.1} s", parts.join(", "), self.requests, self.seconds)
    }
}

/// The text without control characters, which XML does not have (XML 1.0, section 2.2) and a page should not.
fn printable(text: &str) -> String {
    let replaced = |c: char| match c {
        '\t' | '\n' => c,
        '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => char::REPLACEMENT_CHARACTER,
        other => other,
    };
    text.chars().map(replaced).collect()
}

#[cfg(test)]
pub(crate) mod tests;
