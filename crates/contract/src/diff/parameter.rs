//! Changes of parameters.

use super::operation::{Operation, others};
use super::rule::Site;
use super::schema;
use super::sunset;
use super::walk::{Place, Walk, flag, list, text};
use crate::{reference, resolve};
use serde_json::Value;

/// A parameter, and what identifies it in a request.
struct Parameter<'a> {
    value: &'a Value,
    key: (&'a str, String),
}

/// The name; of a reference that is not followed, its target.
fn name_of(parameter: &Value) -> &str {
    reference(parameter).unwrap_or_else(|| text(parameter, "name"))
}

impl<'a> Parameter<'a> {
    fn name(&self) -> &'a str {
        name_of(self.value)
    }

    fn place(&self) -> Place {
        Place::at(format!("{} parameter `{}`", text(self.value, "in"), self.name()).trim_start())
    }
}

/// Compares the parameters of two versions of an operation.
pub(super) fn compare<'a>(walk: &mut Walk<'a>, old: Operation<'a>, new: Operation<'a>) {
    let (before, after) = (of(walk.old, old), of(walk.new, new));
    for parameter in &before {
        match after.iter().find(|other| other.key == parameter.key) {
            Some(other) => {
                let place = other.place();
                if parameter.name() != other.name() {
                    walk.note("request-parameter-renamed", &place, format!("renamed from `{}`", parameter.name()));
                }
                both(walk, &place, parameter.value, other.value);
            }
            None if flag(parameter.value, "deprecated") && sunset::is_early(walk.day, parameter.value) => {
                let said = "removed, before its sunset";
                walk.note("request-parameter-removed-before-sunset", &parameter.place(), said);
            }
            None if flag(parameter.value, "deprecated") => {
                walk.note(
                    "request-parameter-removed-with-deprecation",
                    &parameter.place(),
                    "removed, it was deprecated",
                );
            }
            None => walk.note("request-parameter-removed", &parameter.place(), "removed"),
        }
    }
    for parameter in after.iter().filter(|parameter| !before.iter().any(|other| other.key == parameter.key)) {
        let (rule, said) = match (parameter.key.0, flag(parameter.value, "required")) {
            ("path", _) => ("new-request-path-parameter", "added"),
            (_, true) => ("new-required-request-parameter", "added, required"),
            (_, false) => ("new-optional-request-parameter", "added, optional"),
        };
        walk.note(rule, &parameter.place(), said);
    }
    let keys = |list: &[Parameter<'_>]| list.iter().map(|parameter| parameter.key.1.clone()).collect::<Vec<_>>();
    let (before, after) = (keys(&before), keys(&after));
    let is_same_set = before.iter().all(|key| after.contains(key)) && before.len() == after.len();
    if is_same_set && before != after {
        walk.note("request-parameter-order-changed", &Place::default(), "order of the parameters changed");
    }
}

/// The parameters of an operation; those of its path are its own, unless it says otherwise.
fn of<'a>(document: &'a Value, operation: Operation<'a>) -> Vec<Parameter<'a>> {
    let mut found: Vec<Parameter<'a>> = Vec::new();
    for holder in [operation.value, operation.item] {
        for declared in list(holder.get("parameters")) {
            let value = resolve(document, declared);
            let (place, name) = (text(value, "in"), name_of(value));
            // A path parameter is identified by its position.
            let position = operation.path.split('/').position(|segment| segment == format!("{{{name}}}"));
            let key = match (place, position) {
                ("path", Some(position)) => (place, position.to_string()),
                ("header", _) => (place, name.to_ascii_lowercase()),
                _ => (place, name.to_owned()),
            };
            if !found.iter().any(|other| other.key == key) {
                found.push(Parameter { value, key });
            }
        }
    }
    found
}

/// Compares two versions of a parameter.
pub(super) fn both<'a>(walk: &mut Walk<'a>, place: &Place, before: &'a Value, after: &'a Value) {
    match (flag(before, "required"), flag(after, "required")) {
        (false, true) => walk.note("request-parameter-became-required", place, "became required"),
        (true, false) => walk.note("request-parameter-became-optional", place, "became optional"),
        _ => {}
    }
    match (flag(before, "deprecated"), flag(after, "deprecated")) {
        (false, true) => walk.note_schema(Site::Parameter, "deprecated", place, "deprecated"),
        (true, false) => walk.note_schema(Site::Parameter, "reactivated", place, "no longer deprecated"),
        _ => {}
    }
    sunset::compare(walk, place, true, before, after);
    if let (Some(old), Some(new)) = (before.get("schema"), after.get("schema")) {
        schema::compare(walk, Site::Parameter, place, old, new);
    }
    let mut known = vec!["deprecated", "in", "name", "required", "x-sunset"];
    // If only one side has a schema, the other side describes the parameter with `content`.
    if before.get("schema").is_some() && after.get("schema").is_some() {
        known.push("schema");
    }
    others(walk, place, "request-parameter-serialization-changed", &known, before, after);
}
