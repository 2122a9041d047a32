//! What a request may change, and whether it changed anything else.

use super::difference::{Difference, What, between};
use super::fixture::Fixture;
use super::snapshot::Snapshot;
use super::times::{is_creation, is_update, is_use, moves_forward};
use crate::contract::Operation;
use crate::http::{Request, Response};
use crate::results::Violation;
use crate::rule::Rule;
use crate::run::Run;
use serde_json::Value;

/// More differences than these are not reported: they have the same cause.
const MOST_REPORTED: usize = 3;

/// What a request may change; the default is nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct Allowed {
    /// Ids of objects that it may add.
    pub(super) added: Vec<String>,
    /// Ids of objects that it may remove, and whose credentials it may end.
    pub(super) removed: Vec<String>,
    /// The object that it may change, by its id.
    pub(super) changed: Option<String>,
    /// The object that it may change, by the path under which it is read.
    pub(super) changed_path: Option<String>,
    /// Names of the fields that it may change in that object, besides the time of its change.
    pub(super) fields: Vec<String>,
    /// A password is sent: flags about the password may change.
    pub(super) sets_password: bool,
}

impl Allowed {
    /// A request that creates this object.
    pub(super) fn addition(id: &str) -> Self {
        Self { added: vec![id.to_owned()], ..Self::default() }
    }

    /// A request that deletes these objects.
    pub(super) fn removal(ids: Vec<String>) -> Self {
        Self { removed: ids, ..Self::default() }
    }

    /// Whether a difference is one that the request may make. `fixture` names the sessions and keys that are not used
    /// otherwise.
    fn explains(&self, difference: &Difference<'_>, fixture: &Fixture) -> bool {
        let id = difference.id.as_ref();
        let is_among = |ids: &[String]| id.is_some_and(|id| ids.contains(id));
        match &difference.what {
            What::Added => is_among(&self.added),
            What::Removed | What::Status { .. } => is_among(&self.removed),
            What::Twice | What::Reordered => false,
            What::Field { pointer, before, after } => {
                self.explains_field(difference, fixture, pointer.trim_start_matches('/'), (before, after))
            }
        }
    }

    fn explains_field(
        &self,
        difference: &Difference<'_>,
        fixture: &Fixture,
        name: &str,
        (before, after): (&Value, &Value),
    ) -> bool {
        let forward = moves_forward(before, after);
        // `current` is about the request that reads, and another check's.
        if name == "current" || (is_use(name) && forward) {
            return true;
        }
        let is_target = match (&difference.id, &self.changed) {
            (Some(id), Some(changed)) => id == changed,
            _ => self.changed_path.as_deref() == Some(difference.reading.path.as_str()),
        };
        if is_target {
            let top = name.split('/').next().unwrap_or_default();
            let is_flag_of_password =
                self.sets_password && after.is_boolean() && top.to_lowercase().contains("password");
            return self.fields.iter().any(|field| field == top) || (is_update(name) && forward) || is_flag_of_password;
        }
        // Using a credential may mark it as used.
        if is_update(name) && forward && fixture.may_be_in_use(difference) {
            return true;
        }
        // Counts of what was added or removed.
        let changes_lists = !self.added.is_empty() || !self.removed.is_empty();
        difference.id.is_none() && changes_lists && after.is_number() && !is_creation(name)
    }

    /// The differences that the request may not make.
    pub(super) fn unexplained<'a>(
        &self,
        before: &Snapshot,
        after: &'a Snapshot,
        fixture: &Fixture,
    ) -> Vec<Difference<'a>> {
        let mut found = between(before, after);
        found.retain(|difference| !self.explains(difference, fixture));
        found
    }
}

/// Records whether a request changed only what it may change.
pub(super) fn record(
    run: &mut Run<'_>,
    (operation, rule): (&Operation, Rule),
    (request, response): (&Request, &Response),
    how: &str,
    differences: &[Difference<'_>],
) {
    if differences.is_empty() {
        return run.record(operation, rule, request, response, None);
    }
    let mut reported: Vec<String> = Vec::new();
    for difference in differences {
        let at = format!("{how}: {}", difference.at());
        if reported.len() < MOST_REPORTED && !reported.contains(&at) {
            let violation = Violation::new(at.clone(), "nothing else changes").received(difference.received());
            run.record(operation, rule, request, response, Some(violation));
            reported.push(at);
        }
    }
}
