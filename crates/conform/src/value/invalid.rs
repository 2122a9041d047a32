//! Values that break one constraint each.

use super::valid::{Extent, valid};
use super::{count, required, text, unwrapped};
use crate::contract::Validator;
use crate::rule::Rule;
use serde_json::{Map, Value, json};

/// A value that breaks one constraint.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Broken {
    /// The constraint.
    pub(crate) rule: Rule,
    /// Where: `/permissions/0`.
    pub(crate) at: String,
    /// How, in a few words.
    pub(crate) how: String,
    /// The whole value.
    pub(crate) value: Value,
}

/// Constraints that this module knows how to break, and words that constrain nothing by themselves.
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
/// Among [`KNOWN`], those that are not broken, and are told of.
const UNBROKEN: [&str; 3] = ["oneOf", "anyOf", "not"];

/// `value` (a valid one) with every constraint of its schema broken, one at a time.
pub(crate) fn breaks(document: &Value, schema: &Value, value: &Value) -> Vec<Broken> {
    let mut found = Vec::new();
    Breaker { document }.object(schema, value, "", &mut found);
    found
}

/// Every constraint of one value that is no object, broken one at a time.
pub(crate) fn breaks_of_scalar(document: &Value, schema: &Value, at: &str) -> Vec<Broken> {
    let mut found = Vec::new();
    Breaker { document }.value(schema, at, &mut found);
    found
}

/// Constraints of a schema that nothing here breaks: `/name: multipleOf`.
pub(crate) fn unbroken(document: &Value, schema: &Value, at: &str, found: &mut Vec<String>) {
    let schema = unwrapped(document, schema);
    for keyword in schema.as_object().into_iter().flatten().map(|(keyword, _)| keyword.as_str()) {
        let is_known = keyword.starts_with("x-") || (KNOWN.contains(&keyword) && !UNBROKEN.contains(&keyword));
        if !is_known {
            found.push(format!("{at}: {keyword}"));
        }
    }
    for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        unbroken(document, property, &format!("{at}/{name}"), found);
    }
    if let Some(items) = schema.get("items") {
        unbroken(document, items, &format!("{at}/0"), found);
    }
}

struct Breaker<'a> {
    document: &'a Value,
}

impl Breaker<'_> {
    fn object(&self, schema: &Value, base: &Value, at: &str, found: &mut Vec<Broken>) {
        let schema = unwrapped(self.document, schema);
        let fields = base.as_object().cloned().unwrap_or_default();
        for name in required(schema) {
            let mut lacking = fields.clone();
            lacking.remove(name);
            let how = "left out".to_owned();
            found.push(Broken {
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
                Broken { value: fields.into(), ..broken }
            }));
        }
    }

    fn value(&self, schema: &Value, at: &str, found: &mut Vec<Broken>) {
        let nullable = schema.get("nullable").and_then(Value::as_bool) == Some(true);
        let schema = unwrapped(self.document, schema);
        let mut add =
            |rule, how: &str, value| found.push(Broken { rule, at: at.to_owned(), how: how.to_owned(), value });
        if !nullable && schema.get("nullable").and_then(Value::as_bool) != Some(true) {
            add(Rule::ConstraintNull, "null", Value::Null);
        }
        if schema.get("enum").is_some() {
            add(Rule::ConstraintEnum, "none of the listed values", json!("conform.unknown"));
            add(Rule::ConstraintType, "a number", json!(1));
            return;
        }
        match text(schema, "type") {
            Some("string") => self.string(schema, &mut add),
            Some(kind @ ("integer" | "number")) => number(kind, schema, &mut add),
            // Texts "true" and "false" are taken for what they say.
            Some("boolean") => add(Rule::ConstraintType, "a number", json!(1)),
            Some("array") => self.array(schema, at, found),
            Some("object") => {
                add(Rule::ConstraintType, "a text", json!("text"));
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
        if let Some(wrong) = text(schema, "format").and_then(of_no_format) {
            add(Rule::ConstraintFormat, &format!("{wrong:?}"), json!(wrong));
        }
        if let Some(wrong) = self.against_pattern(schema) {
            add(Rule::ConstraintPattern, &format!("{:?}", wrong.as_str().unwrap_or_default()), wrong);
        }
    }

    /// A text that breaks the pattern, if possible nothing but the pattern.
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

    fn array(&self, schema: &Value, at: &str, found: &mut Vec<Broken>) {
        let item = schema.get("items").and_then(|items| valid(self.document, items, Extent::Minimal));
        let mut add =
            |rule, how: &str, value| found.push(Broken { rule, at: at.to_owned(), how: how.to_owned(), value });
        add(Rule::ConstraintType, "a text", json!("text"));
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
        found.extend(of_item.into_iter().map(|broken| Broken { value: json!([broken.value]), ..broken }));
    }

    fn fits(&self, schema: &Value, value: &Value) -> bool {
        Validator::of_requests(self.document, schema, "value").is_ok_and(|validator| validator.is_valid(value))
    }
}

fn number(kind: &str, schema: &Value, add: &mut impl FnMut(Rule, &str, Value)) {
    add(Rule::ConstraintType, "a text", json!("5"));
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

/// A text that has not this format; `None` for formats that constrain nothing.
fn of_no_format(format: &str) -> Option<&'static str> {
    match format {
        "email" => Some("no e-mail address"),
        "uuid" => Some("no-uuid"),
        "date-time" | "date" => Some("yesterday"),
        "uri" => Some("no address"),
        _ => None,
    }
}

/// The value without what is wrong with it is an object: a list, a text and the like in the place of a body.
pub(crate) fn no_objects() -> [(&'static str, &'static str); 3] {
    [("cut off", "{\"conform\": "), ("a text", "\"conform\""), ("null", "null")]
}

/// The name of the field that a place is in: `permissions` for `/permissions/0`.
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
    fn every_break_of_the_contract_is_refused_by_its_schema() {
        let contract = real();
        let document = contract.document();
        let mut count = 0;
        for operation in &contract.operations {
            let Some(schema) = &operation.body else { continue };
            let validator = Validator::of_requests(document, schema, &operation.id).unwrap();
            let base = valid(document, schema, Extent::Minimal).unwrap();
            for broken in breaks(document, schema, &base) {
                assert!(!validator.is_valid(&broken.value), "{}: {broken:?}", operation.id);
                count += 1;
            }
        }
        assert!(count > 60, "{count}");
    }

    #[test]
    fn nothing_in_the_contracts_requests_is_left_unbroken() {
        let contract = real();
        let mut left = Vec::new();
        for operation in &contract.operations {
            if let Some(schema) = &operation.body {
                unbroken(contract.document(), schema, &operation.id, &mut left);
            }
            for parameter in &operation.parameters {
                unbroken(contract.document(), &parameter.schema, &operation.id, &mut left);
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

        let found = breaks(&json!({}), &schema, &json!({ "a": "ab" }));

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
    fn a_constraint_that_nobody_breaks_is_told() {
        let schema = json!({ "type": "object", "properties": { "a": { "type": "integer", "multipleOf": 2 } } });
        let mut left = Vec::new();

        unbroken(&json!({}), &schema, "", &mut left);

        assert_eq!(left, ["/a: multipleOf"]);
    }

    #[test]
    fn the_field_of_a_place_is_its_last_name() {
        assert_eq!(field_at("/permissions/0"), "permissions");
        assert_eq!(field_at("/a/b"), "b");
        assert_eq!(field_at("path id"), "path id");
    }
}
