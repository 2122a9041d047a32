//! The findings of the page: a card for each cause.

use super::{anchor, prose};
use crate::report::{Group, Report, printable};
use crate::results::Finding;
use maud::{Markup, html};

/// How many findings of a cause are shown with their requests.
const DETAILED: usize = 25;

/// Findings first, those that are accepted last. The first of each cell of the table has the cell's anchor.
pub(super) fn render(report: &Report) -> Markup {
    let mut seen = Vec::new();
    let variables = report.variables();
    html! {
        @if !report.groups.is_empty() {
            h2 { "Findings" }
            @if !variables.is_empty() {
                p.hint {
                    "The requests use these variables of the shell; set them first: "
                    @for (index, (name, content)) in variables.iter().enumerate() {
                        @if index > 0 { ", " }
                        code { (name) } " (" (content) ")"
                    }
                    "."
                }
            }
            @for group in &report.groups { (card(group, report, &mut seen)) }
        }
    }
}

fn card(group: &Group, report: &Report, seen: &mut Vec<String>) -> Markup {
    let findings: Vec<&Finding> = group.findings.iter().filter_map(|index| report.findings.get(*index)).collect();
    let mut anchors = Vec::new();
    for operation in &group.operations {
        let anchor = anchor(operation, group.rule.check());
        if !seen.contains(&anchor) {
            seen.push(anchor.clone());
            anchors.push(anchor);
        }
    }
    let tolerated = group.severity < report.fail_on;
    html! {
        section.card.finding.accepted[group.accepted].tolerated[tolerated] {
            @for anchor in &anchors { span.anchor id=(anchor) {} }
            h3 {
                span.rule { (group.rule.id()) }
                span.severity { (group.severity.id()) }
                @match findings.as_slice() {
                    [finding] => { code { (finding.operation) } code { (printable(&finding.at)) } }
                    _ => span.extent {
                        (findings.len()) " findings in "
                        @if let [operation] = group.operations.as_slice() { code { (operation) } }
                        @else { (group.operations.len()) " operations" }
                    }
                }
            }
            p { (prose(group.rule.description())) }
            @match findings.as_slice() {
                [finding] => (details(finding)),
                _ => @for (index, finding) in findings.iter().take(DETAILED).enumerate() {
                    details.one open[index == 0] {
                        summary { code { (finding.operation) } " " code { (printable(&finding.at)) } }
                        (details(finding))
                    }
                }
            }
            @if findings.len() > DETAILED {
                p { "and " (findings.len() - DETAILED) " more, which the report as JSON has" }
            }
        }
    }
}

fn details(finding: &Finding) -> Markup {
    let Finding { request, received, expected, times, waived, .. } = finding;
    html! {
        dl {
            @for (name, text) in [("request", request), ("received", received), ("expected", expected)] {
                dt { (name) } dd { code { (printable(text)) } }
            }
            @if *times > 1 { dt { "seen" } dd { (times) " times, first with this request" } }
            @if let Some(reason) = waived { dt { "accepted" } dd { (reason) } }
        }
    }
}
