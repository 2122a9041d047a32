//! Builds the report from the results of a run.

use super::{Report, Row, Tally, groups, not_implemented};
use crate::contract::Operation;
use crate::options::Options;
use crate::results::Finding;
use crate::rule::Rule;
use crate::run::Run;
use crate::severity::Severity;
use crate::waivers::Waiver;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

impl Report {
    /// The report on what was checked until now; `incomplete` says why that is not everything.
    pub(crate) fn new(run: &Run<'_>, incomplete: Option<&str>) -> Self {
        let (options, waivers, operations) = (run.options, run.waivers, &run.operations);
        let (rows, mut results, mut findings) = collect(run, operations);
        not_implemented::reduce(&run.observed, &rows, &mut results, &mut findings);
        if options.strict {
            for finding in &mut findings {
                finding.severity = Severity::Error;
            }
        }
        let mut unused_waivers = waivers.apply(findings.iter_mut());
        let baseline = waivers.baseline.as_ref();
        let mut stale_baseline = baseline.map(|baseline| baseline.apply(findings.iter_mut())).unwrap_or_default();
        if incomplete.is_some() {
            unused_waivers.clear();
            stale_baseline.clear();
        }
        // A narrowed run does not report what concerns the rest.
        if options.is_narrowed() {
            let was_checked =
                |waiver: &Waiver| results.iter().any(|tally| waiver.concerns(&tally.operation, tally.rule));
            unused_waivers.retain(was_checked);
            stale_baseline.retain(|known| results.iter().any(|tally| known.concerns(&tally.operation, tally.rule)));
        }
        count(&mut results, &findings, options.fail_on);
        let coverage = run.observed.coverage(run.contract, operations);
        Self {
            server: run.client.target.url(&run.client.target.prefix),
            contract: run.contract.title.clone(),
            profile: run.profile.as_ref().map_or_else(|| "none".to_owned(), |profile| profile.name.clone()),
            finished: OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default(),
            seconds: run.started.elapsed().as_secs_f64(),
            requests: run.requests,
            incomplete: incomplete.map(str::to_owned),
            conforming: incomplete.is_none()
                && findings.iter().all(|finding| finding.is_waived() || finding.severity < options.fail_on),
            fail_on: options.fail_on,
            operations: rows,
            results,
            groups: groups::groups(&findings),
            findings,
            problems: problems(options, coverage.percent, if waivers.fail_on_stale { unused_waivers.len() } else { 0 }),
            coverage,
            unused_waivers,
            has_baseline: baseline.is_some(),
            stale_baseline,
            notes: run.notes.clone(),
            exchanges: run.client.recorder.exchanges(),
        }
    }
}

/// The rows of the table, and the results and findings that the options ask for.
fn collect(run: &Run<'_>, operations: &[&Operation]) -> (Vec<Row>, Vec<Tally>, Vec<Finding>) {
    let row = |operation: &&Operation| Row {
        id: operation.id.clone(),
        method: operation.method.clone(),
        path: operation.path.clone(),
    };
    let mut rows: Vec<Row> = operations.iter().map(row).collect();
    let (mut results, mut findings) = (Vec::new(), Vec::new());
    for ((operation, rule), entry) in run.results.entries.iter().filter(|(_, entry)| entry.has_result()) {
        // Recorded cases may belong to no operation: routes, for instance.
        let mut has_row = rows.iter().any(|row| row.id == *operation);
        if !has_row && run.contract.operation(operation).is_none() {
            rows.push(Row { id: operation.clone(), method: String::new(), path: String::new() });
            has_row = true;
        }
        if !has_row || !(run.options.wants(rule.check()) || *rule == Rule::NoAnswer) {
            continue;
        }
        results.push(Tally {
            operation: operation.clone(),
            check: rule.check(),
            rule: *rule,
            passed: entry.passed,
            failed: 0,
            tolerated: 0,
            waived: 0,
            skipped: entry.skipped.clone(),
            seconds: entry.spent.as_secs_f64(),
        });
        findings.extend(entry.findings.iter().cloned());
    }
    (rows, results, findings)
}

fn count(results: &mut [Tally], findings: &[Finding], fail_on: Severity) {
    for tally in results {
        let of_it = |finding: &&Finding| finding.operation == tally.operation && finding.rule == tally.rule;
        for finding in findings.iter().filter(of_it) {
            let count = match finding {
                _ if finding.is_waived() => &mut tally.waived,
                _ if finding.severity < fail_on => &mut tally.tolerated,
                _ => &mut tally.failed,
            };
            *count += 1;
        }
    }
}

/// Why the run fails, beside findings.
fn problems(options: &Options, coverage: f64, stale_waivers: usize) -> Vec<String> {
    let mut problems = Vec::new();
    if let Some(least) = options.min_coverage.filter(|least| coverage < *least) {
        problems.push(format!("{coverage} % of the contract were exercised, less than {least} % (--min-coverage)"));
    }
    if stale_waivers > 0 {
        let waivers = if stale_waivers == 1 { "waiver matches" } else { "waivers match" };
        problems.push(format!("{stale_waivers} {waivers} no finding (--fail-on-stale-waiver)"));
    }
    problems
}
