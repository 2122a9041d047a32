//! Changes of compositions: `allOf`, `anyOf` and `oneOf`.

use super::rule::Site;
use super::schema::{self, Annotated, annotations, named};
use super::walk::{Place, Walk, list, members};
use crate::reference;
use serde_json::Value;

/// Compares the compositions of two schemas.
pub(super) fn compare<'a>(walk: &mut Walk<'a>, site: Site, place: &Place, old: &'a Value, new: &'a Value) {
    one(walk, site, place, "allOf", old, new);
    if !other(walk, site, place, old, new) {
        one(walk, site, place, "anyOf", old, new);
        one(walk, site, place, "oneOf", old, new);
    }
}

/// A union of which the other version is, or is like, one branch. Whether that was so.
pub(super) fn union<'a>(walk: &mut Walk<'a>, site: Site, place: &Place, old: &'a Value, new: &'a Value) -> bool {
    let (before, after) = (Annotated::of(walk.old, old), Annotated::of(walk.new, new));
    for keyword in ["anyOf", "oneOf"] {
        let branches = match (before.within.get(keyword), after.within.get(keyword)) {
            (None, Some(_)) if is_union(after.within, keyword) && is_single(before.within) => {
                (std::slice::from_ref(old), list(after.within.get(keyword)))
            }
            (Some(_), None) if is_union(before.within, keyword) && is_single(after.within) => {
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

/// Whether a schema restricts values, and is no union.
fn is_single(schema: &Value) -> bool {
    let has = |keyword: &&str| schema.get(*keyword).is_some();
    ["type", "properties", "enum", "allOf"].iter().any(has) && !["anyOf", "oneOf"].iter().any(has)
}

/// Compares the schemas under one keyword.
fn one<'a>(walk: &mut Walk<'a>, site: Site, place: &Place, keyword: &str, old: &'a Value, new: &'a Value) {
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
fn other<'a>(walk: &mut Walk<'a>, site: Site, place: &Place, old: &'a Value, new: &'a Value) -> bool {
    let only =
        |schema: &'a Value, keyword: &str, other: &str| schema.get(keyword).filter(|_| schema.get(other).is_none());
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
        schema::compare(walk, site, place, branch, branch);
    }
    gone.retain(|before| {
        let same = come.iter().position(|after| walk.is_same(site, before, after, schema::compare));
        same.map(|index| come.remove(index)).is_none()
    });
    let is_inline = |branch: &&'a Value| reference(branch).is_none();
    if gone.iter().filter(|branch| is_inline(branch)).count() == come.iter().filter(|branch| is_inline(branch)).count()
    {
        let pairs = gone.iter().copied().filter(is_inline).zip(come.iter().copied().filter(is_inline));
        for (before, after) in pairs {
            schema::compare(walk, site, &place.then(&format!("a branch of {keyword}")), before, after);
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
