//! Schemas, in OpenAPI 3.0 and 3.1.

use super::{elements, entries, without_default, without_extensions};
use crate::reference;
use serde_json::{Map, Value, json};
use std::collections::HashSet;

/// What a schema says without saying it.
fn defaults() -> [(&'static str, Value); 15] {
    [
        ("additionalProperties", json!(true)),
        ("additionalProperties", json!({})),
        ("deprecated", json!(false)),
        ("exclusiveMaximum", json!(false)),
        ("exclusiveMinimum", json!(false)),
        ("items", json!({})),
        ("minItems", json!(0)),
        ("minLength", json!(0)),
        ("minProperties", json!(0)),
        ("nullable", json!(false)),
        ("properties", json!({})),
        ("readOnly", json!(false)),
        ("required", json!([])),
        ("uniqueItems", json!(false)),
        ("writeOnly", json!(false)),
    ]
}

/// Keywords that may stand beside a reference without another schema: who sends the value, and what is said of it.
pub(super) const ANNOTATIONS: [&str; 5] = ["default", "deprecated", "nullable", "readOnly", "writeOnly"];

/// Keywords whose value is a number.
const NUMBERS: [&str; 11] = [
    "exclusiveMaximum",
    "exclusiveMinimum",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
];

/// Brings a schema and everything in it into the normal form.
pub(super) fn normal(schema: &mut Value) {
    let Some(map) = schema.as_object_mut() else { return };
    without_extensions(map);
    for keyword in ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"] {
        entries(map.get_mut(keyword)).for_each(normal);
    }
    for keyword in ["allOf", "anyOf", "oneOf", "prefixItems"] {
        elements(map.get_mut(keyword)).for_each(normal);
    }
    for keyword in ["items", "additionalProperties", "not", "contains", "propertyNames", "unevaluatedProperties"] {
        if let Some(inner) = map.get_mut(keyword) {
            normal(inner);
        }
    }
    numbers(map);
    once(map);
    null(map);
    limits(map);
    discriminator(map);
    if let Some(value) = map.shift_remove("const") {
        map.entry("enum").or_insert_with(|| json!([value]));
    }
    if let Some(required) = map.get_mut("required").and_then(Value::as_array_mut) {
        required.sort_by_key(ToString::to_string);
        required.dedup();
    }
    for (keyword, default) in defaults() {
        without_default(map, keyword, &default);
    }
    beside_reference(map);
    if let Some(only) = alone(map) {
        *schema = only;
    }
}

/// In OpenAPI 3.1, what stands beside a reference is demanded as well.
fn beside_reference(map: &mut Map<String, Value>) {
    if map.contains_key("$ref")
        && map.keys().any(|keyword| keyword != "$ref" && !ANNOTATIONS.contains(&keyword.as_str()))
    {
        let target = map.shift_remove("$ref");
        let branches = map.entry("allOf").or_insert_with(|| json!([]));
        if let Some(branches) = branches.as_array_mut() {
            branches.insert(0, json!({ "$ref": target }));
        }
    }
}

/// What is listed twice is listed once. Of `oneOf` it is not the same: two equal branches exclude each other.
fn once(map: &mut Map<String, Value>) {
    for keyword in ["allOf", "anyOf", "enum"] {
        if let Some(list) = map.get_mut(keyword).and_then(Value::as_array_mut) {
            let mut known = HashSet::new();
            list.retain(|item| known.insert(item.to_string()));
        }
    }
}

/// A number without a fraction is an integer.
fn numbers(map: &mut Map<String, Value>) {
    for keyword in NUMBERS.iter().chain(&["const", "default"]) {
        map.get_mut(*keyword).map(integer);
    }
    elements(map.get_mut("enum")).for_each(integer);
}

fn integer(value: &mut Value) {
    let whole = value.as_f64().filter(|number| value.is_f64() && number.fract() == 0.0 && number.abs() < 1e15);
    if let Some(Ok(whole)) = whole.map(|number| format!("{number:.0}").parse::<i64>()) {
        *value = json!(whole);
    }
}

/// OpenAPI 3.1 has a type `null`, OpenAPI 3.0 a flag.
fn null(map: &mut Map<String, Value>) {
    let mut is_nullable = false;
    if let Some(Value::Array(types)) = map.get_mut("type") {
        let before = types.len();
        types.retain(|name| name != "null");
        is_nullable = types.len() < before;
        types.sort_by_key(ToString::to_string);
        if let [only] = types.as_slice() {
            let only = only.clone();
            map.insert("type".to_owned(), only);
        }
    }
    for keyword in ["anyOf", "oneOf"] {
        let Some(Value::Array(branches)) = map.get_mut(keyword) else { continue };
        let before = branches.len();
        branches.retain(|branch| ![json!({ "type": "null" }), json!({ "enum": [null] })].contains(branch));
        is_nullable |= branches.len() < before;
    }
    if is_nullable {
        map.insert("nullable".to_owned(), json!(true));
    }
    if map.get("nullable") == Some(&json!(true))
        && let Some(values) = map.get_mut("enum").and_then(Value::as_array_mut)
    {
        values.retain(|value| !value.is_null());
    }
}

/// Exclusive limits: numbers in OpenAPI 3.1, flags in OpenAPI 3.0. Of an integer they are the next inclusive limit.
fn limits(map: &mut Map<String, Value>) {
    let is_integer = map.get("type").and_then(Value::as_str) == Some("integer");
    for (exclusive, inclusive, step) in [("exclusiveMinimum", "minimum", 1), ("exclusiveMaximum", "maximum", -1)] {
        if let Some(limit) = map.get(exclusive).and_then(Value::as_f64) {
            // Of two limits, the stricter one counts.
            let other = map.get(inclusive).and_then(Value::as_f64);
            let is_stricter = other.is_none_or(|other| if step > 0 { limit >= other } else { limit <= other });
            match map.shift_remove(exclusive) {
                Some(limit) if is_stricter => {
                    map.insert(inclusive.to_owned(), limit);
                    map.insert(exclusive.to_owned(), json!(true));
                }
                _ => {}
            }
        }
        if !map.contains_key(inclusive) {
            map.shift_remove(exclusive);
        }
        let next = map.get(inclusive).and_then(Value::as_i64).and_then(|limit| limit.checked_add(step));
        if let Some(next) = next.filter(|_| is_integer && map.get(exclusive) == Some(&json!(true))) {
            map.shift_remove(exclusive);
            map.insert(inclusive.to_owned(), json!(next));
        }
    }
}

/// The mapping of a discriminator has references; entries that only say what a schema is called are left out.
fn discriminator(map: &mut Map<String, Value>) {
    let Some(discriminator) = map.get_mut("discriminator").and_then(Value::as_object_mut) else { return };
    without_extensions(discriminator);
    if let Some(mapping) = discriminator.get_mut("mapping").and_then(Value::as_object_mut) {
        for target in mapping.values_mut() {
            if let Value::String(name) = target
                && !name.contains(['/', '#', '.'])
            {
                *name = format!("#/components/schemas/{name}");
            }
        }
        mapping.retain(|name, target| target.as_str() != Some(&format!("#/components/schemas/{name}")));
        mapping.sort_keys();
    }
    without_default(discriminator, "mapping", &json!({}));
}

/// The one schema that a composition of one is.
fn alone(map: &Map<String, Value>) -> Option<Value> {
    for keyword in ["allOf", "anyOf", "oneOf"] {
        let Some([only]) = map.get(keyword).and_then(Value::as_array).map(Vec::as_slice) else { continue };
        let rest: Map<String, Value> = map
            .iter()
            .filter(|(name, _)| *name != keyword)
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let Some(inner) = only.as_object() else { continue };
        let agree = rest.keys().all(|name| !inner.contains_key(name) || inner.get(name) == rest.get(name));
        let are_annotations = rest.keys().all(|name| ANNOTATIONS.contains(&name.as_str()));
        if agree && (are_annotations || reference(only).is_none()) {
            let mut merged = inner.clone();
            merged.extend(rest);
            return Some(Value::Object(merged));
        }
        if keyword != "allOf" && !map.contains_key("allOf") {
            let mut merged = rest;
            merged.insert("allOf".to_owned(), json!([only]));
            return Some(Value::Object(merged));
        }
    }
    None
}
