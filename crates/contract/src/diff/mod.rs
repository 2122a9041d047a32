//! The differ: what changed between two contracts, and whether it breaks clients.
//!
//! Operations are matched by method and path. Everything that they refer to is compared where it is used: once as data
//! that clients send and once as data that they read, because the same change may break one and not the other.
//! [`rules`] lists the kinds of changes, and whether each breaks clients.

mod choice;
mod composition;
mod constraint;
mod discriminator;
mod document;
pub mod files;
mod graph;
mod normal;
mod operation;
mod parameter;
mod part;
mod property;
pub mod render;
mod response;
mod rule;
mod schema;
mod security;
mod severity;
pub mod source;
mod sunset;
#[cfg(test)]
mod tests;
mod walk;

pub use choice::{Choice, Comparison};
pub(crate) use part::differences;
pub use rule::{Direction, Level, Rule, rules};
pub use severity::{Severities, SeverityError};

use crate::without_prose;
use serde_json::Value;
use std::fmt;

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Finding {
    /// The rule that it is an instance of.
    pub rule: String,
    /// What it does to clients.
    pub level: Level,
    /// Where, in words; empty for the subject itself.
    pub place: String,
    /// What, in words.
    pub text: String,
}

/// Place and text, without the judgment.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = if self.place.is_empty() { "" } else { ": " };
        write!(f, "{}{separator}{}", self.place, self.text)
    }
}

/// What changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// The contract as a whole.
    Contract,
    /// An operation.
    Operation {
        /// HTTP method, in upper case.
        method: String,
        /// Path below the base path, as the newer contract has it.
        path: String,
        /// Its id in the newer contract that has it.
        id: String,
    },
    /// A schema, with all operations in whose requests or responses it is.
    Schema {
        /// Its name in the newer contract.
        name: String,
        /// Who sends it.
        direction: Direction,
        /// The operations, as `GET /users/me`.
        operations: Vec<String>,
    },
}

/// The result of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing but prose changed, if anything.
    Same,
    /// Clients work as before.
    Compatible,
    /// Some clients may stop working.
    Breaking,
}

impl Verdict {
    /// The exit status of the programs that compare.
    #[must_use]
    pub fn exit_status(self) -> u8 {
        match self {
            Self::Same => 0,
            Self::Compatible => 1,
            Self::Breaking => 2,
        }
    }
}

/// All changes, by what changed, paths in alphabetical order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Never empty lists.
    pub list: Vec<(Subject, Vec<Finding>)>,
}

impl Changes {
    /// Every finding.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.list.iter().flat_map(|(_, findings)| findings)
    }

    /// How many findings are of this level.
    #[must_use]
    pub fn count(&self, level: Level) -> usize {
        self.findings().filter(|finding| finding.level == level).count()
    }

    /// The result.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match (self.count(Level::Breaking), self.list.is_empty()) {
            (_, true) => Verdict::Same,
            (0, false) => Verdict::Compatible,
            _ => Verdict::Breaking,
        }
    }

    /// Keeps the changes that concern the operations of the older contract: not that there are more of them, or that the
    /// document has another version.
    pub fn keep_known(&mut self) {
        let others = ["endpoint-added", "api-version-changed", "openapi-version-changed"];
        self.keep(|finding| !others.contains(&finding.rule.as_str()));
    }

    /// Keeps the changes of one level.
    pub fn keep_level(&mut self, level: Level) {
        self.keep(|finding| finding.level == level);
    }

    fn keep(&mut self, is_kept: impl Fn(&Finding) -> bool) {
        self.list.iter_mut().for_each(|(_, findings)| findings.retain(&is_kept));
        self.list.retain(|(_, findings)| !findings.is_empty());
    }

    fn add(&mut self, subject: Subject, findings: Vec<Finding>) {
        if !findings.is_empty() {
            self.list.push((subject, findings));
        }
    }
}

/// Compares two effective contracts, as of today.
#[must_use]
pub fn compare(old: &Value, new: &Value) -> Changes {
    compare_on(&sunset::today(), old, new)
}

/// Compares two effective contracts, as of a day (`2026-01-31`, RFC 3339): what has an `x-sunset` may go after it.
#[must_use]
pub fn compare_on(day: &str, old: &Value, new: &Value) -> Changes {
    let (old, new) = (normal::normal(without_prose(old)), normal::normal(without_prose(new)));
    graph::between(day, &old, &new)
}
