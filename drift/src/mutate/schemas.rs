//! Named schemas as a whole.

use super::properties;
use super::values::{SCHEMAS, altered, entries, read_schemas, reversed};
use super::{Subject, remove, rename, set};
use crate::edit::{Step, at};
use crate::mutant::{Family, Mutant, Source, Sources};
use serde_json::{Value, json};

pub(super) fn mutate(sources: &Sources, found: &mut Vec<Mutant>) {
    let document = &sources.contract;
    let read = read_schemas(document);
    for (name, schema) in entries(document, SCHEMAS) {
        let pointer = at(SCHEMAS, name);
        let mut subject = Subject::new(found, Source::Contract, Family::Schema, name.as_str());
        subject.change("removed", "", [remove(&*pointer)]);
        subject.change("renamed", "with every reference", renamed(document, name));
        subject.change("extension added", "", [set(at(&pointer, "x-immich-strict"), true)]);
        subject.change("type changed", "to a list", [set(&*pointer, json!({"type": "array", "items": schema}))]);
        subject.change("type changed", "to a text", [set(&*pointer, json!({"type": "string"}))]);
        subject.change("nullable", "", [set(at(&pointer, "nullable"), true)]);
        subject.change("deprecated", "", [set(at(&pointer, "deprecated"), true)]);
        if schema.get("type").is_some() {
            subject.change("type dropped", "", [remove(at(&pointer, "type"))]);
        }
        if schema.get("properties").is_some() {
            let (schema_family, property_family) = if read.contains(name) {
                (Family::Schema, Family::RequestProperty)
            } else {
                (Family::Schema, Family::ResponseProperty)
            };
            as_object(&mut Subject::new(found, Source::Contract, schema_family, name.as_str()), &pointer, schema);
            let mut subject = Subject::new(found, Source::Contract, property_family, name.as_str());
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
    for (how, value) in [("true", json!(true)), ("false", json!(false)), ("of texts", json!({"type": "string"}))] {
        subject.change("additionalProperties", how, [set(at(pointer, "additionalProperties"), value)]);
    }
    subject.change("constraint added", "minProperties", [set(at(pointer, "minProperties"), 1)]);
    if schema.get("required").is_some() {
        subject.change("nothing required", "", [remove(at(pointer, "required"))]);
    }
    let unknown = json!(["drift"]);
    subject.change("requires what is no property", "", [set(at(pointer, "required"), unknown)]);
    let names: Vec<Value> = entries(schema, "/properties").map(|(name, _)| json!(name)).collect();
    if names.len() > 1 {
        subject.change("order of validation", "", [set(at(pointer, "x-validation-order"), reversed(&names))]);
    }
    let discriminator = json!({"propertyName": names.first()});
    subject.change("discriminator", "", [set(at(pointer, "discriminator"), discriminator)]);
    for keyword in ["allOf", "oneOf", "anyOf"] {
        let part = json!({"type": "object", "properties": {"drift": {"type": "string"}}});
        let combined = json!({keyword: [altered(schema, &[], json!({})), part]});
        subject.change("combined", &format!("by {keyword}"), [set(pointer, combined)]);
    }
    subject.change("negated", "", [set(at(pointer, "not"), json!({"required": ["drift"]}))]);
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
