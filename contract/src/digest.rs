//! A digest of a part of the contract: references resolved, prose stripped, keys sorted.

use crate::document::{reference, resolve};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Keys that say nothing about the wire.
const PROSE: [&str; 9] = [
    "description",
    "summary",
    "example",
    "examples",
    "externalDocs",
    "title",
    "tags",
    "x-immich-history",
    "x-immich-state",
];

/// The part with every local reference replaced by what it points to, without prose, keys in order.
///
/// Names of properties are kept whatever they are: a property called `title` is no prose.
#[must_use]
pub fn without_prose(document: &Value, part: &Value) -> Value {
    strip(document, part, false, &mut Vec::new())
}

fn strip<'a>(document: &'a Value, part: &'a Value, names: bool, open: &mut Vec<&'a str>) -> Value {
    if let Some(pointer) = reference(part) {
        // A schema that contains itself is cut at its name.
        if open.contains(&pointer) {
            return Value::String(pointer.to_owned());
        }
        open.push(pointer);
        let resolved = strip(document, resolve(document, part), false, open);
        open.pop();
        return resolved;
    }
    match part {
        Value::Object(map) => {
            let kept: BTreeMap<&String, &Value> =
                map.iter().filter(|(key, _)| names || !PROSE.contains(&key.as_str())).collect();
            let mut result = Map::new();
            for (key, value) in kept {
                result.insert(key.clone(), strip(document, value, !names && key == "properties", open));
            }
            Value::Object(result)
        }
        Value::Array(list) => Value::Array(list.iter().map(|item| strip(document, item, false, open)).collect()),
        scalar => scalar.clone(),
    }
}

/// SHA-256 of [`without_prose`], as lower-case hexadecimal.
#[must_use]
pub fn digest(document: &Value, part: &Value) -> String {
    let text = without_prose(document, part).to_string();
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(text.as_bytes()) {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn prose_and_key_order_change_nothing_a_constraint_does() {
        let one = json!({"a": {"type": "string", "description": "x", "minLength": 1}});
        let two = json!({"a": {"minLength": 1, "type": "string", "summary": "y"}});
        let three = json!({"a": {"minLength": 2, "type": "string"}});
        assert_eq!(digest(&one, &one["a"]), digest(&two, &two["a"]));
        assert_ne!(digest(&one, &one["a"]), digest(&three, &three["a"]));
    }

    #[test]
    fn a_property_called_description_is_kept() {
        let schema = json!({"properties": {"description": {"type": "string", "description": "prose"}}});
        assert_eq!(without_prose(&schema, &schema), json!({"properties": {"description": {"type": "string"}}}));
    }

    #[test]
    fn references_are_resolved_and_loops_end() {
        let document =
            json!({"components": {"schemas": {"A": {"properties": {"a": {"$ref": "#/components/schemas/A"}}}}}});
        let part = json!({"$ref": "#/components/schemas/A"});
        assert_eq!(without_prose(&document, &part), json!({"properties": {"a": "/components/schemas/A"}}));
    }
}
