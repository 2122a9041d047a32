//! Changes as JSON, for other programs.

use super::Report;
use crate::diff::{Finding, Level, Subject, Verdict};
use serde_json::{Value, json};

/// Changes as JSON: a count of each level, and every finding with its operation.
#[must_use]
pub fn json(report: &Report<'_>) -> Value {
    let changes = report.changes;
    json!({
        "from": report.from,
        "to": report.to,
        "note": report.note,
        "verdict": match changes.verdict() {
            Verdict::Same => "same",
            Verdict::Compatible => "compatible",
            Verdict::Breaking => "breaking",
        },
        "breaking": changes.count(Level::Breaking),
        "warnings": changes.count(Level::Warning),
        "compatible": changes.count(Level::Compatible),
        "changes": changes
            .list
            .iter()
            .flat_map(|(subject, findings)| findings.iter().map(move |finding| change(subject, finding)))
            .collect::<Vec<_>>(),
    })
}

fn change(subject: &Subject, finding: &Finding) -> Value {
    let mut change = json!({
        "rule": finding.rule,
        "level": finding.level.to_string(),
        "place": finding.place,
        "text": finding.text,
    });
    match subject {
        Subject::Contract => {}
        Subject::Operation { method, path, id } => {
            change["method"] = json!(method);
            change["path"] = json!(path);
            change["operationId"] = json!(id);
        }
        Subject::Schema { name, direction, operations } => {
            change["schema"] = json!(name);
            change["direction"] = json!(direction.to_string());
            change["operations"] = json!(operations);
        }
    }
    change
}
