//! The report as text, for a terminal.

use super::{Cell, Report};
use crate::results::Finding;
use crate::severity::Severity;
use std::fmt::Write as _;

/// A style of ANSI terminals (ECMA-48, SGR).
#[derive(Clone, Copy)]
enum Style {
    Bold,
    Dim,
    Red,
    Green,
    Yellow,
}

struct Paint {
    colors: bool,
}

impl Paint {
    fn with(&self, style: Style, text: &str) -> String {
        let code = match style {
            Style::Bold => 1,
            Style::Dim => 2,
            Style::Red => 31,
            Style::Green => 32,
            Style::Yellow => 33,
        };
        if self.colors { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

pub(super) fn render(report: &Report, colors: bool) -> String {
    let paint = Paint { colors };
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{} against {}, profile {}\n",
        paint.with(Style::Bold, &report.server),
        report.contract,
        report.profile
    );
    table(report, &paint, &mut out);
    for finding in &report.findings {
        out.push('\n');
        one(finding, report.fail_on, &paint, &mut out);
    }
    let skipped = report.skipped();
    if !skipped.is_empty() {
        out.push_str("\nNot checked:\n");
        for (why, concerned) in skipped {
            let _ = writeln!(out, "  {why}: {}", paint.with(Style::Dim, &listed(&concerned)));
        }
    }
    for waiver in &report.unused_waivers {
        let _ = writeln!(
            out,
            "\n{}: rule {}, operation {}, at {}",
            paint.with(Style::Yellow, "Unused waiver"),
            waiver.rule,
            waiver.operation,
            waiver.at
        );
    }
    if !report.notes.is_empty() {
        out.push('\n');
    }
    for note in &report.notes {
        let _ = writeln!(out, "Note: {note}");
    }
    let verdict = if report.conforming {
        paint.with(Style::Green, "conforming")
    } else {
        paint.with(Style::Red, "NOT conforming")
    };
    let _ = writeln!(out, "\n{verdict}: {}", report.summary());
    out
}

fn table(report: &Report, paint: &Paint, out: &mut String) {
    let widest = report.operations.iter().map(|row| row.id.len()).max().unwrap_or_default();
    let checks = report.checks();
    let _ = write!(out, "{:widest$}", "");
    for check in &checks {
        let _ = write!(out, "  {}", check.id());
    }
    out.push('\n');
    for row in &report.operations {
        let _ = write!(out, "{:widest$}", row.id);
        for check in &checks {
            let width = check.id().len();
            let (style, text) = shown(report.cell(&row.id, *check));
            let padding = " ".repeat(width.saturating_sub(text.chars().count()));
            let _ = write!(out, "  {padding}{}", paint.with(style, &text));
        }
        out.push('\n');
    }
}

fn shown(cell: Cell) -> (Style, String) {
    match cell {
        Cell { failed: 1.., .. } => (Style::Red, format!("{}✗", cell.failed)),
        Cell { waived: 1.., .. } => (Style::Yellow, format!("{}~", cell.waived)),
        Cell { tolerated: 1.., .. } => (Style::Yellow, format!("{}!", cell.tolerated)),
        Cell { passed: 1.., .. } => (Style::Green, format!("{}✓", cell.passed)),
        Cell { skipped: 1.., .. } => (Style::Dim, "–".to_owned()),
        Cell { .. } => (Style::Dim, "·".to_owned()),
    }
}

fn one(finding: &Finding, fail_on: Severity, paint: &Paint, out: &mut String) {
    let mark = match finding.waived {
        Some(_) => paint.with(Style::Yellow, "~"),
        None if finding.severity < fail_on => paint.with(Style::Yellow, finding.severity.id()),
        None => paint.with(Style::Red, "✗"),
    };
    let head = format!("{}  {}  {}", finding.operation, finding.rule.id(), finding.at);
    let _ = writeln!(out, "{mark} {}", paint.with(Style::Bold, &head));
    let mut line = |name: &str, text: &str| {
        let _ = writeln!(out, "    {}  {text}", paint.with(Style::Dim, &format!("{name:8}")));
    };
    line("rule", finding.rule.description());
    line("request", &finding.request);
    line("received", &finding.received);
    line("expected", &finding.expected);
    if finding.times > 1 {
        line("seen", &format!("{} times, first with this request", finding.times));
    }
    if let Some(reason) = &finding.waived {
        line("waived", reason);
    }
}

/// The first few, and how many more.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 4;
    let mut text = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        let _ = write!(text, " and {} more", names.len() - SHOWN);
    }
    text
}
