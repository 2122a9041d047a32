//! Changes of components that no operation uses. Those in use are compared with each operation.

use super::walk::{Place, Walk, names};
use super::{Changes, Subject, part};
use serde_json::Value;
use std::collections::BTreeSet;

/// Compares the components that no operation of either document uses.
pub(super) fn compare(old: &Value, new: &Value, changes: &mut Changes) {
    let used: BTreeSet<String> = [old, new].into_iter().flat_map(crate::pins::used).collect();
    let (before, after) = (old.get("components"), new.get("components"));
    for kind in names(before, after) {
        // Credentials are compared with the document: operations do not refer to them as to other components.
        if kind == "securitySchemes" {
            continue;
        }
        let (before, after) = (before.and_then(|old| old.get(kind)), after.and_then(|new| new.get(kind)));
        for name in names(before, after) {
            if used.contains(&format!("{kind}/{name}")) {
                continue;
            }
            let (before, after) = (before.and_then(|old| old.get(name)), after.and_then(|new| new.get(name)));
            let mut walk = Walk::new(old, new);
            let here = Place::default();
            match (before, after) {
                (None, Some(_)) => walk.note("unused-component-added", &here, "added; no operation uses it"),
                (Some(_), None) => walk.note("unused-component-removed", &here, "removed; no operation used it"),
                (Some(before), Some(after)) => {
                    for line in part::component(kind, before, after) {
                        walk.note("unused-component-changed", &here, format!("{line}; no operation uses it"));
                    }
                }
                (None, None) => {}
            }
            changes.add(Subject::Component(format!("{kind}/{name}")), walk.findings);
        }
    }
}
