//! Changes as Markdown, for a review or for release notes.

use super::{LEVELS, Report, groups, some};
use crate::diff::Subject;
use std::fmt::Write as _;

/// Changes as Markdown.
#[must_use]
pub fn markdown(report: &Report<'_>) -> String {
    let mut text = "## Changes of the contract\n\n".to_owned();
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{}.", report.summary());
    if let Some(note) = report.note {
        let _ = writeln!(text, "\n_{note}_");
    }
    for (level, heading) in LEVELS {
        let groups = groups(report.changes, level);
        if groups.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n### {heading}");
        for group in groups {
            let subjects: Vec<String> = group.subjects.into_iter().map(named).collect();
            let _ = writeln!(text, "\n- {}", subjects.join(", "));
            for finding in group.findings {
                let _ = writeln!(text, "  - {} (`{}`)", escaped(&finding.to_string()), finding.rule);
            }
        }
    }
    text
}

fn named(subject: &Subject) -> String {
    match subject {
        Subject::Contract => "The contract as a whole".to_owned(),
        Subject::Operation { method, path, id } if id.is_empty() => format!("`{method} {path}`"),
        Subject::Operation { method, path, id } => format!("`{method} {path}` ({id})"),
        Subject::Schema { name, direction, operations } => format!("`{name}` in {direction} of {}", some(operations)),
    }
}

/// Escapes the characters with a meaning in Markdown, except between backticks.
fn escaped(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut is_code = false;
    for character in text.chars() {
        is_code ^= character == '`';
        if !is_code && ['*', '_', '[', ']', '<', '>', '|', '\\'].contains(&character) {
            result.push('\\');
        }
        result.push(character);
    }
    result
}
