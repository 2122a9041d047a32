//! The report as SARIF 2.1.0 (OASIS), for code scanning: a result for each finding.

use super::{ContractFile, Report, location};
use crate::baseline::IN_BASELINE;
use crate::results::Finding;
use crate::rule::Rule;
use serde_json::{Value, json};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

pub(super) fn render(report: &Report, contract: &ContractFile) -> Value {
    let mut rules: Vec<Rule> = report.findings.iter().map(|finding| finding.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    let results: Vec<Value> = report.findings.iter().map(|finding| result(report, contract, &rules, finding)).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "immich-server conform",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|rule| self::rule(*rule)).collect::<Vec<_>>(),
            } },
            "invocations": [{ "executionSuccessful": report.incomplete.is_none(), "endTimeUtc": report.finished }],
            "automationDetails": { "id": "conform/" },
            "columnKind": "unicodeCodePoints",
            "properties": { "server": report.server, "contract": report.contract, "profile": report.profile },
            "results": results,
        }],
    })
}

fn rule(rule: Rule) -> Value {
    json!({
        "id": rule.id(),
        "shortDescription": { "text": rule.description() },
        "fullDescription": { "text": rule.description() },
        "help": { "text": rule.description() },
        "defaultConfiguration": { "level": rule.severity().id() },
        "properties": { "tags": [rule.check().id()] },
    })
}

fn result(report: &Report, contract: &ContractFile, rules: &[Rule], finding: &Finding) -> Value {
    let row = report.operations.iter().find(|row| row.id == finding.operation);
    let (method, path) = row.map_or(("", ""), |row| (row.method.as_str(), row.path.as_str()));
    let mut result = json!({
        "ruleId": finding.rule.id(),
        "ruleIndex": rules.iter().position(|rule| *rule == finding.rule),
        "level": finding.severity.id(),
        "message": { "text": message(finding) },
        "locations": [{
            "physicalLocation": {
                "artifactLocation": { "uri": uri(&contract.path) },
                "region": { "startLine": contract.line(path, method) },
            },
            "logicalLocations": [{
                "name": finding.operation,
                "fullyQualifiedName": location::pointer(path, method),
                "kind": "function",
            }],
        }],
        "partialFingerprints": { "conformFinding/v1": finding.key() },
        "occurrenceCount": finding.times,
        "properties": { "at": finding.at, "request": finding.request },
    });
    if let Some(reason) = &finding.waived {
        result["suppressions"] = json!([{ "kind": "external", "status": "accepted", "justification": reason }]);
    }
    if report.has_baseline {
        let known = finding.waived.as_deref() == Some(IN_BASELINE);
        result["baselineState"] = json!(if known { "unchanged" } else { "new" });
    }
    result
}

fn message(finding: &Finding) -> String {
    let Finding { operation, at, rule, received, expected, request, .. } = finding;
    format!(
        "{operation}, {at}: {}\n\nexpected: {expected}\nreceived: {received}\nrequest: {request}",
        rule.description()
    )
}

/// A path as a URI reference (RFC 3986).
fn uri(path: &str) -> String {
    use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
    const ESCAPED: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'`').add(b'{').add(b'}');
    utf8_percent_encode(&path.replace('\\', "/"), ESCAPED).to_string()
}
