//! Named schemas as a whole.

use super::edit::{Step, at};
use super::mutant::{Family, Mutant, Source, Sources};
use super::properties;
use super::values::{SCHEMAS, entries, read_schemas, reversed};
use super::{Subject, remove, rename, set};
use serde_json::{Value, json};

pub(super) fn mutate(sources: &Sources, found: &mut Vec<Mutant>) {
    let document = &sources.contract;
    let read = read_schemas(document);
    for (name, schema) in entries(document, SCHEMAS) {
        let pointer = at(SCHEMAS, name);
        let mut subject = Subject::new(found, Source::Contract, Family::Schema, name.as_str());
        subject.change("removed", "", [remove(&*pointer)]);
        subject.change("renamed", "", renamed(document, name));
        subject.change("type changed", "to a list", [set(&*pointer, json!({"type": "array", "items": schema}))]);
        subject.change("type changed", "to a text", [set(&*pointer, json!({"type": "string"}))]);
        subject.change("type changed", "nullable", [set(at(&pointer, "nullable"), true)]);
        if schema.get("type").is_some() {
            subject.change("type changed", "to none", [remove(at(&pointer, "type"))]);
        }
        subject.change("annotation changed", "extension", [set(at(&pointer, "x-immich-strict"), true)]);
        subject.change("annotation changed", "deprecated", [set(at(&pointer, "deprecated"), true)]);
        if schema.get("properties").is_some() {
            as_object(&mut subject, &pointer, schema);
            let family = if read.contains(name) { Family::RequestProperty } else { Family::ResponseProperty };
            let mut subject = Subject::new(found, Source::Contract, family, name.as_str());
            properties::added(&mut subject, &pointer, schema);
            properties::mutate(&mut subject, &pointer, schema);
        }
    }
    let mut subject = Subject::new(found, Source::Contract, Family::Schema, "Drift");
    let added = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    subject.change("added", "an object", [set(at(SCHEMAS, "Drift"), added)]);
    subject.change("added", "an enum", [set(at(SCHEMAS, "Drift"), json!({"type": "string", "enum": ["a", "b"]}))]);
}

fn as_object(subject: &mut Subject<'_>, pointer: &str, schema: &Value) {
    for (variant, value) in [("true", json!(true)), ("false", json!(false)), ("texts", json!({"type": "string"}))] {
        subject.change("additionalProperties", variant, [set(at(pointer, "additionalProperties"), value)]);
    }
    subject.change("constraint changed", "minProperties", [set(at(pointer, "minProperties"), 1)]);
    let names: Vec<Value> = entries(schema, "/properties").map(|(name, _)| json!(name)).collect();
    if names.len() > 1 {
        let order = set(at(pointer, "x-validation-order"), reversed(&names));
        subject.change("constraint changed", "order of validation", [order]);
    }
    if schema.get("required").is_some() {
        subject.change("required changed", "to nothing", [remove(at(pointer, "required"))]);
    }
    let unknown = json!(["drift"]);
    subject.change("required changed", "to an undeclared property", [set(at(pointer, "required"), unknown)]);
    let discriminator = json!({"propertyName": names.first()});
    subject.change("combined", "by a discriminator", [set(at(pointer, "discriminator"), discriminator)]);
    for keyword in ["allOf", "oneOf", "anyOf"] {
        let part = json!({"type": "object", "properties": {"drift": {"type": "string"}}});
        subject.change("combined", format!("by {keyword}"), [set(pointer, json!({keyword: [schema, part]}))]);
    }
    subject.change("combined", "by not", [set(at(pointer, "not"), json!({"required": ["drift"]}))]);
}

/// Another name for a schema, everywhere: nothing changes on the wire, but every type of that name does.
fn renamed(document: &Value, name: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let old = format!("#{SCHEMAS}/{name}");
    references("", document, &mut |pointer, target| {
        if target == old {
            steps.push(set(pointer, format!("{old}Renamed")));
        }
    });
    steps.push(rename(at(SCHEMAS, name), format!("{name}Renamed")));
    steps
}

/// Every `$ref` with its place.
pub(super) fn references(pointer: &str, part: &Value, visit: &mut impl FnMut(String, &str)) {
    match part {
        Value::Object(map) => {
            for (key, value) in map {
                match value.as_str() {
                    Some(target) if key == "$ref" => visit(at(pointer, key), target),
                    _ => references(&at(pointer, key), value, visit),
                }
            }
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                references(&format!("{pointer}/{index}"), value, visit);
            }
        }
        _ => {}
    }
}
