//! Changes of an object's properties.

use super::rule::{Direction, Site};
use super::schema;
use super::walk::{Place, Walk, flag, list, names, text};
use crate::{reference, resolve};
use serde_json::Value;

/// Compares the properties of two schemas.
pub(super) fn compare<'a>(walk: &mut Walk<'a>, site: Site, place: &Place, old: &'a Value, new: &'a Value) {
    let direction = site.direction();
    let (before, after) = (old.get("properties"), new.get("properties"));
    for name in names(before, after) {
        let here = place.then(&format!("property `{name}`"));
        let since = walk.mark();
        let was_required = is_required(old, name);
        let is_required = is_required(new, name);
        let (old, new) = (before.and_then(|old| old.get(name)), after.and_then(|new| new.get(name)));
        match (old, new) {
            (Some(old), Some(new)) => {
                required(walk, direction, &here, was_required, is_required, resolve(walk.new, new));
                schema::compare(walk, site.inside(), &here, old, new);
                must_now_be_sent(walk, direction, &here, is_required, old, new);
            }
            (None, Some(new)) => added(walk, direction, &here, is_required, new),
            (Some(_), None) => removed(walk, direction, &here, was_required),
            (None, None) => {}
        }
        // A property that is never sent in this direction cannot break a client.
        let (key, rule, said) = match direction {
            Direction::Request => {
                ("readOnly", "request-read-only-property-changed", "changed; it is read-only and not sent")
            }
            Direction::Response => {
                ("writeOnly", "response-write-only-property-changed", "changed; it is write-only and not sent")
            }
        };
        let is_silent = |root: &Value, schema: Option<&Value>| {
            schema.is_none_or(|schema| flag(resolve(root, schema), key) || flag(schema, key))
        };
        if is_silent(walk.old, old) && is_silent(walk.new, new) {
            walk.fold(since, rule, &here, said);
        }
    }
    // `required` may name a property that is not declared.
    for name in list(new.get("required")).iter().chain(list(old.get("required"))).filter_map(Value::as_str) {
        let is_declared = [before, after].into_iter().flatten().any(|properties| properties.get(name).is_some());
        if !is_declared {
            let here = place.then(&format!("property `{name}`"));
            required(walk, direction, &here, is_required(old, name), is_required(new, name), &Value::Null);
        }
    }
}

fn is_required(schema: &Value, name: &str) -> bool {
    list(schema.get("required")).iter().any(|required| required == name)
}

fn required(walk: &mut Walk<'_>, direction: Direction, place: &Place, before: bool, after: bool, schema: &Value) {
    let rule = match (direction, before, after) {
        (Direction::Request, false, true) if schema.get("default").is_some() => {
            "request-property-became-required-with-default"
        }
        (Direction::Request, false, true) => "request-property-became-required",
        (Direction::Request, true, false) => "request-property-became-optional",
        (Direction::Response, false, true) => "response-property-became-required",
        (Direction::Response, true, false) => "response-property-became-optional",
        _ => return,
    };
    walk.note(rule, place, if after { "became required" } else { "became optional" });
}

/// A required property that is no longer read-only must be sent now.
fn must_now_be_sent(
    walk: &mut Walk<'_>,
    direction: Direction,
    place: &Place,
    is_required: bool,
    old: &Value,
    new: &Value,
) {
    let is_read_only =
        |root: &Value, schema: &Value| flag(resolve(root, schema), "readOnly") || flag(schema, "readOnly");
    let became_writable = is_read_only(walk.old, old) && !is_read_only(walk.new, new);
    if direction == Direction::Request && is_required && became_writable {
        let rule = if resolve(walk.new, new).get("default").is_some() {
            "new-required-request-property-with-default"
        } else {
            "new-required-request-property"
        };
        walk.note(rule, place, "required, and no longer read-only");
    }
}

fn added(walk: &mut Walk<'_>, direction: Direction, place: &Place, is_required: bool, new: &Value) {
    let schema = resolve(walk.new, new);
    let rule = match (direction, is_required) {
        (Direction::Request, true) if schema.get("default").is_some() => "new-required-request-property-with-default",
        (Direction::Request, true) => "new-required-request-property",
        (Direction::Request, false) => "new-optional-request-property",
        (Direction::Response, true) => "response-required-property-added",
        (Direction::Response, false) => "response-optional-property-added",
    };
    let optional = if is_required { "required" } else { "optional" };
    walk.note(rule, place, format!("added, {optional}{}", kind(new, schema)));
}

/// What kind of value it is, in words.
fn kind(declared: &Value, schema: &Value) -> String {
    if let Some(name) = reference(declared).and_then(|pointer| pointer.rsplit('/').next()) {
        return format!(", {name}");
    }
    let words: Vec<&str> =
        [text(schema, "type"), text(schema, "format")].into_iter().filter(|word| !word.is_empty()).collect();
    if words.is_empty() { String::new() } else { format!(", {}", words.join(" ")) }
}

fn removed(walk: &mut Walk<'_>, direction: Direction, place: &Place, was_required: bool) {
    match (direction, was_required) {
        (Direction::Request, _) => walk.note("request-property-removed", place, "removed"),
        (Direction::Response, true) => walk.note("response-required-property-removed", place, "removed"),
        (Direction::Response, false) => {
            walk.note("response-optional-property-removed", place, "removed, it was optional");
        }
    }
}
