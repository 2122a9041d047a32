//! Generates invalid values that break one constraint each, each constraint in several ways.

mod format;
mod scalar;

pub(crate) use format::near_misses;

use super::valid::{Extent, valid};
use super::{count, fits, flat, kind, properties, required};
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

/// A value that may break a constraint.
#[derive(Debug, Clone)]
struct Candidate {
    rule: Rule,
    how: String,
    value: Value,
    /// It does, though the validator does not see it.
    certain: bool,
}

impl Candidate {
    fn new(rule: Rule, how: impl Into<String>, value: impl Into<Value>) -> Self {
        Self { rule, how: how.into(), value: value.into(), certain: false }
    }
}

/// Keywords that this module handles: constraints that it breaks, and annotations.
const KNOWN: [&str; 40] = [
    "$ref",
    "type",
    "format",
    "enum",
    "const",
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
    "required",
    "properties",
    "minProperties",
    "maxProperties",
    "additionalProperties",
    "items",
    "allOf",
    "oneOf",
    "anyOf",
    "not",
    "nullable",
    "description",
    "title",
    "default",
    "example",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "externalDocs",
    "xml",
    "discriminator",
    "$comment",
    "$schema",
];

/// `value` (a valid one) with every constraint of its schema broken, one at a time.
pub(crate) fn invalid_values(document: &Value, schema: &Value, value: &Value) -> Vec<InvalidValue> {
    let mut found = Vec::new();
    let Ok(validator) = Validator::of_requests(document, schema, "value") else { return found };
    let generator = Generator { document };
    generator.object(&flat(document, schema), value, "", &mut found);
    generator.composition(&flat(document, schema), "", &mut found);
    found.retain(|broken| broken.rule == Rule::ConstraintFormat || !validator.is_valid(&broken.value));
    found
}

/// Every constraint of one value that is not an object, broken one at a time.
pub(crate) fn invalid_scalars(document: &Value, schema: &Value, at: &str) -> Vec<InvalidValue> {
    let mut found = Vec::new();
    Generator { document }.value(schema, at, &mut found);
    found
}

/// Constraints of a schema that no generated value breaks: `/name: contains`.
pub(crate) fn untested_constraints(document: &Value, schema: &Value, at: &str, found: &mut Vec<String>) {
    let schema = flat(document, schema);
    for keyword in schema.as_object().into_iter().flatten().map(|(keyword, _)| keyword.as_str()) {
        if !keyword.starts_with("x-") && !KNOWN.contains(&keyword) {
            found.push(format!("{at}: {keyword}"));
        }
    }
    for (name, property) in properties(&schema).filter(|_| at.matches('/').count() < DEEPEST) {
        untested_constraints(document, property, &format!("{at}/{name}"), found);
    }
    if let Some(items) = schema.get("items").filter(|_| at.matches('/').count() < DEEPEST) {
        untested_constraints(document, items, &format!("{at}/0"), found);
    }
}

/// Deeper schemas than this are recursive, or make too many requests.
const DEEPEST: usize = 4;
/// How many values break a composition.
const COMPOSITIONS: usize = 4;

struct Generator<'a> {
    document: &'a Value,
}

impl Generator<'_> {
    /// `schema` is flat.
    fn object(&self, schema: &Value, base: &Value, at: &str, found: &mut Vec<InvalidValue>) {
        let fields = base.as_object().cloned().unwrap_or_default();
        let mut add = |rule, at: String, how: &str, fields: Map<String, Value>| {
            found.push(InvalidValue { rule, at, how: how.to_owned(), value: fields.into() });
        };
        for name in required(schema) {
            let mut lacking = fields.clone();
            lacking.remove(name);
            add(Rule::ConstraintRequired, format!("{at}/{name}"), "left out", lacking);
        }
        if schema.get("additionalProperties") == Some(&Value::Bool(false)) {
            let more = with_unknown_property(base).as_object().cloned().unwrap_or_default();
            add(Rule::ConstraintProperties, at.to_owned(), "a property that is not allowed", more);
        }
        if let Some(fewest) = count(schema, "minProperties") {
            let fewer = fields.clone().into_iter().take(fewest.saturating_sub(1)).collect();
            add(Rule::ConstraintProperties, at.to_owned(), "too few properties", fewer);
        }
        if let Some(most) = count(schema, "maxProperties") {
            let more = (0..=most).map(|n| (format!("conform{n}"), json!("conform"))).chain(fields.clone()).collect();
            add(Rule::ConstraintProperties, at.to_owned(), "too many properties", more);
        }
        if at.matches('/').count() >= DEEPEST {
            return;
        }
        for (name, property) in properties(schema) {
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
        let Ok(validator) = Validator::of_requests(self.document, schema, "value") else { return };
        let schema = flat(self.document, schema);
        let mut candidates = vec![Candidate::new(Rule::ConstraintNull, "null", Value::Null)];
        let constant = schema.get("const").map(|only| vec![only.clone()]);
        match (constant.as_ref().or(schema.get("enum").and_then(Value::as_array)), kind(&schema)) {
            (Some(members), _) => candidates.extend(scalar::members(members)),
            (None, Some("string")) => candidates.extend(scalar::strings(self.document, &schema)),
            (None, Some(kind @ ("integer" | "number"))) => candidates.extend(scalar::numbers(kind, &schema)),
            (None, Some("boolean")) => candidates.extend(scalar::booleans()),
            (None, Some("array")) => candidates.extend(self.list(&schema)),
            (None, Some("object")) => candidates.extend(scalar::other_types("object")),
            (None, _) => {}
        }
        let mut known: Vec<Value> = Vec::new();
        for Candidate { rule, how, value, certain } in candidates {
            if !known.contains(&value) && (certain || !validator.is_valid(&value)) {
                known.push(value.clone());
                found.push(InvalidValue { rule, at: at.to_owned(), how, value });
            }
        }
        let mut within = Vec::new();
        match kind(&schema) {
            Some("array") => self.items(&schema, at, &mut within),
            Some("object") => {
                if let Some(base) = valid(self.document, &schema, Extent::Minimal) {
                    self.object(&schema, &base, at, &mut within);
                }
            }
            _ => {}
        }
        self.composition(&schema, at, &mut within);
        within.retain(|broken| broken.rule == Rule::ConstraintFormat || !validator.is_valid(&broken.value));
        found.extend(within);
    }

    /// What is wrong with a list as a whole; `schema` is flat.
    fn list(&self, schema: &Value) -> Vec<Candidate> {
        let mut found = scalar::other_types("array");
        let item = schema.get("items").and_then(|items| valid(self.document, items, Extent::Minimal));
        let Some(item) = item else { return found };
        found.push(Candidate::new(Rule::ConstraintType, "one item without a list", item.clone()));
        found.push(Candidate::new(Rule::ConstraintType, "an object with numbers", json!({ "0": item })));
        let of = |length: usize| vec![item.clone(); length];
        if let Some(fewest) = count(schema, "minItems") {
            for fewer in [fewest.saturating_sub(1), 0] {
                found.push(Candidate::new(Rule::ConstraintMinItems, format!("{fewer} items"), of(fewer)));
            }
        }
        if let Some(most) = count(schema, "maxItems") {
            for more in [most.saturating_add(1), most.saturating_mul(10).saturating_add(100)] {
                found.push(Candidate::new(Rule::ConstraintMaxItems, format!("{more} items"), of(more)));
            }
        }
        if schema.get("uniqueItems") == Some(&Value::Bool(true)) {
            found.push(Candidate::new(Rule::ConstraintUniqueItems, "the same item twice", of(2)));
        }
        found
    }

    /// Items that are wrong: alone, and beside a valid one; `schema` is flat.
    fn items(&self, schema: &Value, at: &str, found: &mut Vec<InvalidValue>) {
        let Some(items) = schema.get("items").filter(|_| at.matches('/').count() < DEEPEST) else { return };
        let right = valid(self.document, items, Extent::Minimal);
        let mut of_item = Vec::new();
        self.value(items, &format!("{at}/0"), &mut of_item);
        let mut beside: Vec<Rule> = Vec::new();
        for InvalidValue { rule, at, how, value: wrong } in of_item {
            if let Some(right) = right.as_ref().filter(|_| !beside.contains(&rule)) {
                beside.push(rule);
                for (order, value) in
                    [("after a valid one", json!([right, wrong])), ("before a valid one", json!([wrong, right]))]
                {
                    found.push(InvalidValue { rule, at: at.clone(), how: format!("{how}, {order}"), value });
                }
            }
            found.push(InvalidValue { rule, at, how, value: json!([wrong]) });
        }
    }

    /// Values that `oneOf`, `anyOf` or `not` exclude; what is valid after all is left out later.
    fn composition(&self, schema: &Value, at: &str, found: &mut Vec<InvalidValue>) {
        let alternatives = ["oneOf", "anyOf"].iter().filter_map(|keyword| schema.get(keyword)?.as_array()).flatten();
        let alternatives: Vec<&Value> = alternatives.collect();
        let excluded = schema.get("not");
        if alternatives.is_empty() && excluded.is_none() {
            return;
        }
        let mut values: Vec<Value> =
            excluded.and_then(|excluded| valid(self.document, excluded, Extent::Full)).into_iter().collect();
        // Everything of all alternatives at once: `oneOf` allows one of them.
        let full = alternatives.iter().filter_map(|each| valid(self.document, each, Extent::Full));
        let merged: Map<String, Value> = full.filter_map(|value| value.as_object().cloned()).flatten().collect();
        if !merged.is_empty() {
            values.push(Value::Object(merged));
        }
        values.extend([json!({}), json!("conform"), json!(-1), json!(1.5), json!(true), json!([]), json!([[]])]);
        let mut invalid: Vec<Value> = Vec::new();
        for value in values {
            if !invalid.contains(&value) && !fits(self.document, schema, &value) {
                invalid.push(value);
            }
        }
        // A body is an object: other types are malformed bodies.
        invalid.retain(|value| !at.is_empty() || value.is_object());
        found.extend(invalid.into_iter().take(COMPOSITIONS).map(|value| InvalidValue {
            rule: Rule::ConstraintComposition,
            at: at.to_owned(),
            how: super::short(&value),
            value,
        }));
    }
}

/// Bodies that are not JSON objects, made from a valid one: what is wrong, and the body.
pub(crate) fn malformed_bodies(valid: &Value) -> Vec<(&'static str, String)> {
    let valid = if valid.is_object() { valid.to_string() } else { "{}".to_owned() };
    let open = valid.trim_end_matches('}');
    let comma = if open == "{" { "" } else { "," };
    vec![
        ("truncated JSON", format!("{open}{comma}\"conform\": ")),
        ("JSON without its end", open.to_owned()),
        ("a trailing comma", format!("{open}{comma}\"conform\":1,}}")),
        ("text after the JSON", format!("{valid} conform")),
        ("two JSON texts", format!("{valid}{valid}")),
        ("single quotes", format!("{open}{comma}'conform':1}}")),
        ("a name without quotes", format!("{open}{comma}conform:1}}")),
        ("NaN", format!("{open}{comma}\"conform\":NaN}}")),
        ("no JSON", "conform=1".to_owned()),
        ("a string", "\"conform\"".to_owned()),
        ("a number", "1".to_owned()),
        ("true", "true".to_owned()),
        ("null", "null".to_owned()),
    ]
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
        assert!(count > 200, "{count}");
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
    fn each_kind_of_constraint_is_broken() {
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
            assert!(names.iter().any(|name| name == expected), "{expected} in {names:?}");
        }
        assert!(!names.contains(&"constraint-null /d".to_owned()), "d may be null");
        let minimum = found.iter().find(|broken| broken.rule == Rule::ConstraintMinimum).unwrap();
        assert_eq!(minimum.value, json!({ "a": "ab", "b": 0 }));
    }

    /// Rule and value of everything that is wrong with one property.
    fn broken(property: &Value) -> Vec<(Rule, Value)> {
        let schema = json!({ "type": "object", "properties": { "a": property } });
        let found = invalid_values(&json!({}), &schema, &json!({}));
        found.into_iter().map(|broken| (broken.rule, broken.value["a"].clone())).collect()
    }

    #[test]
    fn a_constraint_is_broken_in_several_ways() {
        for (schema, rule, values) in [
            (json!({ "type": "integer", "minimum": 1 }), Rule::ConstraintMinimum, json!([0, -1, -2_147_483_648_i64])),
            (json!({ "type": "integer", "exclusiveMinimum": 4 }), Rule::ConstraintMinimum, json!([4, 0, -1])),
            (json!({ "type": "integer", "format": "int32" }), Rule::ConstraintFormat, json!([2_147_483_648_i64])),
            (json!({ "type": "integer", "multipleOf": 5 }), Rule::ConstraintMultipleOf, json!([2.5, 1])),
            (json!({ "type": "boolean" }), Rule::ConstraintType, json!([1, 0, "yes", [], {}])),
            (json!({ "type": "string", "minLength": 8 }), Rule::ConstraintMinLength, json!(["", "xxxxxxx"])),
            (json!({ "enum": ["ab", "c"] }), Rule::ConstraintEnum, json!(["AB", "a", "ab ", "", "conform.unknown"])),
            (json!({ "const": "ab" }), Rule::ConstraintEnum, json!(["AB", "conform.unknown"])),
            (
                json!({ "type": "array", "items": { "enum": ["ab"] } }),
                Rule::ConstraintEnum,
                json!([["conform.unknown"], ["ab", "conform.unknown"], ["conform.unknown", "ab"]]),
            ),
            (
                json!({ "type": "array", "uniqueItems": true, "items": { "type": "boolean" } }),
                Rule::ConstraintUniqueItems,
                json!([[true, true]]),
            ),
            (json!({ "type": "string", "not": { "enum": ["ab"] } }), Rule::ConstraintComposition, json!(["ab"])),
            (json!({ "oneOf": [{ "type": "boolean" }] }), Rule::ConstraintComposition, json!(["conform", -1])),
            (
                json!({ "type": "object", "additionalProperties": false, "properties": {} }),
                Rule::ConstraintProperties,
                json!([with_unknown_property(&json!({}))]),
            ),
            (json!({ "type": "object", "minProperties": 1 }), Rule::ConstraintProperties, json!([{}])),
        ] {
            let found = broken(&schema);
            for value in values.as_array().unwrap() {
                assert!(found.contains(&(rule, value.clone())), "{schema}: {value} in {found:?}");
            }
        }
    }

    #[test]
    fn the_parts_of_a_composed_object_are_broken_too() {
        let part =
            |name: &str| json!({ "type": "object", "required": [name], "properties": { name: { "type": "string" } } });
        let schema = json!({ "allOf": [part("a"), part("b")] });

        let found = invalid_values(&json!({}), &schema, &json!({ "a": "x", "b": "y" }));

        let lacking: Vec<&Value> =
            found.iter().filter(|broken| broken.rule == Rule::ConstraintRequired).map(|broken| &broken.value).collect();
        assert_eq!(lacking, [&json!({ "b": "y" }), &json!({ "a": "x" })]);
    }

    #[test]
    fn a_malformed_body_is_no_json_object() {
        for valid in [json!({}), json!({ "name": "x", "list": [{}] })] {
            for (how, body) in malformed_bodies(&valid) {
                let parsed = serde_json::from_str::<Value>(&body);
                assert!(!parsed.is_ok_and(|body| body.is_object()), "{how}: {body}");
            }
        }
    }

    #[test]
    fn a_constraint_that_no_value_breaks_is_reported() {
        let schema =
            json!({ "type": "object", "properties": { "a": { "type": "array", "contains": { "const": 1 } } } });
        let mut left = Vec::new();

        untested_constraints(&json!({}), &schema, "", &mut left);

        assert_eq!(left, ["/a: contains"]);
    }

    #[test]
    fn the_field_of_a_place_is_its_last_name() {
        assert_eq!(field_at("/permissions/0"), "permissions");
        assert_eq!(field_at("/a/b"), "b");
        assert_eq!(field_at("path id"), "path id");
    }
}
