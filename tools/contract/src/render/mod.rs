//! Renders changes as text for a terminal, as Markdown and as JSON.

mod json;
mod markdown;
mod text;

pub use json::json;
pub use markdown::markdown;
pub use text::text;

use immich_contract::diff::{Changes, Finding, Level, Subject};

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
}

impl Report<'_> {
    /// In one line.
    fn summary(&self) -> String {
        if self.changes.list.is_empty() {
            return format!("No change from {} to {} (prose is not compared)", self.from, self.to);
        }
        let (breaking, compatible) = (self.changes.count(Level::Breaking), self.changes.count(Level::Compatible));
        format!("{breaking} breaking, {compatible} compatible from {} to {}", self.from, self.to)
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

const LEVELS: [(Level, &str); 2] = [(Level::Breaking, "Breaking"), (Level::Compatible, "Compatible")];
