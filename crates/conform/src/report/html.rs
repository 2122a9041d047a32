//! The report as one HTML page without scripts or external resources, so that every CI system that keeps artifacts can
//! show it.

use super::{Cell, Report, Row, printable};
use crate::results::Finding;
use crate::rule::{Check, Rule};
use maud::{Markup, PreEscaped, html};

const STYLE: &str = include_str!("style.css");

pub(super) fn render(report: &Report) -> String {
    let (verdict, class, mark) =
        if report.conforming { ("Conforming", "", "✓") } else { ("Not conforming", "not", "✗") };
    let page = html! {
        (PreEscaped("<!doctype html>\n"))
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (verdict) ": " (report.server) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    header class=(class) {
                        div.seal aria-hidden="true" { (mark) }
                        div {
                            h1 { (verdict) }
                            p { code { (report.server) } " against " (report.contract) ", profile " (report.profile) }
                            p {
                                (report.requests) " requests in " (format!("{:.1}", report.seconds)) " s, finished "
                                (to_the_second(&report.finished)) " UTC"
                            }
                        }
                        (figures(report))
                    }
                    h2 { "Operations and checks" }
                    (table(report))
                    (findings(report))
                    (lists(report))
                    h2 { "Rules" }
                    div.card { @for check in Check::ALL { (rules(check)) } }
                    footer { (report.summary()) ", finished " (report.finished) "." }
                }
            }
        }
    };
    page.into_string()
}

/// An RFC 3339 time in UTC as people write it.
fn to_the_second(time: &str) -> String {
    time.split(['.', 'Z']).next().unwrap_or_default().replace('T', " ")
}

/// Text in which what stands between back-ticks is code.
fn prose(text: &str) -> Markup {
    html! {
        @for (index, part) in text.split('`').enumerate() {
            @if index % 2 == 0 { (part) } @else { code { (part) } }
        }
    }
}

fn figures(report: &Report) -> Markup {
    let Cell { passed, failed, tolerated, waived, skipped } = report.total();
    html! {
        dl.figures {
            @for (name, figure) in [
                ("findings", failed),
                ("warnings and notes", tolerated),
                ("waived", waived),
                ("passed", passed),
                ("skipped", skipped),
            ] {
                @if figure > 0 || name == "findings" || name == "passed" {
                    div { dt { (name) } dd { (figure) } }
                }
            }
        }
    }
}

fn table(report: &Report) -> Markup {
    let checks = report.checks();
    html! {
        div.card.table {
            table {
                thead { tr { th {} @for check in &checks { th scope="col" { (check.id()) } } } }
                tbody {
                    @for row @ Row { id, method, path } in &report.operations {
                        tr {
                            th scope="row" {
                                @if !method.is_empty() {
                                    b class={ "method " (method.to_lowercase()) } { (method) }
                                }
                                code { (id) } small { (path) }
                            }
                            @for check in &checks { (cell(report, row, *check)) }
                        }
                    }
                }
            }
            p.legend {
                span { b.pass { "9" } "checks passed" }
                span { b.fail { "✗ 1" } "findings" }
                span { b.waive { "! 1" } "warnings and notes" }
                span { b.waive { "~ 1" } "accepted by a waiver" }
                span { b.skip { "–" } "skipped, see below" }
                span { b.none { "·" } "does not apply" }
            }
        }
    }
}

fn cell(report: &Report, row: &Row, check: Check) -> Markup {
    let cell = report.cell(&row.id, check);
    let (class, text) = match cell {
        Cell { failed: failed @ 1.., .. } => ("fail", format!("✗ {failed}")),
        Cell { waived: waived @ 1.., .. } => ("waive", format!("~ {waived}")),
        Cell { tolerated: tolerated @ 1.., .. } => ("waive", format!("! {tolerated}")),
        Cell { passed: passed @ 1.., .. } => ("pass", passed.to_string()),
        Cell { skipped: 1.., .. } => ("skip", "–".to_owned()),
        Cell { .. } => ("none", "·".to_owned()),
    };
    let title = format!("{}, {}: {}", row.id, check.id(), in_words(cell));
    html! {
        td {
            @if matches!(class, "fail" | "waive") {
                a class=(class) href={ "#" (anchor(&row.id, check)) } title=(title) { (text) }
            } @else {
                span class=(class) title=(title) { (text) }
            }
        }
    }
}

/// `14 passed, 1 finding`: a cell itself shows the worst only.
fn in_words(cell: Cell) -> String {
    let findings = if cell.failed == 1 { "finding" } else { "findings" };
    let parts = [
        (cell.failed, findings),
        (cell.tolerated, "warnings and notes"),
        (cell.waived, "waived"),
        (cell.passed, "passed"),
        (cell.skipped, "skipped"),
    ];
    let words: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    if words.is_empty() { "does not apply".to_owned() } else { words.join(", ") }
}

fn anchor(operation: &str, check: Check) -> String {
    let safe: String = operation.chars().filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
    format!("{safe}-{}", check.id())
}

/// Findings first, those that a waiver accepts last. The first of each cell of the table has the cell's anchor.
fn findings(report: &Report) -> Markup {
    let mut seen = Vec::new();
    let (waived, open): (Vec<_>, Vec<_>) = report.findings.iter().partition(|finding| finding.is_waived());
    let anchored = open.into_iter().chain(waived).map(|finding| {
        let anchor = anchor(&finding.operation, finding.rule.check());
        let is_first = !seen.contains(&anchor);
        seen.push(anchor.clone());
        (finding, is_first.then_some(anchor))
    });
    html! {
        @if !report.findings.is_empty() {
            h2 { "Findings" }
            @for (finding, anchor) in anchored { (one(finding, anchor.as_deref())) }
        }
    }
}

fn one(finding: &Finding, anchor: Option<&str>) -> Markup {
    let Finding { operation, rule, at, request, received, expected, times, waived, severity } = finding;
    html! {
        section.card.finding.accepted[waived.is_some()] id=[anchor] {
            h3 {
                code { (operation) } span.rule { (rule.id()) } span.rule { (severity.id()) } code { (printable(at)) }
                @if *times > 1 { span.times { (times) " times" } }
            }
            p { (prose(rule.description())) }
            dl {
                @for (name, text) in [("request", request), ("received", received), ("expected", expected)] {
                    dt { (name) } dd { code { (printable(text)) } }
                }
                @if let Some(reason) = waived { dt { "accepted" } dd { (reason) } }
            }
        }
    }
}

fn lists(report: &Report) -> Markup {
    let skipped = report.skipped();
    html! {
        @if !report.unused_waivers.is_empty() {
            h2 { "Unused waivers" }
            ul.card.list {
                @for waiver in &report.unused_waivers {
                    li {
                        code { (waiver.rule) ", " (waiver.operation) ", " (waiver.at) } small { (waiver.reason) }
                    }
                }
            }
        }
        @if !skipped.is_empty() {
            h2 { "Not checked" }
            ul.card.list {
                @for (reason, rules) in skipped { li { (reason) small { (rules.join(", ")) } } }
            }
        }
        @if !report.notes.is_empty() {
            h2 { "Notes" }
            ul.card.list { @for note in &report.notes { li { (printable(note)) } } }
        }
    }
}

fn rules(check: Check) -> Markup {
    html! {
        details {
            summary { (check.id()) }
            dl.rules {
                @for rule in Rule::ALL.iter().filter(|rule| rule.check() == check) {
                    dt { code { (rule.id()) } } dd { (prose(rule.description())) }
                }
            }
        }
    }
}
