//! Which schemas requests and responses use, and which contain themselves.

use super::union;
use crate::document::{operations, reference, resolve, schema_name, unwrap_single_all_of};
use crate::reader::{Component, Reader};
use serde_json::Value;
use std::collections::BTreeSet;

/// In which direction a schema is used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    /// It is read from requests.
    pub(crate) is_read: bool,
    /// It is written in responses.
    pub(crate) is_written: bool,
}

/// Names of the schemas that operations use under one of these keywords, directly or within others.
pub(super) fn reachable(document: &Value, keywords: &[&str]) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    for (_, _, _, operation) in operations(document) {
        for part in keywords.iter().filter_map(|keyword| operation.get(*keyword)) {
            collect(document, part, &mut seen);
        }
    }
    let schemas = seen.iter().filter(|pointer| pointer.starts_with("/components/schemas/"));
    schemas.filter_map(|pointer| pointer.rsplit('/').next()).map(str::to_owned).collect()
}

/// Whether a part of the document contains a secret (`format: password`), directly or in a schema that it uses.
pub(crate) fn holds_secret(document: &Value, part: &Value) -> bool {
    let mut seen = BTreeSet::new();
    collect(document, part, &mut seen);
    declares_secret(part) || seen.iter().filter_map(|pointer| document.pointer(pointer)).any(declares_secret)
}

fn declares_secret(part: &Value) -> bool {
    match part {
        Value::Object(map) => {
            map.get("format").is_some_and(|format| format == "password") || map.values().any(declares_secret)
        }
        Value::Array(list) => list.iter().any(declares_secret),
        _ => false,
    }
}

/// Collects the pointers of all references, also of those that lead nowhere.
fn collect<'d>(document: &'d Value, part: &'d Value, seen: &mut BTreeSet<&'d str>) {
    if let Some(pointer) = reference(part) {
        if seen.insert(pointer) {
            collect(document, resolve(document, part), seen);
        }
        return;
    }
    match part {
        Value::Object(map) => map.values().for_each(|value| collect(document, value, seen)),
        Value::Array(list) => list.iter().for_each(|value| collect(document, value, seen)),
        _ => {}
    }
}

/// Refuses schemas that contain themselves in a way that Rust cannot: without a list or a map between, or as an alias.
pub(super) fn refuse_endless(reader: &mut Reader<'_>) {
    for component in reader.components() {
        if leads_to(reader, component, component.name, &mut BTreeSet::new(), contents) {
            let advice = "put a list or a map between, or leave it out of one of them";
            reader.refuse(component.pointer(), "a schema that contains itself", advice);
        } else if leads_to(reader, component, component.name, &mut BTreeSet::new(), other_words) {
            let advice = "put an object with properties between";
            reader.refuse(component.pointer(), "a list or map of itself", advice);
        }
    }
}

fn leads_to<'d>(
    reader: &Reader<'d>,
    from: Component<'d>,
    to: &str,
    seen: &mut BTreeSet<&'d str>,
    next: fn(&'d Value) -> Vec<&'d Value>,
) -> bool {
    next(from.schema).into_iter().any(|part| {
        let Some(component) = schema_name(unwrap_single_all_of(part)).and_then(|name| reader.component(name)) else {
            return false;
        };
        component.name == to || (seen.insert(component.name) && leads_to(reader, component, to, seen, next))
    })
}

/// The schemas that a value of the schema contains directly.
fn contents(schema: &Value) -> Vec<&Value> {
    let properties = schema.get("properties").and_then(Value::as_object);
    let itself = std::iter::once(schema).filter(|schema| schema.get("properties").is_none());
    properties
        .into_iter()
        .flat_map(|properties| properties.values())
        .chain(union::objects(schema))
        .chain(itself)
        .collect()
}

/// The target of an alias, or the member of a list or map; none if the schema has its own type.
fn other_words(schema: &Value) -> Vec<&Value> {
    if schema.get("properties").is_some() || schema.get("enum").is_some() || schema.get("discriminator").is_some() {
        return Vec::new();
    }
    let mut parts = vec![schema];
    let mut index = 0;
    while let Some(part) = parts.get(index).copied() {
        parts.extend(["items", "additionalProperties"].iter().filter_map(|member| part.get(*member)));
        index += 1;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_secret_is_found_in_a_schema_and_in_those_that_it_uses() {
        let document = json!({"components": {"schemas": {
            "Key": {"properties": {"secret": {"type": "string", "format": "password"}}},
            "Created": {"properties": {"keys": {"type": "array", "items": {"$ref": "#/components/schemas/Key"}}}},
            "Plain": {"properties": {"format": {"type": "string"}, "next": {"$ref": "#/components/schemas/Plain"}}},
        }}});
        let response = |name: &str| {
            let schema = json!({"$ref": format!("#/components/schemas/{name}")});
            json!({"content": {"application/json": {"schema": schema}}})
        };

        assert!(holds_secret(&document, &response("Key")));
        assert!(holds_secret(&document, &response("Created")));
        assert!(holds_secret(&document, &json!({"content": {"text/plain": {"schema": {"format": "password"}}}})));
        assert!(!holds_secret(&document, &response("Plain")));
        assert!(!holds_secret(&document, &json!({"description": "No content"})));
    }
}
