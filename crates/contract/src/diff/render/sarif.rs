//! Changes as SARIF 2.1.0, for code scanning: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.

use super::{Report, each, message};
use crate::diff::{Level, rules};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Changes as one SARIF log. Lines are those of the newer document.
#[must_use]
pub fn sarif(report: &Report<'_>) -> Value {
    let lines = report.lines();
    let uri = report.source.map_or(report.to, |source| source.name);
    let results = each(report.changes).zip(lines).map(|((subject, finding), line)| {
        json!({
            "ruleId": finding.rule,
            "level": level(finding.level),
            "message": { "text": message(subject, finding) },
            "locations": [{ "physicalLocation": {
                "artifactLocation": { "uri": uri },
                "region": { "startLine": line },
            } }],
        })
    });
    let results: Vec<Value> = results.collect();
    let used: BTreeSet<&str> = report.changes.findings().map(|finding| finding.rule.as_str()).collect();
    let rules: Vec<Value> = rules()
        .into_iter()
        .filter(|rule| used.contains(rule.id.as_str()))
        .map(|rule| json!({ "id": rule.id, "defaultConfiguration": { "level": level(rule.level) } }))
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "immich-contract diff", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "results": results,
        }],
    })
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Breaking => "error",
        Level::Warning => "warning",
        Level::Compatible => "note",
    }
}
