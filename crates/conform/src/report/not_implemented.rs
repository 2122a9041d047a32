//! Operations that the server does not implement: one finding for each, instead of all that follows from it.

use super::{Row, Tally};
use crate::coverage::Observed;
use crate::results::Finding;
use crate::rule::Rule;

/// Why rules of such an operation are not checked.
const SKIPPED: &str = "the server does not implement the operation";

/// Replaces the findings of each operation that is not implemented.
pub(super) fn reduce(observed: &Observed, rows: &[Row], results: &mut Vec<Tally>, findings: &mut Vec<Finding>) {
    for Row { id, .. } in rows {
        let (own, others): (Vec<Finding>, Vec<Finding>) =
            std::mem::take(findings).into_iter().partition(|finding| finding.operation == *id);
        *findings = others;
        let replacement = if observed.is_not_implemented(id) { replacement(&own) } else { None };
        let Some(replacement) = replacement else {
            findings.extend(own);
            continue;
        };
        findings.push(replacement);
        for tally in results.iter_mut().filter(|tally| tally.operation == *id) {
            if own.iter().any(|finding| finding.rule == tally.rule) && tally.passed == 0 {
                tally.skipped.push(SKIPPED.to_owned());
            }
        }
        results.push(Tally {
            operation: id.clone(),
            check: Rule::NotImplemented.check(),
            rule: Rule::NotImplemented,
            passed: 0,
            failed: 0,
            tolerated: 0,
            waived: 0,
            skipped: Vec::new(),
            seconds: 0.0,
        });
    }
    results.sort_by(|left, right| (&left.operation, left.rule).cmp(&(&right.operation, right.rule)));
}

/// The finding that a valid request is rejected, as this one. Without it, the operation was not asked for.
fn replacement(own: &[Finding]) -> Option<Finding> {
    let of_valid = |rule: Rule| {
        matches!(rule, Rule::SuccessStatus | Rule::CredentialRight | Rule::ServerError | Rule::UndocumentedStatus)
    };
    let example = own.iter().find(|finding| of_valid(finding.rule)).or(own.first())?;
    Some(Finding {
        rule: Rule::NotImplemented,
        severity: Rule::NotImplemented.severity(),
        at: "every request".to_owned(),
        expected: "an implementation: not only 404, 405 or 501".to_owned(),
        times: own.iter().map(|finding| finding.times).sum(),
        ..example.clone()
    })
}
