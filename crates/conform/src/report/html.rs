//! The report for a browser: one page that loads nothing and runs nothing, so that every place that keeps the
//! artefacts of a CI run can show it.

use super::junit::escaped;
use super::{Cell, Report, Row};
use crate::results::Finding;
use crate::rule::{Check, Rule};
use std::fmt::Write as _;

const STYLE: &str = include_str!("style.css");

pub(super) fn render(report: &Report) -> String {
    let mut out = String::new();
    let (verdict, class, mark) =
        if report.conforming { ("Conforming", "", "✓") } else { ("Not conforming", "not", "✗") };
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{verdict}: {server}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <header class=\"{class}\"><div class=\"seal\" aria-hidden=\"true\">{mark}</div>\n\
         <div><h1>{verdict}</h1><p><code>{server}</code> against {contract}</p>\
         <p>{requests} requests in {seconds:.1} s, finished {finished} UTC</p></div>\n",
        server = escaped(&report.server),
        contract = escaped(&report.contract),
        requests = report.requests,
        seconds = report.seconds,
        finished = escaped(&to_the_second(&report.finished)),
    );
    figures(report, &mut out);
    out.push_str("</header>\n<h2>Operations and checks</h2>\n");
    table(report, &mut out);
    findings(report, &mut out);
    lists(report, &mut out);
    rules(&mut out);
    let _ = write!(
        out,
        "<footer>{}, finished {}.</footer>\n</main>\n</body>\n</html>\n",
        escaped(&report.summary()),
        escaped(&report.finished)
    );
    out
}

/// An RFC 3339 time in UTC as people write it.
fn to_the_second(time: &str) -> String {
    time.split(['.', 'Z']).next().unwrap_or_default().replace('T', " ")
}

/// Text in which what stands between back-ticks is code.
fn prose(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let parts = parts.map(|(index, part)| match index % 2 {
        0 => escaped(part),
        _ => format!("<code>{}</code>", escaped(part)),
    });
    parts.collect()
}

fn figures(report: &Report, out: &mut String) {
    let Cell { passed, failed, waived, skipped } = report.total();
    out.push_str("<dl class=\"figures\">");
    for (name, figure) in [("findings", failed), ("waived", waived), ("passed", passed), ("skipped", skipped)] {
        if figure > 0 || name == "findings" || name == "passed" {
            let _ = write!(out, "<div><dt>{name}</dt><dd>{figure}</dd></div>");
        }
    }
    out.push_str("</dl>\n");
}

fn table(report: &Report, out: &mut String) {
    let checks: Vec<Check> = Check::ALL
        .into_iter()
        .filter(|check| report.operations.iter().any(|row| report.cell(&row.id, *check) != Cell::default()))
        .collect();
    out.push_str("<div class=\"card table\"><table>\n<thead><tr><th></th>");
    for check in &checks {
        let _ = write!(out, "<th scope=\"col\">{}</th>", check.id());
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in &report.operations {
        let Row { id, method, path } = row;
        out.push_str("<tr><th scope=\"row\">");
        if !method.is_empty() {
            let _ = write!(out, "<b class=\"method {}\">{method}</b>", method.to_lowercase());
        }
        let _ = write!(out, "<code>{}</code><small>{}</small></th>", escaped(id), escaped(path));
        for check in &checks {
            cell(report, row, *check, out);
        }
        out.push_str("</tr>\n");
    }
    out.push_str(
        "</tbody></table>\n<p class=\"legend\"><span><b class=\"pass\">9</b>checks passed</span>\
         <span><b class=\"fail\">✗ 1</b>findings</span><span><b class=\"waive\">~ 1</b>accepted by a waiver</span>\
         <span><b class=\"skip\">–</b>skipped, see below</span><span><b class=\"none\">·</b>does not apply</span></p>\
         </div>\n",
    );
}

fn cell(report: &Report, row: &Row, check: Check, out: &mut String) {
    let cell = report.cell(&row.id, check);
    let (class, text) = match cell {
        Cell { failed: failed @ 1.., .. } => ("fail", format!("✗ {failed}")),
        Cell { waived: waived @ 1.., .. } => ("waive", format!("~ {waived}")),
        Cell { passed: passed @ 1.., .. } => ("pass", passed.to_string()),
        Cell { skipped: 1.., .. } => ("skip", "–".to_owned()),
        Cell { .. } => ("none", "·".to_owned()),
    };
    let title = format!("{}, {}: {}", escaped(&row.id), check.id(), in_words(cell));
    let _ = if matches!(class, "fail" | "waive") {
        let anchor = anchor(&row.id, check);
        write!(out, "<td><a class=\"{class}\" href=\"#{anchor}\" title=\"{title}\">{text}</a></td>")
    } else {
        write!(out, "<td><span class=\"{class}\" title=\"{title}\">{text}</span></td>")
    };
}

/// `14 passed, 1 finding`: a cell itself shows the worst only.
fn in_words(cell: Cell) -> String {
    let findings = if cell.failed == 1 { "finding" } else { "findings" };
    let parts = [(cell.failed, findings), (cell.waived, "waived"), (cell.passed, "passed"), (cell.skipped, "skipped")];
    let told: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    if told.is_empty() { "does not apply".to_owned() } else { told.join(", ") }
}

fn anchor(operation: &str, check: Check) -> String {
    let safe: String = operation.chars().filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
    format!("{safe}-{}", check.id())
}

fn findings(report: &Report, out: &mut String) {
    if report.findings.is_empty() {
        return;
    }
    out.push_str("<h2>Findings</h2>\n");
    let mut seen = Vec::new();
    // What is not accepted comes first.
    let (waived, open): (Vec<_>, Vec<_>) = report.findings.iter().partition(|finding| finding.waived.is_some());
    for finding in open.into_iter().chain(waived) {
        let anchor = anchor(&finding.operation, finding.rule.check());
        let id = if seen.contains(&anchor) { String::new() } else { format!(" id=\"{anchor}\"") };
        seen.push(anchor);
        one(finding, &id, out);
    }
}

fn one(finding: &Finding, id: &str, out: &mut String) {
    let class = if finding.waived.is_some() { " accepted" } else { "" };
    let times =
        if finding.times > 1 { format!("<span class=\"times\">{} times</span>", finding.times) } else { String::new() };
    let _ = write!(
        out,
        "<section class=\"card finding{class}\"{id}>\n<h3><code>{}</code><span class=\"rule\">{}</span>\
         <code>{}</code>{times}</h3>\n<p>{}</p>\n<dl>",
        escaped(&finding.operation),
        finding.rule.id(),
        escaped(&finding.at),
        prose(finding.rule.says()),
    );
    for (name, text) in [("request", &finding.request), ("came", &finding.came), ("expected", &finding.expected)] {
        let _ = write!(out, "<dt>{name}</dt><dd><code>{}</code></dd>", escaped(text));
    }
    if let Some(reason) = &finding.waived {
        let _ = write!(out, "<dt>accepted</dt><dd>{}</dd>", escaped(reason));
    }
    out.push_str("</dl>\n</section>\n");
}

fn lists(report: &Report, out: &mut String) {
    if !report.unused_waivers.is_empty() {
        out.push_str("<h2>Waivers that accept nothing</h2>\n<ul class=\"card list\">");
        for waiver in &report.unused_waivers {
            let what = format!("{}, {}, {}", waiver.rule, waiver.operation, waiver.at);
            let _ = write!(out, "<li><code>{}</code><small>{}</small></li>", escaped(&what), escaped(&waiver.reason));
        }
        out.push_str("</ul>\n");
    }
    let skipped = report.skipped();
    if !skipped.is_empty() {
        out.push_str("<h2>Not checked</h2>\n<ul class=\"card list\">");
        for (why, concerned) in skipped {
            let _ = write!(out, "<li>{}<small>{}</small></li>", escaped(why), escaped(&concerned.join(", ")));
        }
        out.push_str("</ul>\n");
    }
    if !report.notes.is_empty() {
        out.push_str("<h2>Notes</h2>\n<ul class=\"card list\">");
        for note in &report.notes {
            let _ = write!(out, "<li>{}</li>", escaped(note));
        }
        out.push_str("</ul>\n");
    }
}

fn rules(out: &mut String) {
    out.push_str("<h2>Rules</h2>\n<div class=\"card\">");
    for check in Check::ALL {
        let _ = write!(out, "<details><summary>{}</summary><dl class=\"rules\">", check.id());
        for rule in Rule::ALL.iter().filter(|rule| rule.check() == check) {
            let _ = write!(out, "<dt><code>{}</code></dt><dd>{}</dd>", rule.id(), prose(rule.says()));
        }
        out.push_str("</dl></details>\n");
    }
    out.push_str("</div>\n");
}
