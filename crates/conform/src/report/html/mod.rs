//! The report as one HTML page without scripts or external resources, so that every CI system that keeps artifacts can
//! show it.

mod coverage;
mod findings;

use super::{Cell, Report, Row, printable};
use crate::rule::{Check, Rule};
use maud::{Markup, PreEscaped, html};

const STYLE: &str = include_str!("style.css");

pub(super) fn render(report: &Report) -> String {
    let (verdict, class, mark) = match (&report.incomplete, report.conforming) {
        (Some(_), _) => ("Incomplete", "not", "…"),
        (None, true) => ("Conforming", "", "✓"),
        (None, false) => ("Not conforming", "not", "✗"),
    };
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
                            @if let Some(reason) = &report.incomplete { p { "Not everything was checked: " (reason) } }
                            p {
                                (report.requests) " requests in " (format!("{:.1}", report.seconds)) " s, finished "
                                (to_the_second(&report.finished)) " UTC"
                            }
                        }
                        (figures(report))
                    }
                    @if !report.problems.is_empty() {
                        ul.card.list.problems { @for problem in &report.problems { li { (problem) } } }
                    }
                    h2 { "Operations and checks" }
                    (table(report))
                    (findings::render(report))
                    (coverage::render(&report.coverage))
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

fn lists(report: &Report) -> Markup {
    let (skipped, stale) = (report.skipped(), report.stale());
    html! {
        @if !stale.is_empty() {
            h2 { "No longer needed" }
            ul.card.list { @for line in &stale { li { (printable(line)) } } }
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
