//! Makes schemas sound: what a validator could not compile is left out, and reported as not checked.

use immich_contract::{LeftOut, each_schema};
use jsonschema::{Draft, PatternOptions};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// The types of JSON Schema, `null` aside, which `nullable` stands for.
const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];

/// Leaves out keywords whose value is malformed, and patterns that cannot be compiled.
pub(super) fn make_sound(document: &mut Value) -> Vec<LeftOut> {
    let mut left_out = Vec::new();
    let mut patterns = HashMap::new();
    each_schema(document, &mut |schema| {
        schema.retain(|keyword, value| {
            let keeps = is_well_formed(keyword, value);
            if !keeps {
                left_out.push(LeftOut { at: String::new(), what: format!("the keyword {keyword}: {}", shown(value)) });
            }
            keeps
        });
        let mut compiles = |pattern: &str| -> bool {
            *patterns.entry(pattern.to_owned()).or_insert_with(|| compiles(&json!({ "pattern": pattern })))
        };
        if let Some(pattern) = schema.get("pattern").and_then(Value::as_str).map(str::to_owned)
            && !compiles(&pattern)
        {
            schema.shift_remove("pattern");
            left_out
                .push(LeftOut { at: String::new(), what: format!("the pattern {pattern:?}, which is not supported") });
        }
        if let Some(by_pattern) = schema.get_mut("patternProperties").and_then(Value::as_object_mut) {
            by_pattern.retain(|pattern, _| {
                let keeps = compiles(pattern);
                if !keeps {
                    let what = format!("the pattern {pattern:?}, which is not supported");
                    left_out.push(LeftOut { at: String::new(), what });
                }
                keeps
            });
        }
    });
    left_out
}

fn compiles(schema: &Value) -> bool {
    options().build(schema).is_ok()
}

/// How every schema is compiled. Patterns cannot take exponential time.
pub(super) fn options<'i>() -> jsonschema::ValidationOptions<'i> {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .with_pattern_options(PatternOptions::fancy_regex().backtrack_limit(1_000_000))
}

fn shown(value: &Value) -> String {
    value.to_string().chars().take(60).collect()
}

/// Whether a keyword has a value of the kind that JSON Schema requires.
fn is_well_formed(keyword: &str, value: &Value) -> bool {
    match keyword {
        "type" => value.as_str().is_some_and(|kind| TYPES.contains(&kind)),
        "enum" => value.as_array().is_some_and(|values| !values.is_empty()),
        "allOf" | "anyOf" | "oneOf" | "prefixItems" => {
            value.as_array().is_some_and(|parts| !parts.is_empty() && parts.iter().all(is_schema))
        }
        "required" => is_list_of_names(value),
        "properties" | "patternProperties" | "dependentSchemas" | "$defs" | "definitions" => {
            value.as_object().is_some_and(|schemas: &Map<String, Value>| schemas.values().all(is_schema))
        }
        "dependentRequired" => value.as_object().is_some_and(|names| names.values().all(is_list_of_names)),
        "items"
        | "additionalProperties"
        | "unevaluatedProperties"
        | "unevaluatedItems"
        | "not"
        | "if"
        | "then"
        | "else"
        | "contains"
        | "propertyNames" => is_schema(value),
        "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties" | "minContains"
        | "maxContains" => value.as_u64().is_some(),
        "minimum" | "maximum" => value.is_number(),
        "multipleOf" => value.as_f64().is_some_and(|step| step > 0.0),
        "exclusiveMinimum" | "exclusiveMaximum" | "uniqueItems" | "nullable" | "readOnly" | "writeOnly" => {
            value.is_boolean()
        }
        "pattern" | "format" | "$ref" => value.is_string(),
        _ => true,
    }
}

fn is_schema(value: &Value) -> bool {
    value.is_object() || value.is_boolean()
}

fn is_list_of_names(value: &Value) -> bool {
    value.as_array().is_some_and(|names| names.iter().all(Value::is_string))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_compiled_is_left_out_and_reported() {
        let mut document = json!({ "components": { "schemas": { "A": { "type": "object", "properties": {
            "a": { "type": "string", "pattern": "^(a", "minLength": 1 },
            "b": { "type": "file" },
            "c": { "type": "string", "required": true, "maxLength": "9" },
            "d": { "type": "string", "pattern": "^(?!x)[a-z]+$" },
        } } } } });

        let left_out = make_sound(&mut document);

        let expected = json!({ "type": "object", "properties": {
            "a": { "type": "string", "minLength": 1 },
            "b": {},
            "c": { "type": "string" },
            "d": { "type": "string", "pattern": "^(?!x)[a-z]+$" },
        } });
        assert_eq!(document["components"]["schemas"]["A"], expected);
        assert_eq!(left_out.len(), 4, "{left_out:?}");
    }
}
