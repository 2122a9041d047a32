//! Generates invalid values that break one constraint each, each constraint in several ways.

mod format;
mod scalar;
#[cfg(test)]
mod tests;

pub(crate) use format::near_misses;

use super::valid::{Extent, valid};
use super::{CONSTRAINTS, count, fits, flat, kind, properties, required};
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

/// Keywords that this module handles besides [`CONSTRAINTS`]: those of objects, lists and compositions, and annotations.
const STRUCTURE: [&str; 23] = [
    "$ref",
    "required",
    "properties",
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
        if !keyword.starts_with("x-") && !CONSTRAINTS.contains(&keyword) && !STRUCTURE.contains(&keyword) {
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
