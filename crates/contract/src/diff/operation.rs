//! Changes of operations that both documents have.

use super::parameter;
use super::response;
use super::rule::Site;
use super::schema;
use super::security;
use super::sunset;
use super::walk::{Place, Walk, changed, flag, list, members, names, shown, text};
use serde_json::Value;

/// Keywords of an operation with rules.
const KNOWN: [&str; 10] = [
    "callbacks",
    "deprecated",
    "operationId",
    "parameters",
    "requestBody",
    "responses",
    "security",
    "tags",
    "x-immich-permission",
    "x-sunset",
];

/// An operation and where it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Operation<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) value: &'a Value,
    /// What the path says for all its operations.
    pub(super) item: &'a Value,
}

/// What distinguishes requests: the path without the names of its parameters, which are not on the wire; and the method.
pub(super) type Key = (String, String);

impl Operation<'_> {
    pub(super) fn key(&self) -> Key {
        let mut path = String::new();
        let mut rest = self.path;
        while let Some((before, (_, after))) =
            rest.split_once('{').and_then(|(before, inner)| Some((before, inner.split_once('}')?)))
        {
            path.push_str(before);
            path.push_str("{}");
            rest = after;
        }
        (path + rest, self.method.to_uppercase())
    }
}

/// All operations of a document.
pub(super) fn all(document: &Value) -> Vec<Operation<'_>> {
    let item = |path| document.get("paths").and_then(|paths| paths.get(path)).unwrap_or(&Value::Null);
    crate::operations(document)
        .map(|(path, method, _, value)| Operation { method, path, value, item: item(path) })
        .collect()
}

/// Compares two versions of an operation.
pub(super) fn compare<'a>(walk: &mut Walk<'a>, old: Operation<'a>, new: Operation<'a>) {
    let (before, after) = (old.value, new.value);
    identity(walk, before, after);
    security::compare(walk, before, after);
    parameter::compare(walk, old, new);
    body(walk, before, after);
    response::compare(walk, before, after);
    callbacks(walk, "callback", before.get("callbacks"), after.get("callbacks"));
    for name in names(Some(before), Some(after)) {
        let (before, after) = (before.get(name), after.get(name));
        if !KNOWN.contains(&name) {
            walk.note_changed("operation-changed", &Place::default(), name, before, after);
        }
    }
}

fn identity(walk: &mut Walk<'_>, old: &Value, new: &Value) {
    let here = Place::default();
    let (before, after) = (old.get("operationId"), new.get("operationId"));
    if before != after {
        walk.note("api-operation-id-changed", &here, changed("operationId", before, after));
    }
    let (before, after) = (list(old.get("tags")), list(new.get("tags")));
    for tag in before.iter().filter(|tag| !after.contains(tag)) {
        walk.note("api-tag-removed", &here, format!("tag {} removed", shown(tag)));
    }
    for tag in after.iter().filter(|tag| !before.contains(tag)) {
        walk.note("api-tag-added", &here, format!("tag {} added", shown(tag)));
    }
    match (flag(old, "deprecated"), flag(new, "deprecated")) {
        (false, true) => walk.note("endpoint-deprecated", &here, "deprecated"),
        (true, false) => walk.note("endpoint-reactivated", &here, "no longer deprecated"),
        _ => {}
    }
    sunset::compare(walk, &here, false, old, new);
    let permission = "x-immich-permission";
    match (old.get(permission), new.get(permission)) {
        (before, after) if before == after => {}
        (None, Some(after)) => {
            walk.note("api-permission-added", &here, format!("now needs the permission {}", shown(after)));
        }
        (Some(before), None) => {
            walk.note("api-permission-removed", &here, format!("no longer needs the permission {}", shown(before)));
        }
        (before, after) => walk.note("api-permission-changed", &here, changed("permission", before, after)),
    }
}

fn body<'a>(walk: &mut Walk<'a>, old: &'a Value, new: &'a Value) {
    let place = Place::at("request body");
    match (old.get("requestBody"), new.get("requestBody")) {
        (None, None) => {}
        (Some(_), None) => walk.note("request-body-removed", &place, "removed"),
        (None, Some(body)) => {
            let body = crate::resolve(walk.new, body);
            let (rule, said) = if flag(body, "required") {
                ("request-body-added-required", "added, required")
            } else {
                ("request-body-added-optional", "added, optional")
            };
            walk.note(rule, &place, said);
        }
        (Some(old), Some(new)) => walk.follow(old, new, |walk, old, new| {
            match (flag(old, "required"), flag(new, "required")) {
                (false, true) => walk.note("request-body-became-required", &place, "became required"),
                (true, false) => walk.note("request-body-became-optional", &place, "became optional"),
                _ => {}
            }
            let rules = MediaRules {
                added: "request-body-media-type-added",
                removed: "request-body-media-type-removed",
                schema_added: "request-body-media-type-schema-added",
                schema_removed: "request-body-media-type-schema-removed",
                changed: "request-body-media-type-changed",
            };
            content(walk, Site::RequestBody, &place, &rules, old, new);
            others(walk, &place, rules.changed, &["required", "content"], old, new);
        }),
    }
}

/// Compares requests that the server sends, each as a whole: the roles are reversed.
pub(super) fn callbacks(walk: &mut Walk<'_>, kind: &str, old: Option<&Value>, new: Option<&Value>) {
    for name in names(old, new) {
        let place = Place::at(format!("{kind} `{name}`"));
        match (old.and_then(|old| old.get(name)), new.and_then(|new| new.get(name))) {
            (before, after) if before == after => {}
            (None, _) => walk.note("callback-added", &place, "added"),
            (_, None) => walk.note("callback-removed", &place, "removed"),
            _ => walk.note("callback-changed", &place, "changed"),
        }
    }
}

/// What the rules of media types are called in a request, and in a response.
pub(super) struct MediaRules {
    pub(super) added: &'static str,
    pub(super) removed: &'static str,
    pub(super) schema_added: &'static str,
    pub(super) schema_removed: &'static str,
    pub(super) changed: &'static str,
}

/// Compares the media types of a body.
pub(super) fn content<'a>(
    walk: &mut Walk<'a>,
    site: Site,
    place: &Place,
    rules: &MediaRules,
    old: &'a Value,
    new: &'a Value,
) {
    let (old, new) = (old.get("content"), new.get("content"));
    for (name, _) in members(old).filter(|(name, _)| new.is_none_or(|new| new.get(name).is_none())) {
        walk.note(rules.removed, place, format!("media type {name} removed"));
    }
    for (name, after) in members(new) {
        let Some(before) = old.and_then(|old| old.get(name)) else {
            walk.note(rules.added, place, format!("media type {name} added"));
            continue;
        };
        // Most bodies are JSON, so JSON is not mentioned.
        let here = if name == "application/json" { place.clone() } else { place.then(name) };
        match (before.get("schema"), after.get("schema")) {
            (Some(old), Some(new)) => schema::compare(walk, site, &here, old, new),
            (None, Some(_)) => walk.note(rules.schema_added, &here, "schema added"),
            (Some(_), None) => walk.note(rules.schema_removed, &here, "schema removed"),
            (None, None) => {}
        }
        others(walk, &here, rules.changed, &["schema"], before, after);
    }
}

/// Notes every keyword that changed and is not among those that are known.
pub(super) fn others(walk: &mut Walk<'_>, place: &Place, rule: &str, known: &[&str], old: &Value, new: &Value) {
    for name in names(Some(old), Some(new)).into_iter().filter(|name| !known.contains(name)) {
        let (before, after) = (old.get(name), new.get(name));
        walk.note_changed(rule, place, name, before, after);
    }
}

/// An operation that the new document lacks. `is_path_there`: whether that has other operations of the path.
pub(super) fn removed(walk: &mut Walk<'_>, old: Operation<'_>, is_path_there: bool, all_of_new: &[Operation<'_>]) {
    let is_early = sunset::is_early(walk.day, old.value);
    let rule = match (is_path_there, flag(old.value, "deprecated")) {
        (false, true) if is_early => "api-path-removed-before-sunset",
        (true, true) if is_early => "api-removed-before-sunset",
        (false, true) => "api-path-removed-with-deprecation",
        (false, false) => "api-path-removed-without-deprecation",
        (true, true) => "api-removed-with-deprecation",
        (true, false) => "api-removed-without-deprecation",
    };
    let id = text(old.value, "operationId");
    let moved = all_of_new.iter().find(|other| !id.is_empty() && text(other.value, "operationId") == id);
    let said = moved.map_or_else(
        || "removed".to_owned(),
        |other| format!("removed; operation {id} is now {} {}", other.method.to_uppercase(), other.path),
    );
    walk.note(rule, &Place::default(), said);
}

/// An operation that is new.
pub(super) fn added(walk: &mut Walk<'_>) {
    walk.note("endpoint-added", &Place::default(), "added");
}
