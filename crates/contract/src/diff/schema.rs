//! Changes of schemas: what may be sent.

use super::constraint;
use super::property;
use super::rule::Site;
use super::walk::{Place, Walk, changed, flag, list, names, shown, text};
use crate::reference;
use serde_json::Value;

/// Keywords with rules; another one cannot be judged.
const KNOWN: [&str; 19] = [
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
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
    if let (Some(before), Some(after)) = (reference(old), reference(new))
        && before != after
    {
        let name = |pointer: &str| pointer.rsplit('/').next().unwrap_or_default().to_owned();
        walk.note_schema(
            site,
            "schema-renamed",
            place,
            format!("schema changed from {} to {}", name(before), name(after)),
        );
    }
    walk.follow(old, new, |walk, old, new| {
        let (old, new) = (alone(old), alone(new));
        kind(walk, site, place, old, new);
        flags(walk, site, place, old, new);
        values(walk, site, place, old, new);
        constraint::compare(walk, site, place, old, new);
        property::compare(walk, site, place, old, new);
        for keyword in ["allOf", "anyOf", "oneOf"] {
            composition(walk, site, place, keyword, old, new);
        }
        discriminator(walk, site, place, old, new);
        additional(walk, site, place, old, new);
        if let (Some(old), Some(new)) = (old.get("items"), new.get("items")) {
            compare(walk, site.inside(), &place.then("each item"), old, new);
        }
        rest(walk, site, place, old, new);
    });
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
    if types.0 != types.1 {
        let (before, after) = (text(old, "type"), text(new, "type"));
        let end = match (before, after) {
            ("integer", "number") | (_, "") => "type-generalized",
            ("number", "integer") | ("", _) => "type-specialized",
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

fn flags(walk: &mut Walk<'_>, site: Site, place: &Place, old: &Value, new: &Value) {
    let rules = [
        ("nullable", "became-nullable", "became-not-nullable", "may now be null", "may no longer be null"),
        ("deprecated", "deprecated", "reactivated", "deprecated", "no longer deprecated"),
        ("readOnly", "became-read-only", "became-not-read-only", "now read-only", "no longer read-only"),
        ("writeOnly", "became-write-only", "became-not-write-only", "now write-only", "no longer write-only"),
    ];
    for (key, set, unset, now, no_longer) in rules {
        match (flag(old, key), flag(new, key)) {
            (false, true) => walk.note_schema(site, set, place, now),
            (true, false) => walk.note_schema(site, unset, place, no_longer),
            _ => {}
        }
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
    for (name, stem) in [("default", "default-value"), ("const", "const")] {
        match (old.get(name), new.get(name)) {
            (before, after) if before == after => {}
            (None, Some(value)) => {
                walk.note_schema(site, &format!("{stem}-added"), place, format!("{name} {} added", shown(value)));
            }
            (Some(value), None) => {
                walk.note_schema(site, &format!("{stem}-removed"), place, format!("{name} {} removed", shown(value)));
            }
            (before, after) => {
                walk.note_schema(site, &format!("{stem}-changed"), place, changed(name, before, after));
            }
        }
    }
}

fn all(values: &[Value]) -> String {
    values.iter().map(shown).collect::<Vec<_>>().join(", ")
}

/// Lists of schemas: equal ones are matched first, the rest in order.
fn composition<'a>(walk: &mut Walk<'a>, site: Site, place: &Place, keyword: &str, old: &'a Value, new: &'a Value) {
    let (old, new) = (list(old.get(keyword)), list(new.get(keyword)));
    let mut gone: Vec<&Value> = old.iter().filter(|branch| !new.contains(branch)).collect();
    let mut come: Vec<&Value> = new.iter().filter(|branch| !old.contains(branch)).collect();
    let stem = match keyword {
        "allOf" => "all-of",
        "anyOf" => "any-of",
        _ => "one-of",
    };
    if gone.is_empty() && come.is_empty() && old != new {
        walk.note_schema(site, "composition-order-changed", place, format!("order of {keyword} changed"));
    }
    // The same reference on both sides is the same branch, even if its target changed.
    for branch in old.iter().filter(|branch| new.contains(branch)) {
        compare(walk, site, place, branch, branch);
    }
    let is_inline = |branches: &[&Value]| branches.iter().all(|branch| reference(branch).is_none());
    if gone.len() == come.len() && is_inline(&gone) && is_inline(&come) {
        for (before, after) in gone.drain(..).zip(come.drain(..)) {
            compare(walk, site, &place.then(&format!("a branch of {keyword}")), before, after);
        }
    }
    for branch in gone {
        walk.note_schema(site, &format!("{stem}-removed"), place, format!("{} removed from {keyword}", named(branch)));
    }
    for branch in come {
        walk.note_schema(site, &format!("{stem}-added"), place, format!("{} added to {keyword}", named(branch)));
    }
}

fn named(schema: &Value) -> String {
    reference(schema).and_then(|pointer| pointer.rsplit('/').next()).map_or_else(|| shown(schema), str::to_owned)
}

fn discriminator(walk: &mut Walk<'_>, site: Site, place: &Place, old: &Value, new: &Value) {
    match (old.get("discriminator"), new.get("discriminator")) {
        (before, after) if before == after => {}
        (None, Some(after)) => {
            walk.note_schema(site, "discriminator-added", place, format!("discriminator {} added", shown(after)));
        }
        (Some(_), None) => walk.note_schema(site, "discriminator-removed", place, "discriminator removed"),
        (before, after) => {
            walk.note_schema(site, "discriminator-changed", place, changed("discriminator", before, after));
        }
    }
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
