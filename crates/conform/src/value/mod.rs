//! Values for requests: ordinary valid ones, valid ones at their limits, and invalid ones that break a single constraint.

pub(crate) mod edges;
pub(crate) mod invalid;
mod unchanged;
pub(crate) mod valid;

pub(crate) use unchanged::is_unchanged;

use crate::contract::{Validator, resolve};
use serde_json::{Map, Value};

/// Keywords that constrain a value.
pub(crate) const CONSTRAINTS: [&str; 17] = [
    "type",
    "enum",
    "const",
    "format",
    "pattern",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minProperties",
    "maxProperties",
];
/// A longer chain of `allOf` is recursive.
const DEEPEST: usize = 16;

/// The schema with its reference followed and the parts of its `allOf` merged.
///
/// Documents wrap a reference into an `allOf` of one to give it a description, and compose objects of several parts.
pub(crate) fn flat(document: &Value, schema: &Value) -> Value {
    flat_below(document, schema, 0)
}

fn flat_below(document: &Value, schema: &Value, depth: usize) -> Value {
    let mut own = resolve(document, schema).clone();
    let parts = own.as_object_mut().filter(|_| depth < DEEPEST).and_then(|own| own.remove("allOf"));
    let Some(Value::Array(parts)) = parts else { return own };
    let mut merged = Map::new();
    let parts = parts.iter().map(|part| flat_below(document, part, depth + 1)).chain([own]);
    for (keyword, value) in parts.filter_map(|part| part.as_object().cloned()).flatten() {
        match (keyword.as_str(), merged.get_mut(&keyword), value) {
            ("properties", Some(Value::Object(known)), Value::Object(more)) => known.extend(more),
            ("required", Some(Value::Array(known)), Value::Array(more)) => known.extend(more),
            (_, _, value) => drop(merged.insert(keyword, value)),
        }
    }
    Value::Object(merged)
}

/// Whether a value satisfies the schema.
fn fits(document: &Value, schema: &Value, value: &Value) -> bool {
    Validator::of_requests(document, schema, "value").is_ok_and(|validator| validator.is_valid(value))
}

/// The type that values other than null have; `None` if there is not exactly one.
fn kind(schema: &Value) -> Option<&str> {
    match schema.get("type")? {
        Value::String(kind) => Some(kind),
        // OpenAPI 3.1 lists "null" beside the type.
        Value::Array(kinds) => {
            let mut kinds = kinds.iter().filter_map(Value::as_str).filter(|kind| *kind != "null");
            kinds.next().filter(|_| kinds.next().is_none())
        }
        _ => None,
    }
}

/// The least and the greatest number that the schema allows, in steps of 1.
fn limits(schema: &Value) -> (Option<i64>, Option<i64>) {
    // In OpenAPI 3.0 the exclusive limits are flags beside the limits, in 3.1 they are the limits.
    let limit = |keyword: &str, exclusive: &str, step: i64| {
        let limit = schema.get(keyword).and_then(Value::as_i64);
        match schema.get(exclusive) {
            Some(Value::Bool(true)) => limit.map(|limit| limit.saturating_add(step)),
            Some(exclusive) => exclusive.as_i64().map(|exclusive| exclusive.saturating_add(step)).or(limit),
            None => limit,
        }
    };
    (limit("minimum", "exclusiveMinimum", 1), limit("maximum", "exclusiveMaximum", -1))
}

fn text<'a>(schema: &'a Value, keyword: &str) -> Option<&'a str> {
    schema.get(keyword).and_then(Value::as_str)
}

fn count(schema: &Value, keyword: &str) -> Option<usize> {
    schema.get(keyword).and_then(Value::as_u64).and_then(|count| usize::try_from(count).ok())
}

fn required(schema: &Value) -> impl Iterator<Item = &str> {
    schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// A value for a report, as JSON; of a long one the beginning, and how long it is.
pub(crate) fn short(value: &Value) -> String {
    const LONGEST: usize = 80;
    let text = value.to_string();
    let Some((end, _)) = text.char_indices().nth(LONGEST) else { return text };
    let length = match value {
        Value::String(text) => format!("{} characters", text.chars().count()),
        Value::Array(items) => format!("{} items", items.len()),
        _ => format!("{} characters of JSON", text.chars().count()),
    };
    format!("{}… ({length})", text.get(..end).unwrap_or_default())
}

/// Properties of an object with their schemas, in the document's order.
pub(crate) fn properties(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema.get("properties").and_then(Value::as_object).into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn parts_of_a_composition_are_merged() {
        let document = json!({ "components": { "schemas": {
            "Base": { "type": "object", "properties": { "id": { "type": "string" } }, "required": ["id"] },
        } } });
        let more = json!({ "properties": { "name": { "type": "string" } }, "required": ["name"] });
        let schema = json!({ "allOf": [{ "$ref": "#/components/schemas/Base" }, more], "nullable": true });

        let flat = flat(&document, &schema);

        assert_eq!(flat["required"], json!(["id", "name"]));
        assert_eq!(properties(&flat).map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["id", "name"]);
        assert_eq!((&flat["type"], &flat["nullable"]), (&json!("object"), &json!(true)));
    }

    #[test]
    fn a_long_value_is_shown_with_its_length() {
        assert_eq!(short(&json!("x")), r#""x""#);
        assert!(short(&json!("é".repeat(256))).ends_with("é… (256 characters)"));
        assert!(short(&json!(vec!["all"; 200])).ends_with("… (200 items)"));
    }

    #[test]
    fn limits_are_read_as_openapi_3_0_and_3_1_write_them() {
        for (schema, expected) in [
            (json!({ "minimum": 1, "maximum": 9 }), (Some(1), Some(9))),
            (json!({ "minimum": 1, "exclusiveMinimum": true }), (Some(2), None)),
            (json!({ "exclusiveMinimum": 1, "exclusiveMaximum": 9 }), (Some(2), Some(8))),
            (json!({ "minimum": 1, "exclusiveMinimum": false }), (Some(1), None)),
        ] {
            assert_eq!(limits(&schema), expected, "{schema}");
        }
    }
}
