//! The differ: what changed between two contracts, and whether it breaks clients.
//!
//! Operations are matched by method and path. Everything that they refer to is compared where it is used: once as data
//! that clients send and once as data that they read, because the same change may break one and not the other.
//! [`rules`] lists the kinds of changes, and whether each breaks clients.

mod constraint;
mod discriminator;
mod document;
mod normal;
mod operation;
mod parameter;
mod part;
mod property;
mod response;
mod rule;
mod schema;
mod security;
#[cfg(test)]
mod tests;
mod walk;

pub(crate) use part::differences;
pub use rule::{Level, Rule, rules};

use crate::without_prose;
use operation::Operation;
use serde_json::Value;
use std::fmt;
use walk::Walk;

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
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

    fn add(&mut self, subject: Subject, findings: Vec<Finding>) {
        if !findings.is_empty() {
            self.list.push((subject, findings));
        }
    }
}

/// Compares two effective contracts.
#[must_use]
pub fn compare(old: &Value, new: &Value) -> Changes {
    between(&normal::normal(&without_prose(old)), &normal::normal(&without_prose(new)))
}

/// Compares two contracts in their normal form.
fn between(old: &Value, new: &Value) -> Changes {
    let mut changes = Changes::default();
    let mut walk = Walk::new(old, new);
    document::compare(&mut walk);
    changes.add(Subject::Contract, walk.findings);
    operations(old, new, &mut changes);
    changes
}

fn operations(old: &Value, new: &Value, changes: &mut Changes) {
    let (before, after) = (operation::all(old), operation::all(new));
    let is_all_else_equal = ["components", "security"].iter().all(|key| old.get(key) == new.get(key));
    for operation in &before {
        let mut walk = Walk::new(old, new);
        match after.iter().find(|other| other.key() == operation.key()) {
            Some(other) if is_all_else_equal && operation == other => {}
            Some(other) => {
                operation::compare(&mut walk, *operation, *other);
                changes.add(subject(other), walk.findings);
            }
            None => {
                operation::removed(&mut walk, *operation, &after);
                changes.add(subject(operation), walk.findings);
            }
        }
    }
    for operation in after.iter().filter(|operation| !before.iter().any(|other| other.key() == operation.key())) {
        let mut walk = Walk::new(old, new);
        operation::added(&mut walk);
        changes.add(subject(operation), walk.findings);
    }
}

fn subject(operation: &Operation<'_>) -> Subject {
    Subject::Operation {
        method: operation.method.to_uppercase(),
        path: operation.path.to_owned(),
        id: walk::text(operation.value, "operationId").to_owned(),
    }
}
