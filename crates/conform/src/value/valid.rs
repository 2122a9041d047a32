//! Generates a valid value for a schema.

use super::{count, fits, flat, kind, limits, properties, required, text};
use serde_json::{Map, Value, json};

/// How much of an object is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Required properties only.
    Minimal,
    /// All properties.
    Full,
}

/// Deeper schemas than this are recursive.
const DEEPEST: usize = 16;

/// Texts to try where a pattern has to be matched.
const TEXTS: [&str; 8] = ["conform", "Conform", "CONFORM", "c", "1", "conform-1", "a@b.cd", "https://example.com"];

/// A value that satisfies the schema; `None` when none can be generated.
pub(crate) fn valid(document: &Value, schema: &Value, extent: Extent) -> Option<Value> {
    Generator { document, extent }.value(schema, 0)
}

struct Generator<'a> {
    document: &'a Value,
    extent: Extent,
}

impl Generator<'_> {
    fn value(&self, schema: &Value, depth: usize) -> Option<Value> {
        if depth > DEEPEST {
            return None;
        }
        let schema = &flat(self.document, schema);
        for declared in ["example", "default"].iter().filter_map(|keyword| schema.get(keyword)) {
            if fits(self.document, schema, declared) {
                return Some(declared.clone());
            }
        }
        if let Some(values) = schema.get("enum").and_then(Value::as_array) {
            return values.first().cloned();
        }
        if let Some(only) = schema.get("const") {
            return Some(only.clone());
        }
        if let Some(alternatives) = schema.get("oneOf").or(schema.get("anyOf")) {
            let mut values = alternatives.as_array()?.iter().filter_map(|each| self.value(each, depth + 1));
            return values.find(|value| fits(self.document, schema, value));
        }
        match kind(schema) {
            Some("object") => self.object(schema, depth),
            Some("array") => {
                let item = self.value(schema.get("items")?, depth + 1)?;
                Some(Value::Array(vec![item; count(schema, "minItems").unwrap_or(1).max(1)]))
            }
            Some("string") => self.string(schema),
            Some("integer" | "number") => number(schema),
            Some("boolean") => Some(Value::Bool(true)),
            _ => None,
        }
    }

    fn object(&self, schema: &Value, depth: usize) -> Option<Value> {
        let mut object = Map::new();
        for (name, property) in properties(schema) {
            if self.extent == Extent::Full || required(schema).any(|required| required == name) {
                object.insert(name.clone(), self.value(property, depth + 1)?);
            }
        }
        Some(Value::Object(object))
    }

    fn string(&self, schema: &Value) -> Option<Value> {
        let made = match text(schema, "format") {
            Some("email") => "conform@example.com".to_owned(),
            Some("uuid") => "f3a1c9d2-6b47-4e0a-9c55-2d8e7b1f4a60".to_owned(),
            Some("date-time") => "2030-01-01T00:00:00.000Z".to_owned(),
            Some("date") => "2030-01-01".to_owned(),
            Some("uri") => "https://example.com/".to_owned(),
            Some("byte") => "Y29uZm9ybQ==".to_owned(),
            _ => String::new(),
        };
        let (shortest, longest) = (count(schema, "minLength").unwrap_or(1), count(schema, "maxLength"));
        let texts = [made.as_str()].into_iter().filter(|made| !made.is_empty()).chain(TEXTS);
        texts
            .flat_map(|text| {
                let padded: String = text.chars().chain(std::iter::repeat('x')).take(shortest.max(1)).collect();
                let cut: String = text.chars().take(longest.unwrap_or(usize::MAX)).collect();
                [text.to_owned(), cut, padded]
            })
            .map(Value::String)
            .find(|candidate| fits(self.document, schema, candidate))
    }
}

fn number(schema: &Value) -> Option<Value> {
    let (least, most) = limits(schema);
    let value = match (least, most) {
        (Some(least), _) => least,
        (None, Some(most)) => most.min(1),
        (None, None) => 1,
    };
    let step = schema.get("multipleOf").and_then(Value::as_i64).filter(|step| *step > 0);
    let value = step.map_or(Some(value), |step| {
        value.div_euclid(step).checked_mul(step).map(
            |below| {
                if below < value { below.saturating_add(step) } else { below }
            },
        )
    })?;
    Some(json!(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::tests::real;

    #[test]
    fn every_body_of_the_contract_can_be_generated_and_is_valid() {
        let contract = real();
        for operation in contract.operations.iter().filter(|operation| operation.body.is_some()) {
            let schema = operation.body.as_ref().unwrap();
            for extent in [Extent::Minimal, Extent::Full] {
                let value = valid(contract.document(), schema, extent).expect(&operation.id);
                assert!(fits(contract.document(), schema, &value), "{}: {value}", operation.id);
            }
        }
    }

    #[test]
    fn constraints_are_met() {
        for (schema, expected) in [
            (json!({ "type": "string", "minLength": 9 }), json!("conformxx")),
            (json!({ "type": "string", "maxLength": 3 }), json!("con")),
            (json!({ "type": "string", "pattern": "^[0-9]+$" }), json!("1")),
            (json!({ "type": "integer", "minimum": 3, "exclusiveMinimum": true }), json!(4)),
            (json!({ "type": "integer", "exclusiveMinimum": 3 }), json!(4)),
            (json!({ "type": "integer", "minimum": 3, "multipleOf": 5 }), json!(5)),
            (json!({ "const": "x" }), json!("x")),
            (json!({ "type": ["string", "null"], "maxLength": 3 }), json!("con")),
            (json!({ "type": "integer", "maximum": -2 }), json!(-2)),
            (json!({ "type": "array", "minItems": 2, "items": { "type": "boolean" } }), json!([true, true])),
            (json!({ "oneOf": [{ "type": "boolean" }, { "type": "string" }] }), json!(true)),
            (json!({ "type": "string", "example": "kept" }), json!("kept")),
            (json!({ "type": "string", "maxLength": 2, "example": "too long" }), json!("co")),
        ] {
            assert_eq!(valid(&json!({}), &schema, Extent::Full), Some(expected), "{schema}");
        }
    }

    #[test]
    fn a_schema_that_no_value_can_be_generated_for_has_none() {
        assert_eq!(valid(&json!({}), &json!({ "type": "string", "pattern": "^[ÄÖ]{7}$" }), Extent::Full), None);
    }
}
