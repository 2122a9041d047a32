//! Changes of schemas: what may be sent.

use super::composition;
use super::constraint;
use super::discriminator;
use super::property;
use super::rule::Site;
use super::walk::{Pair, Place, Walk, changed, flag, list, members, names, shown, text};
use crate::{reference, resolve};
use serde_json::Value;

/// Keywords with rules; another one cannot be judged.
const KNOWN: [&str; 18] = [
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "default",
    "deprecated",
    "discriminator",
    "enum",
    "format",
    "items",
    "nullable",
    "oneOf",
    "pattern",
    "properties",
    "readOnly",
    "required",
    "type",
    "writeOnly",
];

/// Compares two versions of a schema.
pub(super) fn compare<'a>(walk: &mut Walk<'a>, site: Site, place: &Place, old: &'a Value, new: &'a Value) {
    let (old, new) = (alone(old), alone(new));
    if let (Some(before), Some(after)) = (name(old), name(new))
        && before != after
    {
        walk.note_schema(site, "schema-renamed", place, format!("schema changed from {before} to {after}"));
    }
    if name(old) != name(new) && composition::union(walk, site, place, old, new) {
        return;
    }
    let is_annotated =
        [old, new].into_iter().any(|schema| reference(schema).is_some() && members(Some(schema)).count() > 1);
    if is_annotated {
        annotations(walk, site, place, &Annotated::of(walk.old, old), &Annotated::of(walk.new, new));
    }
    if let Some(pair) = walk.pair(site, old, new, is_annotated) {
        return walk.pairs.push(pair);
    }
    walk.follow(old, new, |walk, old, new| keywords(walk, site, place, old, new, is_annotated));
}

/// Compares two schemas to which other places refer.
pub(super) fn compare_pair<'a>(walk: &mut Walk<'a>, pair: Pair<'a>) {
    let target = |document: &'a Value, pointer| document.pointer(pointer).map(|schema| resolve(document, schema));
    if let (Some(old), Some(new)) = (target(walk.old, pair.old), target(walk.new, pair.new)) {
        keywords(walk, pair.site, &Place::default(), old, new, pair.is_annotated);
    }
}

fn keywords<'a>(walk: &mut Walk<'a>, site: Site, place: &Place, old: &'a Value, new: &'a Value, is_annotated: bool) {
    let (old, new) = (alone(old), alone(new));
    if composition::union(walk, site, place, old, new) {
        return;
    }
    kind(walk, site, place, old, new);
    if !is_annotated {
        annotations(walk, site, place, &Annotated::of(walk.old, old), &Annotated::of(walk.new, new));
    }
    values(walk, site, place, old, new);
    constraint::compare(walk, site, place, old, new);
    property::compare(walk, site, place, old, new);
    composition::compare(walk, site, place, old, new);
    discriminator::compare(walk, site, place, old, new);
    additional(walk, site, place, old, new);
    if let (Some(old), Some(new)) = (old.get("items"), new.get("items")) {
        compare(walk, site.inside(), &place.then("each item"), old, new);
    }
    rest(walk, site, place, old, new);
}

/// The name of the schema that is referred to.
fn name(schema: &Value) -> Option<&str> {
    reference(schema).and_then(|pointer| pointer.rsplit('/').next())
}

/// What is said of a schema, beside the reference to it or within.
pub(super) struct Annotated<'a> {
    beside: &'a Value,
    pub(super) within: &'a Value,
}

impl<'a> Annotated<'a> {
    pub(super) fn of(document: &'a Value, schema: &'a Value) -> Self {
        Self { beside: schema, within: resolve(document, schema) }
    }

    fn flag(&self, key: &str) -> bool {
        flag(self.beside, key) || flag(self.within, key)
    }

    fn default(&self) -> Option<&'a Value> {
        self.beside.get("default").or_else(|| self.within.get("default"))
    }
}

/// A schema that is wrapped into an `allOf` of one, to give a reference a description, is that schema.
fn alone(schema: &Value) -> &Value {
    match (schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice), schema.as_object()) {
        (Some([only]), Some(map)) if map.len() == 1 => only,
        _ => schema,
    }
}

fn kind(walk: &mut Walk<'_>, site: Site, place: &Place, old: &Value, new: &Value) {
    let types = (old.get("type"), new.get("type"));
    // Who declares properties means an object.
    let is_implied = |one: &Value, other: &Value| {
        one.get("type").is_none()
            && other.get("type").is_some_and(|kind| kind == "object")
            && one.get("properties").is_some()
    };
    if is_implied(old, new) || is_implied(new, old) {
        return;
    }
    if types.0 != types.1 {
        let (before, after) = (kinds(types.0), kinds(types.1));
        let covers = |wide: &[&str], narrow: &[&str]| {
            let is_within = |kind: &&str| wide.contains(kind) || *kind == "integer" && wide.contains(&"number");
            wide.is_empty() || !narrow.is_empty() && narrow.iter().all(is_within)
        };
        let end = match (covers(&after, &before), covers(&before, &after)) {
            (true, false) => "type-generalized",
            (false, true) => "type-specialized",
            _ => "type-changed",
        };
        walk.note_schema(site, end, place, changed("type", types.0, types.1));
        return;
    }
    let (before, after) = (text(old, "format"), text(new, "format"));
    if old.get("format") == new.get("format") {
        return;
    }
    let end = match (before, after) {
        // OpenAPI 3.0.3, section "Data Types": a hint to hide the input.
        ("" | "password", "" | "password") => "format-hint-changed",
        ("int32", "int64") | ("float", "double") | (_, "") => "type-generalized",
        ("int64", "int32") | ("double", "float") | ("", _) => "type-specialized",
        _ => "type-changed",
    };
    walk.note_schema(site, end, place, changed("format", old.get("format"), new.get("format")));
}

/// The types that are allowed; none means any.
fn kinds(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(kind)) => vec![kind],
        types => list(types).iter().filter_map(Value::as_str).collect(),
    }
}

pub(super) fn annotations(walk: &mut Walk<'_>, site: Site, place: &Place, old: &Annotated<'_>, new: &Annotated<'_>) {
    let rules = [
        ("nullable", "became-nullable", "became-not-nullable", "may now be null", "may no longer be null"),
        ("deprecated", "deprecated", "reactivated", "deprecated", "no longer deprecated"),
        ("readOnly", "became-read-only", "became-not-read-only", "now read-only", "no longer read-only"),
        ("writeOnly", "became-write-only", "became-not-write-only", "now write-only", "no longer write-only"),
    ];
    for (key, set, unset, now, no_longer) in rules {
        match (old.flag(key), new.flag(key)) {
            (false, true) => walk.note_schema(site, set, place, now),
            (true, false) => walk.note_schema(site, unset, place, no_longer),
            _ => {}
        }
    }
    match (old.default(), new.default()) {
        (before, after) if before == after => {}
        (None, Some(value)) => {
            walk.note_schema(site, "default-value-added", place, format!("default {} added", shown(value)));
        }
        (Some(value), None) => {
            walk.note_schema(site, "default-value-removed", place, format!("default {} removed", shown(value)));
        }
        (before, after) => walk.note_schema(site, "default-value-changed", place, changed("default", before, after)),
    }
}

fn values(walk: &mut Walk<'_>, site: Site, place: &Place, old: &Value, new: &Value) {
    match (old.get("enum").and_then(Value::as_array), new.get("enum").and_then(Value::as_array)) {
        (None, None) => {}
        (None, Some(values)) => {
            let said = format!("now restricted to the values {}", all(values));
            walk.note_schema(site, "became-enum", place, said);
        }
        (Some(values), None) => {
            let said = format!("no longer restricted to the values {}", all(values));
            walk.note_schema(site, "became-not-enum", place, said);
        }
        (Some(before), Some(after)) => {
            let gone: Vec<&Value> = before.iter().filter(|value| !after.contains(value)).collect();
            let come: Vec<&Value> = after.iter().filter(|value| !before.contains(value)).collect();
            if gone.is_empty() && come.is_empty() && before != after {
                let said = format!("order of the values changed to {}", all(after));
                walk.note_schema(site, "enum-order-changed", place, said);
            }
            for value in gone {
                walk.note_schema(site, "enum-value-removed", place, format!("value {} removed", shown(value)));
            }
            for value in come {
                walk.note_schema(site, "enum-value-added", place, format!("value {} added", shown(value)));
            }
        }
    }
}

fn all(values: &[Value]) -> String {
    values.iter().map(shown).collect::<Vec<_>>().join(", ")
}

pub(super) fn named(schema: &Value) -> String {
    name(schema).map_or_else(|| shown(schema), str::to_owned)
}

/// Properties that the schema does not declare. By default any are allowed.
fn additional<'a>(walk: &mut Walk<'a>, site: Site, place: &Place, old: &'a Value, new: &'a Value) {
    const ANY: Value = Value::Bool(true);
    let key = "additionalProperties";
    let (before, after) = (old.get(key), new.get(key));
    let is_any = |value: Option<&Value>| {
        value.is_none_or(|value| *value == ANY || value.as_object().is_some_and(serde_json::Map::is_empty))
    };
    match (before, after) {
        (before, after) if is_any(before) && is_any(after) => {}
        (Some(before), Some(after)) if before.is_object() && after.is_object() => {
            compare(walk, site.inside(), &place.then("each further property"), before, after);
        }
        (before, after) if before == after => {}
        (before, after) if is_any(after) || before == Some(&Value::Bool(false)) => {
            let said = format!("further properties changed from {} to {}", further(before), further(after));
            walk.note_schema(site, "additional-properties-allowed", place, said);
        }
        (before, after) => {
            let said = format!("further properties changed from {} to {}", further(before), further(after));
            walk.note_schema(site, "additional-properties-forbidden", place, said);
        }
    }
}

fn further(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Bool(true)) => "allowed".to_owned(),
        Some(Value::Bool(false)) => "forbidden".to_owned(),
        Some(schema) => format!("restricted to {}", named(schema)),
    }
}

fn rest(walk: &mut Walk<'_>, site: Site, place: &Place, old: &Value, new: &Value) {
    for name in names(Some(old), Some(new)) {
        let (before, after) = (old.get(name), new.get(name));
        let is_compared = KNOWN.contains(&name) || constraint::is_known(name);
        // If the type changes, `items` changes with it; otherwise a change of `items` is reported like any other.
        let is_items = name == "items" && before.is_some() != after.is_some() && old.get("type") == new.get("type");
        if before == after || is_compared && !is_items {
            continue;
        }
        let end = if name == "x-validation-order" { "validation-order-changed" } else { "keyword-changed" };
        walk.note_schema(site, end, place, changed(name, before, after));
    }
}
