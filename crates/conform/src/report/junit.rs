//! The report for CI systems, in the form that JUnit's XML has: a suite for each operation, a case for each rule.

use super::{Report, Tally};
use std::fmt::Write as _;

pub(super) fn render(report: &Report) -> String {
    let total = report.results.len();
    let failures = report.results.iter().filter(|tally| tally.failed > 0).count();
    let skipped = report.results.iter().filter(|tally| is_skipped(tally)).count();
    let mut out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    let _ = writeln!(
        out,
        "<testsuites name=\"{}\" tests=\"{total}\" failures=\"{failures}\" skipped=\"{skipped}\" errors=\"0\" \
         time=\"{:.3}\">",
        escaped(&format!("conform {}", report.server)),
        report.seconds
    );
    for operation in &report.operations {
        let cases: Vec<&Tally> = report.results.iter().filter(|tally| tally.operation == operation.id).collect();
        let failures = cases.iter().filter(|tally| tally.failed > 0).count();
        let skipped = cases.iter().filter(|tally| is_skipped(tally)).count();
        let _ = writeln!(
            out,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failures}\" skipped=\"{skipped}\" errors=\"0\" \
             timestamp=\"{}\">",
            escaped(&operation.id),
            cases.len(),
            report.finished
        );
        for tally in cases {
            case(report, tally, &mut out);
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

/// Nothing of it was checked.
fn is_skipped(tally: &Tally) -> bool {
    tally.passed == 0 && tally.failed == 0 && tally.waived == 0
}

fn case(report: &Report, tally: &Tally, out: &mut String) {
    let _ = write!(
        out,
        "    <testcase classname=\"{}.{}\" name=\"{}\" assertions=\"{}\"",
        escaped(&tally.operation),
        tally.check.id(),
        tally.rule.id(),
        tally.passed + tally.failed + tally.waived
    );
    let of_it = report.findings.iter().filter(|each| each.operation == tally.operation && each.rule == tally.rule);
    let broken: Vec<_> = of_it.filter(|finding| finding.waived.is_none()).collect();
    if broken.is_empty() && !is_skipped(tally) {
        out.push_str("/>\n");
        return;
    }
    out.push_str(">\n");
    if is_skipped(tally) {
        let _ = writeln!(out, "      <skipped message=\"{}\"/>", escaped(&tally.skipped.join("; ")));
    }
    for finding in broken {
        let _ = writeln!(
            out,
            "      <failure type=\"{}\" message=\"{}\">{}</failure>",
            finding.rule.id(),
            escaped(&format!("{}: {}", finding.at, finding.rule.says())),
            escaped(&format!(
                "request:  {}\ncame:     {}\nexpected: {}\nseen:     {} times",
                finding.request, finding.came, finding.expected, finding.times
            ))
        );
    }
    out.push_str("    </testcase>\n");
}

/// Text for XML and HTML; characters that XML does not have are replaced.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\t' | '\n' => escaped.push(character),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            other => escaped.push(other),
        }
    }
    escaped
}
