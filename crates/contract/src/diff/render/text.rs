//! Changes as text, for a terminal.

use super::{LEVELS, Report, groups, some};
use crate::diff::{Level, Subject};
use anstyle::{AnsiColor, Style};
use std::fmt::Write as _;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// Changes as text with colors; the caller strips them where they are not wanted.
#[must_use]
pub fn text(report: &Report<'_>) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    for (level, heading) in LEVELS {
        let groups = groups(report.changes, level);
        if groups.is_empty() {
            continue;
        }
        let style = color(level);
        let _ = writeln!(text, "{style}{heading}{style:#}\n");
        for group in groups {
            for subject in group.subjects {
                let _ = writeln!(text, "  {}", named(subject));
            }
            for finding in group.findings {
                let _ = writeln!(text, "    {finding}  {DIM}[{}]{DIM:#}", finding.rule);
            }
            text.push('\n');
        }
    }
    if let Some(note) = report.note {
        let _ = writeln!(text, "{DIM}{note}{DIM:#}");
    }
    let _ = writeln!(text, "{}", report.summary());
    text
}

fn color(level: Level) -> Style {
    let color = match level {
        Level::Breaking => AnsiColor::Red,
        Level::Warning => AnsiColor::Yellow,
        Level::Compatible => AnsiColor::Green,
    };
    color.on_default().bold()
}

fn named(subject: &Subject) -> String {
    match subject {
        Subject::Contract => format!("{BOLD}The contract as a whole{BOLD:#}"),
        Subject::Operation { method, path, id } if id.is_empty() => format!("{BOLD}{method} {path}{BOLD:#}"),
        Subject::Operation { method, path, id } => format!("{BOLD}{method} {path}{BOLD:#} {DIM}{id}{DIM:#}"),
        Subject::Schema { name, direction, operations } => {
            format!("{BOLD}{name}{BOLD:#} in {direction} {DIM}of {}{DIM:#}", some(operations))
        }
    }
}
