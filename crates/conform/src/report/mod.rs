//! The report of a run, and the formats that it is written in.

mod annotations;
mod build;
mod groups;
mod har;
mod html;
mod junit;
mod location;
mod markdown;
mod not_implemented;
mod sarif;
mod text;

pub use groups::Group;
pub(crate) use groups::stable;
pub use location::ContractFile;

use crate::baseline::{Baseline, KnownFinding};
use crate::coverage::Coverage;
use crate::http::RecordedExchange;
use crate::http::shell::variables;
use crate::results::Finding;
use crate::rule::{Check, Rule};
use crate::severity::Severity;
use crate::waivers::Waiver;
use serde::Serialize;
use serde_json::Value;
use std::io;

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
    /// Why not everything was checked: the run was ended early, or still goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incomplete: Option<String>,
    /// Whether everything was checked, and there are no findings from the severity `fail_on` up but those that waivers accept.
    pub conforming: bool,
    /// Findings from this severity up make the server not conforming.
    pub fail_on: Severity,
    /// What was checked: the rows of the table.
    pub operations: Vec<Row>,
    /// How often each rule held for each operation.
    pub results: Vec<Tally>,
    /// Broken rules, waived or not.
    pub findings: Vec<Finding>,
    /// The causes of the findings: those that are not accepted first, the worst first.
    pub groups: Vec<Group>,
    /// What of the contract was exercised.
    pub coverage: Coverage,
    /// Waivers that match no finding.
    pub unused_waivers: Vec<Waiver>,
    /// Whether there was a baseline.
    #[serde(skip)]
    pub has_baseline: bool,
    /// Entries of the baseline that match no finding.
    pub stale_baseline: Vec<KnownFinding>,
    /// Why the run fails, beside findings.
    pub problems: Vec<String>,
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

impl Cell {
    fn plus(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            tolerated: self.tolerated + other.tolerated,
            waived: self.waived + other.waived,
            skipped: self.skipped + other.skipped,
        }
    }
}

impl Report {
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

    /// SARIF 2.1.0, for code scanning: a result for each finding, at the operation in the file of the contract.
    #[must_use]
    pub fn to_sarif(&self, contract: &ContractFile) -> Value {
        sarif::render(self, contract)
    }

    /// HAR 1.2, for the tools of browsers: every request and response.
    #[must_use]
    pub fn to_har(&self) -> Value {
        har::render(self)
    }

    /// Markdown, for the summary of a job.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        markdown::render(self)
    }

    /// Annotations of GitHub Actions: a line for each cause.
    #[must_use]
    pub fn to_annotations(&self) -> String {
        annotations::render(self)
    }

    /// A baseline that accepts the findings which no waiver accepts.
    #[must_use]
    pub fn to_baseline(&self) -> Baseline {
        Baseline::of(self.findings.iter())
    }

    /// HTML, for a browser: one page that needs nothing else.
    #[must_use]
    pub fn to_html(&self) -> String {
        html::render(self)
    }

    /// Whether the server conforms, and nothing else makes the run fail.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.conforming && self.problems.is_empty()
    }

    /// Waivers and entries of the baseline that match no finding, a line for each.
    fn stale(&self) -> Vec<String> {
        let waivers = self.unused_waivers.iter().map(|Waiver { rule, operation, at, .. }| {
            format!("Unused waiver: rule {rule}, operation {operation}, at {at}")
        });
        let known = self.stale_baseline.iter().map(|KnownFinding { rule, operation, at }| {
            format!("Stale entry of the baseline: rule {rule}, operation {operation}, at {at}")
        });
        waivers.chain(known).collect()
    }

    /// The variables that the `curl` commands use, each with what it must contain.
    fn variables(&self) -> Vec<(String, &'static str)> {
        let mut names: Vec<String> = self.findings.iter().flat_map(|finding| variables(&finding.request)).collect();
        names.sort_unstable();
        names.dedup();
        let content = |name: &str| match name {
            "TOKEN" => "a session token, for instance the accessToken of a login",
            "API_KEY" => "an API key",
            "PASSWORD" => "the password of the account",
            _ => "the secret that the server expects there",
        };
        names.into_iter().map(|name| (name.clone(), content(&name))).collect()
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
        let cells = self.operations.iter().flat_map(|row| Check::ALL.map(|check| self.cell(&row.id, check)));
        cells.fold(Cell::default(), Cell::plus)
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
