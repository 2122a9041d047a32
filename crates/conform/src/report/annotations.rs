//! The findings as annotations of GitHub Actions: a workflow command for each cause.

use super::{Group, Report};
use crate::severity::Severity;
use std::fmt::Write as _;

pub(super) fn render(report: &Report) -> String {
    let mut out = String::new();
    if let Some(reason) = &report.incomplete {
        let _ = writeln!(out, "::error title=incomplete::{}", data(&format!("Not everything was checked: {reason}")));
    }
    for group in report.groups.iter().filter(|group| !group.accepted) {
        let Some(example) = group.findings.first().and_then(|index| report.findings.get(*index)) else { continue };
        let command = match group.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let title = format!("{} ({})", group.rule.id(), extent(group));
        let text = format!(
            "{}\nat: {}\nexpected: {}\nreceived: {}\nrequest: {}",
            group.rule.description(),
            example.at,
            example.expected,
            example.received,
            example.request
        );
        let _ = writeln!(out, "::{command} title={}::{}", property(&title), data(&text));
    }
    out
}

/// `login`, or `12 findings in 3 operations`.
fn extent(group: &Group) -> String {
    match (group.operations.as_slice(), group.findings.len()) {
        ([operation], 1) => operation.clone(),
        ([operation], count) => format!("{operation}, {count} findings"),
        (operations, count) => format!("{count} findings in {} operations", operations.len()),
    }
}

/// Escaped as the toolkit of GitHub Actions does it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
