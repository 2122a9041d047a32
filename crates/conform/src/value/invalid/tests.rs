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
    let schema = json!({ "type": "object", "properties": { "a": { "type": "array", "contains": { "const": 1 } } } });
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
