//! Generates invalid values that break one constraint each.

use super::valid::{Extent, valid};
use super::{count, required, text, unwrapped};
use crate::contract::Validator;
use crate::rule::Rule;
use serde_json::{Map, Value, json};

/// A value that breaks one constraint.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct InvalidValue {
    /// The constraint.
    pub(crate) rule: Rule,
    /// Where: `/permissions/0`.
    pub(crate) at: String,
    /// How, in a few words: `left out`.
    pub(crate) how: String,
    /// The whole value.
    pub(crate) value: Value,
}

/// Keywords that this module handles: constraints that it breaks, and annotations.
const KNOWN: [&str; 32] = [
    "$ref",
    "type",
    "format",
    "enum",
    "pattern",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "required",
    "properties",
    "items",
    "allOf",
    "nullable",
    "description",
    "title",
    "default",
    "example",
    "deprecated",
    "readOnly",
    "writeOnly",
    "externalDocs",
    "xml",
    "oneOf",
    "anyOf",
    "additionalProperties",
    "discriminator",
    "not",
];
/// Those of [`KNOWN`] that this module does not break.
const UNTESTED: [&str; 3] = ["oneOf", "anyOf", "not"];

/// `value` (a valid one) with every constraint of its schema broken, one at a time.
pub(crate) fn invalid_values(document: &Value, schema: &Value, value: &Value) -> Vec<InvalidValue> {
    let mut found = Vec::new();
    Generator { document }.object(schema, value, "", &mut found);
    found
}

/// Every constraint of one value that is not an object, broken one at a time.
pub(crate) fn invalid_scalars(document: &Value, schema: &Value, at: &str) -> Vec<InvalidValue> {
    let mut found = Vec::new();
    Generator { document }.value(schema, at, &mut found);
    found
}

/// Constraints of a schema that no generated value breaks: `/name: multipleOf`.
pub(crate) fn untested_constraints(document: &Value, schema: &Value, at: &str, found: &mut Vec<String>) {
    let schema = unwrapped(document, schema);
    for keyword in schema.as_object().into_iter().flatten().map(|(keyword, _)| keyword.as_str()) {
        let is_known = keyword.starts_with("x-") || (KNOWN.contains(&keyword) && !UNTESTED.contains(&keyword));
        if !is_known {
            found.push(format!("{at}: {keyword}"));
        }
    }
    for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        untested_constraints(document, property, &format!("{at}/{name}"), found);
    }
    if let Some(items) = schema.get("items") {
        untested_constraints(document, items, &format!("{at}/0"), found);
    }
}

struct Generator<'a> {
    document: &'a Value,
}

impl Generator<'_> {
    fn object(&self, schema: &Value, base: &Value, at: &str, found: &mut Vec<InvalidValue>) {
        let schema = unwrapped(self.document, schema);
        let fields = base.as_object().cloned().unwrap_or_default();
        for name in required(schema) {
            let mut lacking = fields.clone();
            lacking.remove(name);
            let how = "left out".to_owned();
            found.push(InvalidValue {
                rule: Rule::ConstraintRequired,
                at: format!("{at}/{name}"),
                how,
                value: lacking.into(),
            });
        }
        for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let mut of_property = Vec::new();
            self.value(property, &format!("{at}/{name}"), &mut of_property);
            found.extend(of_property.into_iter().map(|broken| {
                let mut fields = fields.clone();
                fields.insert(name.clone(), broken.value);
                InvalidValue { value: fields.into(), ..broken }
            }));
        }
    }

    fn value(&self, schema: &Value, at: &str, found: &mut Vec<InvalidValue>) {
        let nullable = schema.get("nullable").and_then(Value::as_bool) == Some(true);
        let schema = unwrapped(self.document, schema);
        let mut add =
            |rule, how: &str, value| found.push(InvalidValue { rule, at: at.to_owned(), how: how.to_owned(), value });
        if !nullable && schema.get("nullable").and_then(Value::as_bool) != Some(true) {
            add(Rule::ConstraintNull, "null", Value::Null);
        }
        if schema.get("enum").is_some() {
            add(Rule::ConstraintEnum, "a value that is not listed", json!("conform.unknown"));
            add(Rule::ConstraintType, "a number", json!(1));
            return;
        }
        match text(schema, "type") {
            Some("string") => self.string(schema, &mut add),
            Some(kind @ ("integer" | "number")) => number(kind, schema, &mut add),
            // Strings "true" and "false" may be accepted as what they say.
            Some("boolean") => add(Rule::ConstraintType, "a number", json!(1)),
            Some("array") => self.array(schema, at, found),
            Some("object") => {
                add(Rule::ConstraintType, "a string", json!("text"));
                if let Some(base) = valid(self.document, schema, Extent::Minimal) {
                    self.object(schema, &base, at, found);
                }
            }
            _ => {}
        }
    }

    fn string(&self, schema: &Value, add: &mut impl FnMut(Rule, &str, Value)) {
        add(Rule::ConstraintType, "a number", json!(1));
        let shortest = count(schema, "minLength").unwrap_or_default();
        if let Some(shorter) = shortest.checked_sub(1) {
            let how = if shorter == 0 { "empty".to_owned() } else { format!("{shorter} characters") };
            add(Rule::ConstraintMinLength, &how, Value::String("x".repeat(shorter)));
        }
        if let Some(longest) = count(schema, "maxLength") {
            add(Rule::ConstraintMaxLength, &format!("{} characters", longest + 1), "x".repeat(longest + 1).into());
        }
        if let Some(wrong) = text(schema, "format").and_then(without_format) {
            add(Rule::ConstraintFormat, &format!("{wrong:?}"), json!(wrong));
        }
        if let Some(wrong) = self.against_pattern(schema) {
            add(Rule::ConstraintPattern, &format!("{:?}", wrong.as_str().unwrap_or_default()), wrong);
        }
    }

    /// A string that breaks the pattern, and if possible nothing else.
    fn against_pattern(&self, schema: &Value) -> Option<Value> {
        let texts = [
            // A UUID, of another version than 4.
            "f3a1c9d2-6b47-1e0a-9c55-2d8e7b1f4a60",
            "conform\u{0}conform",
            "conform conform",
            " conform",
            "-",
            "\n",
            "",
            "@",
            "1",
            "conform",
        ];
        let pattern = schema.get("pattern")?;
        let only_pattern = json!({ "pattern": pattern });
        let mut others = schema.as_object()?.clone();
        others.remove("pattern");
        let breaks = |value: &Value| !self.fits(&only_pattern, value);
        let candidates: Vec<Value> = texts.into_iter().map(|text| json!(text)).filter(breaks).collect();
        let others = Value::Object(others);
        candidates.iter().find(|value| self.fits(&others, value)).or(candidates.first()).cloned()
    }

    fn array(&self, schema: &Value, at: &str, found: &mut Vec<InvalidValue>) {
        let item = schema.get("items").and_then(|items| valid(self.document, items, Extent::Minimal));
        let mut add =
            |rule, how: &str, value| found.push(InvalidValue { rule, at: at.to_owned(), how: how.to_owned(), value });
        add(Rule::ConstraintType, "a string", json!("text"));
        if let Some(item) = &item {
            if let Some(fewer) = count(schema, "minItems").and_then(|fewest| fewest.checked_sub(1)) {
                add(Rule::ConstraintMinItems, &format!("{fewer} items"), Value::Array(vec![item.clone(); fewer]));
            }
            if let Some(most) = count(schema, "maxItems") {
                add(Rule::ConstraintMaxItems, &format!("{} items", most + 1), vec![item.clone(); most + 1].into());
            }
        }
        let Some(items) = schema.get("items") else { return };
        let mut of_item = Vec::new();
        self.value(items, &format!("{at}/0"), &mut of_item);
        found.extend(of_item.into_iter().map(|broken| InvalidValue { value: json!([broken.value]), ..broken }));
    }

    fn fits(&self, schema: &Value, value: &Value) -> bool {
        Validator::of_requests(self.document, schema, "value").is_ok_and(|validator| validator.is_valid(value))
    }
}

fn number(kind: &str, schema: &Value, add: &mut impl FnMut(Rule, &str, Value)) {
    add(Rule::ConstraintType, "a string", json!("5"));
    if kind == "integer" {
        add(Rule::ConstraintInteger, "a fraction", json!(1.5));
    }
    let exclusive = |keyword: &str| schema.get(keyword).and_then(Value::as_bool) == Some(true);
    for (rule, limit, flag, step) in [
        (Rule::ConstraintMinimum, "minimum", "exclusiveMinimum", -1),
        (Rule::ConstraintMaximum, "maximum", "exclusiveMaximum", 1),
    ] {
        if let Some(limit) = schema.get(limit).and_then(Value::as_i64) {
            let beyond = if exclusive(flag) { limit } else { limit.saturating_add(step) };
            add(rule, &beyond.to_string(), json!(beyond));
        }
    }
}

/// A string that does not have this format; `None` for formats that constrain nothing.
fn without_format(format: &str) -> Option<&'static str> {
    match format {
        "email" => Some("no e-mail address"),
        "uuid" => Some("no-uuid"),
        "date-time" | "date" => Some("yesterday"),
        "uri" => Some("no address"),
        _ => None,
    }
}

/// Bodies that are not JSON objects: what is wrong, and the body.
pub(crate) fn malformed_bodies() -> [(&'static str, &'static str); 3] {
    [("truncated JSON", "{\"conform\": "), ("a string", "\"conform\""), ("null", "null")]
}

/// The name of the field in a JSON pointer: `permissions` for `/permissions/0`.
pub(crate) fn field_at(at: &str) -> &str {
    at.split('/').rev().find(|step| !step.is_empty() && step.parse::<usize>().is_err()).unwrap_or_default()
}

/// An object with one more property than its schema knows.
pub(crate) fn with_unknown_property(value: &Value) -> Value {
    let mut fields: Map<String, Value> = value.as_object().cloned().unwrap_or_default();
    fields.insert("conformUnknownProperty".to_owned(), json!({ "ignored": [1, "x"] }));
    Value::Object(fields)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::tests::real;

    #[test]
    fn every_invalid_value_is_rejected_by_its_schema() {
        let contract = real();
        let document = contract.document();
        let mut count = 0;
        for operation in &contract.operations {
            let Some(schema) = &operation.body else { continue };
            let validator = Validator::of_requests(document, schema, &operation.id).unwrap();
            let base = valid(document, schema, Extent::Minimal).unwrap();
            for broken in invalid_values(document, schema, &base) {
                assert!(!validator.is_valid(&broken.value), "{}: {broken:?}", operation.id);
                count += 1;
            }
        }
        assert!(count > 60, "{count}");
    }

    #[test]
    fn every_constraint_of_the_contracts_requests_is_tested() {
        let contract = real();
        let mut left = Vec::new();
        for operation in &contract.operations {
            if let Some(schema) = &operation.body {
                untested_constraints(contract.document(), schema, &operation.id, &mut left);
            }
            for parameter in &operation.parameters {
                untested_constraints(contract.document(), &parameter.schema, &operation.id, &mut left);
            }
        }
        assert_eq!(left, [""; 0]);
    }

    #[test]
    fn each_kind_of_constraint_is_broken_once() {
        let schema = json!({ "type": "object", "required": ["a"], "properties": {
            "a": { "type": "string", "minLength": 2, "maxLength": 3, "pattern": "^[a-z]+$" },
            "b": { "type": "integer", "minimum": 0, "exclusiveMinimum": true, "maximum": 9 },
            "c": { "type": "array", "minItems": 1, "maxItems": 2, "items": { "type": "string", "enum": ["x"] } },
            "d": { "type": "string", "format": "uuid", "nullable": true },
        } });

        let found = invalid_values(&json!({}), &schema, &json!({ "a": "ab" }));

        let names: Vec<String> = found.iter().map(|broken| format!("{} {}", broken.rule.id(), broken.at)).collect();
        for expected in [
            "constraint-required /a",
            "constraint-null /a",
            "constraint-type /a",
            "constraint-min-length /a",
            "constraint-max-length /a",
            "constraint-pattern /a",
            "constraint-integer /b",
            "constraint-minimum /b",
            "constraint-maximum /b",
            "constraint-type /b",
            "constraint-min-items /c",
            "constraint-max-items /c",
            "constraint-enum /c/0",
            "constraint-null /c/0",
            "constraint-format /d",
        ] {
            assert_eq!(names.iter().filter(|name| *name == expected).count(), 1, "{expected} in {names:?}");
        }
        assert!(!names.contains(&"constraint-null /d".to_owned()), "d may be null");
        let minimum = found.iter().find(|broken| broken.rule == Rule::ConstraintMinimum).unwrap();
        assert_eq!(minimum.value, json!({ "a": "ab", "b": 0 }));
    }

    #[test]
    fn a_constraint_that_no_value_breaks_is_reported() {
        let schema = json!({ "type": "object", "properties": { "a": { "type": "integer", "multipleOf": 2 } } });
        let mut left = Vec::new();

        untested_constraints(&json!({}), &schema, "", &mut left);

        assert_eq!(left, ["/a: multipleOf"]);
    }

    #[test]
    fn the_field_of_a_place_is_its_last_name() {
        assert_eq!(field_at("/permissions/0"), "permissions");
        assert_eq!(field_at("/a/b"), "b");
        assert_eq!(field_at("path id"), "path id");
    }
}
