//! Reading a document, and values to put in another's place.

use immich_contract::{operations, pins, reference};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Where named schemas live.
pub(super) const SCHEMAS: &str = "/components/schemas";

/// The entries of the object at a pointer; none when there is no object.
pub(super) fn entries<'a>(document: &'a Value, pointer: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    document.pointer(pointer).and_then(Value::as_object).into_iter().flatten()
}

/// The elements of the list at a pointer; none when there is no list.
pub(super) fn elements<'a>(document: &'a Value, pointer: &str) -> &'a [Value] {
    document.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

pub(super) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// `operationId`, or method and path of an operation that has none.
pub(super) fn operation_name(path: &str, method: &str, operation: &Value) -> String {
    match text(operation, "operationId") {
        "" => format!("{method} {path}"),
        id => id.to_owned(),
    }
}

/// A reference to a schema.
pub(super) fn reference_to(schema: &str) -> Value {
    json!({"$ref": format!("#{SCHEMAS}/{schema}")})
}

/// The name of the schema that a value refers to.
pub(super) fn referenced(value: &Value) -> Option<&str> {
    reference(value)?.strip_prefix(SCHEMAS)?.strip_prefix('/')
}

/// The names of the schemas, in the document's order, that are enums or are not.
pub(super) fn schema_names(document: &Value, enums: bool) -> Vec<&str> {
    entries(document, SCHEMAS)
        .filter(|(_, schema)| schema.get("enum").is_some() == enums)
        .map(|(name, _)| name.as_str())
        .collect()
}

/// The next name after this one, beginning again at the end; nothing when there is no other.
pub(super) fn next<'a>(names: &[&'a str], name: &str) -> Option<&'a str> {
    let position = names.iter().position(|other| *other == name).map_or(0, |position| position + 1);
    names.get(position % names.len().max(1)).copied().filter(|other| *other != name)
}

/// The names of the schemas that requests contain, directly or within others.
pub(super) fn read_schemas(document: &Value) -> BTreeSet<String> {
    let bodies: Value =
        operations(document).filter_map(|(.., operation)| operation.get("requestBody").cloned()).collect();
    let used = pins::used(&json!({"paths": bodies, "components": document["components"]}));
    used.iter().filter_map(|name| name.strip_prefix("schemas/")).map(str::to_owned).collect()
}

/// The same object without some keys and with others added.
pub(super) fn altered(object: &Value, without: &[&str], added: Value) -> Value {
    let mut map: Map<String, Value> = object.as_object().cloned().unwrap_or_default();
    map.retain(|key, _| !without.contains(&key.as_str()));
    if let Value::Object(added) = added {
        map.extend(added);
    }
    Value::Object(map)
}

/// The list without one of its texts, or with another in its place.
pub(super) fn renamed_in(list: &[Value], name: &str, to: Option<&str>) -> Value {
    list.iter()
        .filter_map(|value| if value == name { to.map(Value::from) } else { Some(value.clone()) })
        .collect::<Vec<_>>()
        .into()
}

/// The same list the other way round.
pub(super) fn reversed(list: &[Value]) -> Value {
    list.iter().rev().cloned().collect::<Vec<_>>().into()
}

/// Another value of the same kind, as little different as can be.
pub(super) fn other(value: &Value) -> Value {
    match value {
        Value::Bool(value) => json!(!value),
        Value::Number(number) => number.as_i64().map_or_else(|| json!(0.5), |number| json!(number + 1)),
        Value::String(text) => json!(format!("{text}2")),
        // Another order would be prose in a list of required properties.
        Value::Array(list) => list.iter().take(list.len().saturating_sub(1)).cloned().collect(),
        Value::Object(_) | Value::Null => json!({}),
    }
}
