//! Changes of responses.

use super::operation::{MediaRules, content, others};
use super::rule::Site;
use super::schema;
use super::walk::{Place, Walk, flag, members, names};
use crate::resolve;
use serde_json::Value;

/// Compares the responses of two versions of an operation.
pub(super) fn compare<'a>(walk: &mut Walk<'a>, old: &'a Value, new: &'a Value) {
    let (before, after) = (old.get("responses"), new.get("responses"));
    for status in names(before, after) {
        let place = Place::at(format!("response {status}"));
        let is_success = status.starts_with('2');
        match (before.and_then(|old| old.get(status)), after.and_then(|new| new.get(status))) {
            (Some(old), Some(new)) => walk.follow(old, new, |walk, old, new| both(walk, &place, old, new)),
            (None, Some(_)) if is_success => walk.note("response-success-status-added", &place, "added"),
            (None, Some(_)) => walk.note("response-non-success-status-added", &place, "added"),
            (Some(_), None) if is_success => walk.note("response-success-status-removed", &place, "removed"),
            (Some(_), None) => walk.note("response-non-success-status-removed", &place, "removed"),
            (None, None) => {}
        }
    }
}

/// Compares two versions of a response.
pub(super) fn both<'a>(walk: &mut Walk<'a>, place: &Place, old: &'a Value, new: &'a Value) {
    let rules = MediaRules {
        added: "response-media-type-added",
        removed: "response-media-type-removed",
        schema_added: "response-body-media-type-schema-added",
        schema_removed: "response-body-media-type-schema-removed",
        changed: "response-media-type-changed",
    };
    content(walk, Site::ResponseBody, place, &rules, old, new);
    headers(walk, place, old.get("headers"), new.get("headers"));
    walk.note_changed("response-links-changed", place, "links", old.get("links"), new.get("links"));
    others(walk, place, "response-changed", &["content", "headers", "links"], old, new);
}

fn headers<'a>(walk: &mut Walk<'a>, place: &Place, old: Option<&'a Value>, new: Option<&'a Value>) {
    for (name, header) in members(old).filter(|(name, _)| find(new, name).is_none()) {
        let rule = if flag(resolve(walk.old, header), "required") {
            "required-response-header-removed"
        } else {
            "optional-response-header-removed"
        };
        walk.note(rule, &place.then(&format!("header {name}")), "removed");
    }
    for (name, after) in members(new) {
        let here = place.then(&format!("header {name}"));
        let Some(before) = find(old, name) else {
            walk.note("response-header-added", &here, "added");
            continue;
        };
        walk.follow(before, after, |walk, old, new| {
            match (flag(old, "required"), flag(new, "required")) {
                (false, true) => walk.note("response-header-became-required", &here, "became required"),
                (true, false) => walk.note("response-header-became-optional", &here, "became optional"),
                _ => {}
            }
            match (flag(old, "deprecated"), flag(new, "deprecated")) {
                (false, true) => walk.note_schema(Site::Header, "deprecated", &here, "deprecated"),
                (true, false) => walk.note_schema(Site::Header, "reactivated", &here, "no longer deprecated"),
                _ => {}
            }
            let mut known = vec!["deprecated", "required"];
            if let (Some(old), Some(new)) = (old.get("schema"), new.get("schema")) {
                schema::compare(walk, Site::Header, &here, old, new);
                known.push("schema");
            }
            others(walk, &here, "response-header-serialization-changed", &known, old, new);
        });
    }
}

/// Names of headers are case-insensitive.
fn find<'a>(headers: Option<&'a Value>, name: &str) -> Option<&'a Value> {
    members(headers).find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, header)| header)
}
