//! Renders changes: as text for a terminal, Markdown, JSON, SARIF and annotations of GitHub.

mod annotations;
mod json;
mod markdown;
mod sarif;
mod text;

pub use annotations::annotations;
pub use json::json;
pub use markdown::markdown;
pub use sarif::sarif;
pub use text::text;

use super::source::Source;
use crate::diff::{Changes, Finding, Level, Subject};

/// A comparison to print.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// What changed.
    pub changes: &'a Changes,
    /// The older contract, in words.
    pub from: &'a str,
    /// The newer contract, in words.
    pub to: &'a str,
    /// How a contract was read, if that matters to the reader.
    pub note: Option<&'a str>,
    /// The newer contract as it was read, for the lines of changes.
    pub source: Option<Source<'a>>,
}

impl Report<'_> {
    /// In one line.
    fn summary(&self) -> String {
        if self.changes.list.is_empty() {
            return format!("No change from {} to {} (prose is not compared)", self.from, self.to);
        }
        let (breaking, compatible) = (self.changes.count(Level::Breaking), self.changes.count(Level::Compatible));
        let warnings = match self.changes.count(Level::Warning) {
            0 => String::new(),
            1 => " 1 warning,".to_owned(),
            count => format!(" {count} warnings,"),
        };
        format!("{breaking} breaking,{warnings} {compatible} compatible from {} to {}", self.from, self.to)
    }

    /// The line of each change in the newer contract, from 1.
    fn lines(&self) -> Vec<usize> {
        match self.source {
            Some(source) => source.lines(each(self.changes)),
            None => vec![1; self.changes.findings().count()],
        }
    }
}

/// How changes are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Form {
    /// Text with colors, for a terminal.
    #[default]
    Text,
    /// Markdown.
    Markdown,
    /// JSON.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// Annotations of GitHub Actions.
    Annotations,
}

/// Changes in one form.
#[must_use]
pub fn render(report: &Report<'_>, form: Form) -> String {
    match form {
        Form::Text => text(report),
        Form::Markdown => markdown(report),
        Form::Json => format!("{:#}\n", json(report)),
        Form::Sarif => format!("{:#}\n", sarif(report)),
        Form::Annotations => annotations(report),
    }
}

/// The findings of one level, with all subjects that have exactly these.
struct Group<'a> {
    subjects: Vec<&'a Subject>,
    findings: Vec<&'a Finding>,
}

/// The changes of one level. A change of several operations, such as of a schema that all of them use, is listed once.
fn groups(changes: &Changes, level: Level) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for (subject, findings) in &changes.list {
        let findings: Vec<&Finding> = findings.iter().filter(|finding| finding.level == level).collect();
        if findings.is_empty() {
            continue;
        }
        match groups.iter_mut().find(|group| group.findings == findings) {
            Some(group) => group.subjects.push(subject),
            None => groups.push(Group { subjects: vec![subject], findings }),
        }
    }
    groups
}

/// The first operations of a list, in words.
fn some(operations: &[String]) -> String {
    const SHOWN: usize = 5;
    let first = operations.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if operations.len() <= SHOWN { first } else { format!("{first} and {} more", operations.len() - SHOWN) }
}

const LEVELS: [(Level, &str); 3] =
    [(Level::Breaking, "Breaking"), (Level::Warning, "Warning"), (Level::Compatible, "Compatible")];

/// Every finding with its subject.
pub(super) fn each(changes: &Changes) -> impl Iterator<Item = (&Subject, &Finding)> {
    changes.list.iter().flat_map(|(subject, findings)| findings.iter().map(move |finding| (subject, finding)))
}

/// A finding in one line, with its subject.
fn message(subject: &Subject, finding: &Finding) -> String {
    match subject {
        Subject::Contract => finding.to_string(),
        Subject::Operation { method, path, .. } => format!("{method} {path}: {finding}"),
        Subject::Schema { name, direction, operations } => {
            format!("{name} in {direction} of {}: {finding}", some(operations))
        }
    }
}
