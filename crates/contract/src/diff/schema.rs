//! Changes of schemas: what may be sent.

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
    if name(old) != name(new) && union(walk, site, place, old, new) {
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
    if union(walk, site, place, old, new) {
        return;
    }
    kind(walk, site, place, old, new);
    if !is_annotated {
        annotations(walk, site, place, &Annotated::of(walk.old, old), &Annotated::of(walk.new, new));
    }
    values(walk, site, place, old, new);
    constraint::compare(walk, site, place, old, new);
    property::compare(walk, site, place, old, new);
    composition(walk, site, place, "allOf", old, new);
    if !other_union(walk, site, place, old, new) {
        composition(walk, site, place, "anyOf", old, new);
        composition(walk, site, place, "oneOf", old, new);
    }
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
struct Annotated<'a> {
    beside: &'a Value,
    within: &'a Value,
}

impl<'a> Annotated<'a> {
    fn of(document: &'a Value, schema: &'a Value) -> Self {
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
        one.get("type").is_none() && other.get("type").is_some_and(|kind| kind == "object") && one.get("properties").is_some()
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

fn annotations(walk: &mut Walk<'_>, site: Site, place: &Place, old: &Annotated<'_>, new: &Annotated<'_>) {
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

/// A union of which the other version is, or is like, one branch. Whether that was so.
fn union<'a>(walk: &mut Walk<'a>, site: Site, place: &Place, old: &'a Value, new: &'a Value) -> bool {
    let (before, after) = (Annotated::of(walk.old, old), Annotated::of(walk.new, new));
    for keyword in ["anyOf", "oneOf"] {
        let branches = match (before.within.get(keyword), after.within.get(keyword)) {
            (None, Some(_)) if is_union(after.within, keyword) && says_something(before.within) => {
                (std::slice::from_ref(old), list(after.within.get(keyword)))
            }
            (Some(_), None) if is_union(before.within, keyword) && says_something(after.within) => {
                (list(before.within.get(keyword)), std::slice::from_ref(new))
            }
            _ => continue,
        };
        annotations(walk, site, place, &before, &after);
        alternatives(walk, site, place, keyword, branches.0, branches.1);
        return true;
    }
    false
}

/// Whether a schema is nothing but a union.
fn is_union(schema: &Value, keyword: &str) -> bool {
    const BESIDE: [&str; 6] = ["default", "deprecated", "discriminator", "nullable", "readOnly", "writeOnly"];
    members(Some(schema))
        .all(|(name, value)| name == keyword || BESIDE.contains(&name.as_str()) || name == "type" && value == "object")
}

fn says_something(schema: &Value) -> bool {
    ["type", "properties", "enum", "anyOf", "oneOf", "allOf"].iter().any(|keyword| schema.get(keyword).is_some())
}

/// Compares lists of schemas.
fn composition<'a>(walk: &mut Walk<'a>, site: Site, place: &Place, keyword: &str, old: &'a Value, new: &'a Value) {
    let stem = stem(keyword);
    match (old.get(keyword), new.get(keyword)) {
        (None, Some(branches)) if keyword != "allOf" => {
            let said = format!("now restricted to {keyword} {}", all_named(list(Some(branches))));
            walk.note_schema(site, &format!("{stem}-set"), place, said);
        }
        (Some(branches), None) if keyword != "allOf" => {
            let said = format!("no longer restricted to {keyword} {}", all_named(list(Some(branches))));
            walk.note_schema(site, &format!("{stem}-unset"), place, said);
        }
        (before, after) => alternatives(walk, site, place, keyword, list(before), list(after)),
    }
}

/// Compares `oneOf` with `anyOf`. Whether there was that.
fn other_union<'a>(walk: &mut Walk<'a>, site: Site, place: &Place, old: &'a Value, new: &'a Value) -> bool {
    let only = |schema: &'a Value, keyword: &str, other: &str| schema.get(keyword).filter(|_| schema.get(other).is_none());
    let rules = [
        ("oneOf", "anyOf", "one-of-became-any-of", "several branches may now apply"),
        ("anyOf", "oneOf", "any-of-became-one-of", "exactly one branch must now apply"),
    ];
    for (before, after, rule, said) in rules {
        if let (Some(old), Some(new)) = (only(old, before, after), only(new, after, before)) {
            walk.note_schema(site, rule, place, said);
            alternatives(walk, site, place, after, list(Some(old)), list(Some(new)));
            return true;
        }
    }
    false
}

fn stem(keyword: &str) -> &'static str {
    match keyword {
        "allOf" => "all-of",
        "anyOf" => "any-of",
        _ => "one-of",
    }
}

/// Lists of schemas: equal ones are matched first, then those that mean the same, the rest in order.
fn alternatives<'a>(walk: &mut Walk<'a>, site: Site, place: &Place, keyword: &str, old: &'a [Value], new: &'a [Value]) {
    let mut gone: Vec<&'a Value> = old.iter().filter(|branch| !new.contains(branch)).collect();
    let mut come: Vec<&'a Value> = new.iter().filter(|branch| !old.contains(branch)).collect();
    if gone.is_empty() && come.is_empty() && old != new {
        walk.note_schema(site, "composition-order-changed", place, format!("order of {keyword} changed"));
    }
    // The same reference on both sides is the same branch, even if its target changed.
    for branch in old.iter().filter(|branch| new.contains(branch)) {
        compare(walk, site, place, branch, branch);
    }
    gone.retain(|before| {
        let same = come.iter().position(|after| walk.is_same(site, before, after, compare));
        same.map(|index| come.remove(index)).is_none()
    });
    let is_inline = |branch: &&'a Value| reference(branch).is_none();
    if gone.iter().filter(|branch| is_inline(branch)).count() == come.iter().filter(|branch| is_inline(branch)).count()
    {
        let pairs = gone.iter().copied().filter(is_inline).zip(come.iter().copied().filter(is_inline));
        for (before, after) in pairs {
            compare(walk, site, &place.then(&format!("a branch of {keyword}")), before, after);
        }
        gone.retain(|branch| !is_inline(branch));
        come.retain(|branch| !is_inline(branch));
    }
    let stem = stem(keyword);
    for branch in gone {
        walk.note_schema(site, &format!("{stem}-removed"), place, format!("{} removed from {keyword}", named(branch)));
    }
    for branch in come {
        walk.note_schema(site, &format!("{stem}-added"), place, format!("{} added to {keyword}", named(branch)));
    }
}

fn all_named(branches: &[Value]) -> String {
    branches.iter().map(named).collect::<Vec<_>>().join(", ")
}

fn named(schema: &Value) -> String {
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
