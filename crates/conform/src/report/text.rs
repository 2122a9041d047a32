//! The report as text, for a terminal.

use super::{Cell, Group, Report};
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
    variables(report, &paint, &mut out);
    for group in &report.groups {
        out.push('\n');
        one(group, report, &paint, &mut out);
    }
    let skipped = report.skipped();
    if !skipped.is_empty() {
        out.push_str("\nNot checked:\n");
        for (why, concerned) in skipped {
            let _ = writeln!(out, "  {why}: {}", paint.with(Style::Dim, &listed(&concerned)));
        }
    }
    for line in report.stale() {
        let (what, which) = line.split_once(':').unwrap_or((&line, ""));
        let _ = writeln!(out, "\n{}:{which}", paint.with(Style::Yellow, what));
    }
    if !report.notes.is_empty() {
        out.push('\n');
    }
    for note in &report.notes {
        let _ = writeln!(out, "Note: {note}");
    }
    coverage(report, &paint, &mut out);
    for problem in &report.problems {
        let _ = writeln!(out, "\n{}: {problem}", paint.with(Style::Red, "FAILED"));
    }
    let verdict = if let Some(reason) = &report.incomplete {
        paint.with(Style::Red, &format!("INCOMPLETE: {reason}; until then"))
    } else if report.conforming {
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

/// What must be set before a request below runs.
fn variables(report: &Report, paint: &Paint, out: &mut String) {
    let variables = report.variables();
    if !variables.is_empty() {
        out.push_str("\nThe requests below use these variables of the shell; set them first:\n");
    }
    for (name, content) in variables {
        let _ = writeln!(out, "    {name}='…'  {}", paint.with(Style::Dim, &format!("# {content}")));
    }
}

fn coverage(report: &Report, paint: &Paint, out: &mut String) {
    let parts = report.coverage.parts().map(|(name, share)| format!("{} of {} {name}", share.covered, share.total));
    let shares = paint.with(Style::Dim, &parts.join(", "));
    let _ = writeln!(out, "\nCoverage: {} % of the contract were exercised: {shares}", report.coverage.percent);
}

fn one(group: &Group, report: &Report, paint: &Paint, out: &mut String) {
    let Some(finding) = group.findings.first().and_then(|index| report.findings.get(*index)) else { return };
    let mark = match finding.waived {
        Some(_) => paint.with(Style::Yellow, "~"),
        None if finding.severity < report.fail_on => paint.with(Style::Yellow, finding.severity.id()),
        None => paint.with(Style::Red, "✗"),
    };
    let count = group.findings.len();
    let head = match group.operations.as_slice() {
        _ if count == 1 => format!("{}  {}  {}", finding.operation, finding.rule.id(), finding.at),
        [operation] => format!("{operation}  {}  {count} findings", finding.rule.id()),
        operations => format!("{}  {count} findings in {} operations", finding.rule.id(), operations.len()),
    };
    let _ = writeln!(out, "{mark} {}", paint.with(Style::Bold, &head));
    let mut line = |name: &str, text: &str| {
        let _ = writeln!(out, "    {}  {text}", paint.with(Style::Dim, &format!("{name:8}")));
    };
    line("rule", finding.rule.description());
    if count > 1 {
        let places = group.findings.iter().filter_map(|index| report.findings.get(*index));
        line("where", &listed(&places.map(|each| format!("{} {}", each.operation, each.at)).collect::<Vec<_>>()));
    }
    line("request", &finding.request);
    line("received", &finding.received);
    line("expected", &shortened(&finding.expected));
    if finding.times > 1 {
        line("seen", &format!("{} times, first with this request", finding.times));
    }
    if let Some(reason) = &finding.waived {
        line("waived", reason);
    }
}

fn shortened(text: &str) -> String {
    const LONGEST: usize = 600;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
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
