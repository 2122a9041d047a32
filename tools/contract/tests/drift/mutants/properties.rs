//! Properties of a schema, be it in the document or in what the overlay adds.

use super::edit::{Step, at};
use super::values::{elements, entries, other, renamed_in, text};
use super::{Subject, remove, rename, set};
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
    subject.change("added", "optional", [set(at(&place, "drift"), value.clone())]);
    let required: Vec<Value> = elements(schema, "/required").iter().cloned().chain([json!("drift")]).collect();
    let required = set(at(pointer, "required"), required);
    subject.change("added", "required", [set(at(&place, "drift"), value.clone()), required]);
    // Named like a keyword that is prose elsewhere.
    for name in ["description", "title", "example", "tags", "summary"] {
        subject.change("added", format!("named {name}"), [set(at(&place, name), value.clone())]);
    }
}

/// Every property, in every way.
pub(super) fn mutate(subject: &mut Subject<'_>, pointer: &str, schema: &Value) {
    for (name, property) in entries(schema, "/properties") {
        let mut subject = subject.at(&format!(".{name}"));
        named(&mut subject, pointer, name, elements(schema, "/required"));
        let place = at(&at(pointer, "properties"), name);
        type_of(&mut subject, &place, property);
        format_of(&mut subject, &place, property);
        constraints(&mut subject, &place, property);
        default(&mut subject, &place, property);
        annotations(&mut subject, &place, property);
    }
}

/// Its name, and whether it must be there.
fn named(subject: &mut Subject<'_>, pointer: &str, name: &str, required: &[Value]) {
    let place = at(&at(pointer, "properties"), name);
    let list = at(pointer, "required");
    let is_required = required.iter().any(|other| other == name);
    let with_list = |first: Step, to: Option<&str>| -> Vec<Step> {
        let second = is_required.then(|| set(&*list, renamed_in(required, name, to)));
        [Some(first), second].into_iter().flatten().collect()
    };
    subject.change("removed", "", with_list(remove(&*place), None));
    let renamed = format!("{name}2");
    subject.change("renamed", "", with_list(rename(&*place, &*renamed), Some(&renamed)));
    if is_required {
        subject.change("required changed", "to optional", [set(&*list, renamed_in(required, name, None))]);
    } else {
        let longer: Vec<Value> = required.iter().cloned().chain([json!(name)]).collect();
        subject.change("required changed", "to required", [set(&*list, longer)]);
    }
}

fn type_of(subject: &mut Subject<'_>, place: &str, property: &Value) {
    let kind = text(property, "type");
    for to in ["integer", "string", "boolean", "number", "object"].into_iter().filter(|to| *to != kind).take(2) {
        let value = json!({"type": to, "description": text(property, "description")});
        subject.change("type changed", format!("to {to}"), [set(place, value)]);
    }
    if property.get("type").is_some() {
        subject.change("type changed", "to none", [remove(at(place, "type"))]);
    }
    if let Some(item) = property.get("items") {
        subject.change("list and single swapped", "single", [set(place, item.clone())]);
        for (variant, value) in
            [("texts", json!({"type": "string"})), ("lists", json!({"type": "array", "items": item}))]
        {
            subject.change("type changed", format!("to a list of {variant}"), [set(at(place, "items"), value)]);
        }
    } else {
        subject.change("list and single swapped", "list", [set(place, json!({"type": "array", "items": property}))]);
    }
    let nullable = at(place, "nullable");
    if property.get("nullable").is_some() {
        subject.change("nullability changed", "to never", [remove(nullable)]);
    } else {
        subject.change("nullability changed", "to nullable", [set(nullable, true)]);
    }
    for keyword in ["allOf", "oneOf", "anyOf"] {
        let combined = json!({keyword: [property, {"type": "object", "properties": {"drift": {"type": "string"}}}]});
        subject.change("combined", format!("by {keyword}"), [set(place, combined)]);
    }
}

fn format_of(subject: &mut Subject<'_>, place: &str, property: &Value) {
    let pointer = at(place, "format");
    if let Some(format) = property.get("format") {
        let other = match format.as_str() {
            Some("int64") => "int32",
            Some("int32") => "int64",
            Some("date-time") => "date",
            Some("uuid") => "date-time",
            _ => "uuid",
        };
        subject.change("format changed", format!("to {other}"), [set(&*pointer, other)]);
        subject.change("format changed", "to none", [remove(pointer)]);
        return;
    }
    let formats: &[&str] = match text(property, "type") {
        "string" => &["uuid", "date-time", "email", "password", "byte", "binary", "uri"],
        "integer" => &["int32", "int64"],
        "number" => &["float", "double"],
        _ => &[],
    };
    for format in formats {
        subject.change("format changed", format!("to {format}"), [set(&*pointer, *format)]);
    }
}

fn constraints(subject: &mut Subject<'_>, place: &str, property: &Value) {
    let kind = text(property, "type");
    for (_, keyword, value) in CONSTRAINTS.into_iter().filter(|(of, ..)| *of == kind) {
        let pointer = at(place, keyword);
        let mut change = |how: &str, step| subject.change("constraint changed", format!("{keyword} {how}"), [step]);
        match property.get(keyword) {
            None if keyword == "uniqueItems" => change("added", set(pointer, true)),
            None => change("added", set(pointer, value)),
            Some(limit) => {
                change("changed", set(&*pointer, other(limit)));
                change("dropped", remove(pointer));
            }
        }
    }
    if kind == "integer" {
        let exclusive = [("minimum", json!(5)), ("exclusiveMinimum", json!(true))];
        let steps = exclusive.map(|(keyword, value)| set(at(place, keyword), value));
        subject.change("constraint changed", "exclusiveMinimum added", steps);
    }
    if kind == "string" {
        subject.change("constraint changed", "pattern added", [set(at(place, "pattern"), "^[a-z]+$")]);
        if property.get("enum").is_none() {
            subject.change("enum added", "", [set(at(place, "enum"), json!(["one", "two"]))]);
        }
    }
}

fn default(subject: &mut Subject<'_>, place: &str, property: &Value) {
    let pointer = at(place, "default");
    if let Some(default) = property.get("default") {
        subject.change("default changed", "", [set(&*pointer, other(default))]);
        subject.change("default changed", "dropped", [remove(pointer)]);
        return;
    }
    let default = match text(property, "type") {
        "integer" | "number" => json!(7),
        "boolean" => json!(true),
        "array" => json!([]),
        _ => json!("drift"),
    };
    subject.change("default changed", "added", [set(pointer, default)]);
}

fn annotations(subject: &mut Subject<'_>, place: &str, property: &Value) {
    for keyword in ["readOnly", "writeOnly", "deprecated"] {
        let pointer = at(place, keyword);
        if property.get(keyword).is_none() {
            subject.change("annotation changed", keyword, [set(pointer, true)]);
        } else {
            subject.change("annotation changed", format!("{keyword} dropped"), [remove(pointer)]);
        }
    }
    subject.change("annotation changed", "x-lowercase", [set(at(place, "x-lowercase"), true)]);
    subject.change("annotation changed", "extension", [set(at(place, "x-immich-strict"), true)]);
    subject.change("annotation changed", "unknown keyword", [set(at(place, "contentEncoding"), "base64")]);
}
