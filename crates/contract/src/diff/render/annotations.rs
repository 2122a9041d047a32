//! Changes as workflow commands of GitHub Actions, which shows them beside the lines of the newer document.

use super::{Report, each, message};
use crate::diff::Level;
use std::fmt::Write as _;

/// One command a line: `::error file=openapi.json,line=3,title=rule::text`.
#[must_use]
pub fn annotations(report: &Report<'_>) -> String {
    let file = property(report.source.map_or(report.to, |source| source.name));
    let mut text = String::new();
    for ((subject, finding), line) in each(report.changes).zip(report.lines()) {
        let command = match finding.level {
            Level::Breaking => "error",
            Level::Warning => "warning",
            Level::Compatible => "notice",
        };
        let said = data(&message(subject, finding));
        // Writing to a String cannot fail.
        let _ = writeln!(text, "::{command} file={file},line={line},title={}::{said}", property(&finding.rule));
    }
    text
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
