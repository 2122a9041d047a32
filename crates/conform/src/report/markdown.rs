//! The report as Markdown, for the summary of a job or a comment.

use super::{Cell, Group, Report};
use std::fmt::Write as _;

/// How many places a group lists.
const PLACES: usize = 10;

pub(super) fn render(report: &Report) -> String {
    let mut out = String::new();
    let (mark, verdict) = match (&report.incomplete, report.conforming) {
        (Some(_), _) => ("❌", "Incomplete"),
        (None, true) => ("✅", "Conforming"),
        (None, false) => ("❌", "Not conforming"),
    };
    let _ = writeln!(out, "## {mark} {verdict}\n");
    if let Some(reason) = &report.incomplete {
        let _ = writeln!(out, "Not everything was checked: {}.\n", text(reason));
    }
    let _ = writeln!(
        out,
        "{} against {}, profile {}: {}.\n",
        code(&report.server),
        text(&report.contract),
        text(&report.profile),
        report.summary()
    );
    out.push_str("| | findings | warnings and notes | accepted | passed | skipped |\n|---|--:|--:|--:|--:|--:|\n");
    for check in report.checks() {
        let cells = report.operations.iter().map(|row| report.cell(&row.id, check));
        let Cell { passed, failed, tolerated, waived, skipped } = cells.fold(Cell::default(), Cell::plus);
        let _ = writeln!(out, "| {} | {failed} | {tolerated} | {waived} | {passed} | {skipped} |", check.id());
    }
    groups(report, &mut out);
    let _ = writeln!(out, "\n### Coverage: {} %\n", report.coverage.percent);
    out.push_str("| | exercised | of | |\n|---|--:|--:|--:|\n");
    for (name, share) in report.coverage.parts() {
        let _ = writeln!(out, "| {name} | {} | {} | {} % |", share.covered, share.total, share.percent());
    }
    let stale = report.stale();
    if !stale.is_empty() {
        out.push_str("\n### No longer needed\n\n");
        for line in stale {
            let _ = writeln!(out, "- {}", text(&line));
        }
    }
    out
}

fn groups(report: &Report, out: &mut String) {
    let (accepted, open): (Vec<&Group>, Vec<&Group>) = report.groups.iter().partition(|group| group.accepted);
    if !open.is_empty() {
        out.push_str("\n### Findings\n");
    }
    for group in open {
        let Some(example) = group.findings.first().and_then(|index| report.findings.get(*index)) else { continue };
        let count = group.findings.len();
        let times = if count > 1 { format!(", {count} findings") } else { String::new() };
        let _ = writeln!(
            out,
            "\n<details><summary><b>{}</b> {}{times}: {}</summary>\n",
            group.rule.id(),
            group.severity.id(),
            group.operations.join(", ")
        );
        let _ = writeln!(out, "{}\n", text(group.rule.description()));
        for index in group.findings.iter().take(PLACES) {
            let Some(finding) = report.findings.get(*index) else { continue };
            let _ = writeln!(out, "- {} {}", finding.operation, code(&finding.at));
        }
        if count > PLACES {
            let _ = writeln!(out, "- and {} more", count - PLACES);
        }
        let _ = writeln!(out, "\nFor instance:\n\n{}", block("sh", &example.request));
        let answer = format!("received: {}\nexpected: {}", example.received, example.expected);
        let _ = writeln!(out, "{}\n</details>", block("text", &answer));
    }
    if !accepted.is_empty() {
        let count: usize = accepted.iter().map(|group| group.findings.len()).sum();
        let _ = writeln!(out, "\n{count} more findings are accepted by waivers or the baseline.");
    }
}

/// Text that Markdown and HTML show as it is.
fn text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut in_code = false;
    for c in text.chars() {
        match c {
            '`' => in_code = !in_code,
            '\\' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' if !in_code => escaped.push('\\'),
            _ => {}
        }
        escaped.push(if c == '\n' { ' ' } else { c });
    }
    escaped
}

/// Code in a line, between more back-ticks than it contains (`CommonMark`, section 6.1).
fn code(text: &str) -> String {
    let fence = "`".repeat(longest_run(text) + 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{}{space}{fence}", text.replace('\n', " "))
}

fn block(language: &str, text: &str) -> String {
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}\n", super::printable(text))
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}
