//! Properties of a schema, be it in the document or in what the overlay adds.

use super::values::{altered, elements, entries, other, renamed_in, text};
use super::{Subject, remove, rename, set};
use crate::edit::{Step, at};
use serde_json::{Value, json};

/// What a property may be constrained by, with a value that is a constraint.
const CONSTRAINTS: [(&str, &str, i64); 9] = [
    ("string", "minLength", 3),
    ("string", "maxLength", 30),
    ("integer", "minimum", 5),
    ("integer", "maximum", 500),
    ("integer", "multipleOf", 5),
    ("number", "minimum", 5),
    ("array", "minItems", 2),
    ("array", "maxItems", 20),
    ("array", "uniqueItems", 1),
];

/// New properties.
pub(super) fn added(subject: &mut Subject<'_>, pointer: &str, schema: &Value) {
    let place = at(pointer, "properties");
    let value = json!({"type": "string"});
    subject.change("optional one added", ".drift", [set(at(&place, "drift"), value.clone())]);
    let required: Vec<Value> = elements(schema, "/required").iter().cloned().chain([json!("drift")]).collect();
    let required = set(at(pointer, "required"), required);
    subject.change("required one added", ".drift", [set(at(&place, "drift"), value.clone()), required]);
    // Named like a keyword that is prose elsewhere.
    for name in ["description", "title", "example", "tags", "summary", "$ref"] {
        subject.change("one added, named like a keyword", &format!(".{name}"), [set(at(&place, name), value.clone())]);
    }
}

/// Every property, in every way.
pub(super) fn mutate(subject: &mut Subject<'_>, pointer: &str, schema: &Value) {
    for (name, property) in entries(schema, "/properties") {
        let place = at(&at(pointer, "properties"), name);
        let required = elements(schema, "/required");
        let is_required = required.iter().any(|other| other == name);
        let list = at(pointer, "required");
        let detail = format!(".{name}");
        let mut change =
            |kind, how: &str, steps: Vec<Step>| subject.change(kind, format!("{detail} {how}").trim(), steps);

        let with_list = |first: Step, to: Option<&str>| {
            let second = is_required.then(|| set(&*list, renamed_in(required, name, to)));
            [Some(first), second].into_iter().flatten().collect()
        };
        change("removed", "", with_list(remove(&*place), None));
        let renamed = format!("{name}2");
        change("renamed", "", with_list(rename(&*place, &*renamed), Some(&renamed)));
        if is_required {
            change("made optional", "", vec![set(&*list, renamed_in(required, name, None))]);
        } else {
            let longer: Vec<Value> = required.iter().cloned().chain([json!(name)]).collect();
            change("made required", "", vec![set(&*list, longer)]);
        }
        type_of(&mut change, &place, property);
        constraints(&mut change, &place, property);
        annotations(&mut change, &place, property);
    }
}

type Change<'c> = dyn FnMut(&'static str, &str, Vec<Step>) + 'c;

fn type_of(change: &mut Change<'_>, place: &str, property: &Value) {
    let kind = text(property, "type");
    let description = altered(&json!({}), &[], json!({"description": text(property, "description")}));
    for to in ["integer", "string", "boolean", "number", "object"].into_iter().filter(|to| *to != kind).take(2) {
        let value = altered(&description, &[], json!({"type": to}));
        change("type changed", &format!("to {to}"), vec![set(place, value)]);
    }
    if property.get("type").is_some() {
        change("type dropped", "", vec![remove(at(place, "type"))]);
    }
    if let Some(format) = property.get("format") {
        change("format dropped", "", vec![remove(at(place, "format"))]);
        let other = match format.as_str() {
            Some("int64") => "int32",
            Some("int32") => "int64",
            Some("date-time") => "date",
            Some("uuid") => "date-time",
            _ => "uuid",
        };
        change("format changed", &format!("to {other}"), vec![set(at(place, "format"), other)]);
    } else {
        let formats: &[&str] = match kind {
            "string" => &["uuid", "date-time", "email", "password", "byte", "binary", "uri"],
            "integer" => &["int32", "int64"],
            "number" => &["float", "double"],
            _ => &[],
        };
        for format in formats {
            change("format added", format, vec![set(at(place, "format"), *format)]);
        }
    }
    if let Some(item) = property.get("items") {
        change("list made single", "", vec![set(place, item.clone())]);
        change("items changed", "to texts", vec![set(at(place, "items"), json!({"type": "string"}))]);
        change("items changed", "to lists", vec![set(at(place, "items"), json!({"type": "array", "items": item}))]);
    } else {
        change("single made a list", "", vec![set(place, json!({"type": "array", "items": property}))]);
    }
    for keyword in ["allOf", "oneOf", "anyOf"] {
        let combined = json!({keyword: [property, {"type": "object", "properties": {"drift": {"type": "string"}}}]});
        change("combined", &format!("by {keyword}"), vec![set(place, combined)]);
    }
}

fn constraints(change: &mut Change<'_>, place: &str, property: &Value) {
    let kind = text(property, "type");
    for (_, keyword, value) in CONSTRAINTS.into_iter().filter(|(of, ..)| *of == kind) {
        let pointer = at(place, keyword);
        match property.get(keyword) {
            None if keyword == "uniqueItems" => change("constraint added", keyword, vec![set(pointer, true)]),
            None => change("constraint added", keyword, vec![set(pointer, value)]),
            Some(limit) => {
                change("constraint changed", keyword, vec![set(&*pointer, other(limit))]);
                change("constraint dropped", keyword, vec![remove(pointer)]);
            }
        }
    }
    if kind == "integer" {
        let exclusive = [("minimum", json!(5)), ("exclusiveMinimum", json!(true))];
        let steps = exclusive.map(|(keyword, value)| set(at(place, keyword), value));
        change("constraint added", "exclusiveMinimum", steps.to_vec());
    }
    if kind == "string" {
        change("constraint added", "pattern", vec![set(at(place, "pattern"), "^[a-z]+$")]);
        if property.get("enum").is_none() {
            change("enum added", "", vec![set(at(place, "enum"), json!(["one", "two"]))]);
        }
    }
}

fn annotations(change: &mut Change<'_>, place: &str, property: &Value) {
    let kind = text(property, "type");
    match property.get("default") {
        Some(default) => {
            change("default changed", "", vec![set(at(place, "default"), other(default))]);
            change("default dropped", "", vec![remove(at(place, "default"))]);
        }
        None => {
            let default = match kind {
                "integer" | "number" => json!(7),
                "boolean" => json!(true),
                "array" => json!([]),
                _ => json!("drift"),
            };
            change("default added", "", vec![set(at(place, "default"), default)]);
        }
    }
    if property.get("nullable").is_some() {
        change("no longer nullable", "", vec![remove(at(place, "nullable"))]);
    } else {
        change("made nullable", "", vec![set(at(place, "nullable"), true)]);
    }
    for (keyword, kind) in [("readOnly", "read only"), ("writeOnly", "write only"), ("deprecated", "deprecated")] {
        if property.get(keyword).is_none() {
            change(kind, "", vec![set(at(place, keyword), true)]);
        } else {
            change(kind, "no longer", vec![remove(at(place, keyword))]);
        }
    }
    change("extension added", "x-lowercase", vec![set(at(place, "x-lowercase"), true)]);
    change("extension added", "x-immich-strict", vec![set(at(place, "x-immich-strict"), true)]);
    change("unknown keyword", "", vec![set(at(place, "contentEncoding"), "base64")]);
}
