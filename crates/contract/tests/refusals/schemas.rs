//! Schemas of every kind: keywords, formats, places.

use crate::changed::{Changed, with};
use serde_json::{Value, json};

const PROPERTY: &str = "/components/schemas/Ticket/properties/more";

/// The contract with one more property in a response.
fn property(schema: Value) -> Changed {
    with(PROPERTY, schema)
}

fn at(rest: &str) -> String {
    format!("{PROPERTY}{rest}")
}

#[test]
fn unions_without_discriminator() {
    let objects = json!([{"$ref": "#/components/schemas/Counts"}, {"$ref": "#/components/schemas/Ticket"}]);
    for keyword in ["oneOf", "anyOf"] {
        property(json!({keyword: objects}))
            .refuses(&[(&at(&format!("/{keyword}")), &format!("the keyword {keyword} of a schema without type"))]);
        property(json!({keyword: [{"type": "string"}, {"type": "integer"}]}))
            .refuses(&[(&at(&format!("/{keyword}")), &format!("the keyword {keyword} of a schema without type"))]);
    }
    property(json!({"type": "object", "anyOf": objects}))
        .refuses(&[(&at("/anyOf"), "the keyword anyOf of an object without properties")]);
}

#[test]
fn a_union_without_a_name() {
    let union = json!({"oneOf": [{"$ref": "#/components/schemas/Dot"}], "discriminator": {"propertyName": "kind"}});
    property(union).refuses(&[(PROPERTY, "a union without a name")]);
}

#[test]
fn all_of_more_than_one_reference() {
    let several = json!({"allOf": [{"$ref": "#/components/schemas/Counts"}, {"$ref": "#/components/schemas/Ticket"}]});
    property(several).refuses(&[(&at("/allOf"), "the keyword allOf of a schema without type")]);
    property(json!({"allOf": [{"type": "string"}]}))
        .refuses(&[(&at("/allOf/0"), "an allOf of something without a name")]);
    property(json!({"allOf": []})).refuses(&[(&at("/allOf"), "the keyword allOf of a schema without type")]);
}

#[test]
fn keywords_beside_all_of() {
    property(json!({"allOf": [{"$ref": "#/components/schemas/Slug"}], "maxLength": 3}))
        .refuses(&[(&at("/maxLength"), "the keyword maxLength beside allOf")]);
    property(json!({"allOf": [{"$ref": "#/components/schemas/Slug"}], "nullable": true, "title": "t"})).accepts();
    let typed = |kind: &str| property(json!({"allOf": [{"$ref": "#/components/schemas/Slug"}], "type": kind}));
    typed("string").accepts();
    typed("integer").refuses(&[(&at("/type"), "another type than that of the reference")]);
}

#[test]
fn keywords_that_no_rule_enforces() {
    for (keyword, value, kind, schema) in [
        ("not", json!({}), "of a string", json!({"type": "string"})),
        ("minimum", json!(1), "of a string", json!({"type": "string"})),
        ("maxLength", json!(1), "of an integer", json!({"type": "integer"})),
        ("multipleOf", json!(2), "of an integer", json!({"type": "integer"})),
        ("exclusiveMinimum", json!(true), "of a number", json!({"type": "number", "minimum": 0})),
        ("exclusiveMaximum", json!(true), "of a number", json!({"type": "number", "maximum": 0})),
        ("enum", json!([true]), "of a boolean", json!({"type": "boolean"})),
        ("uniqueItems", json!(true), "of an array", json!({"type": "array", "items": {"type": "string"}})),
        ("minProperties", json!(1), "of an object without properties", json!({"type": "object"})),
        ("required", json!(["a"]), "of an object without properties", json!({"type": "object"})),
        ("items", json!({}), "of a schema without type", json!({})),
        ("const", json!(1), "of a schema without type", json!({})),
        ("xml", json!({}), "of a string", json!({"type": "string"})),
    ] {
        let mut schema = schema;
        schema[keyword] = value;
        // An enumeration is taken for one of texts wherever it stands.
        if keyword == "enum" {
            continue;
        }
        property(schema).refuses(&[(&at(&format!("/{keyword}")), &format!("the keyword {keyword} {kind}"))]);
    }
}

#[test]
fn extensions_are_let_through_but_ours_are_checked() {
    property(json!({"type": "string", "x-anything": 1})).accepts();
    for (keyword, value) in [
        ("x-lowercase", "\"yes\""),
        ("x-type-first", "1"),
        ("x-open", "1"),
        ("x-rust-name", "1"),
        ("x-validation-order", "\"a\""),
        ("x-enum-varnames", "[1]"),
    ] {
        property(json!({"type": "string", keyword: serde_json::from_str::<Value>(value).unwrap()}))
            .refuses(&[(&at(&format!("/{keyword}")), &format!("{value} for {keyword}"))]);
    }
}

#[test]
fn keywords_of_another_type_than_openapi_has() {
    for (schema, keyword, found) in [
        (json!({"type": "string", "nullable": "true"}), "nullable", "\"true\" for nullable"),
        (json!({"type": "string", "minLength": -1}), "minLength", "-1 for minLength"),
        (json!({"type": "string", "maxLength": 1.5}), "maxLength", "1.5 for maxLength"),
        (json!({"type": "integer", "minimum": "1"}), "minimum", "\"1\" for minimum"),
        (json!({"type": "string", "pattern": 1}), "pattern", "1 for pattern"),
        (json!({"type": "object", "additionalProperties": 1}), "additionalProperties", "1 for additionalProperties"),
    ] {
        let refused = [(at(&format!("/{keyword}")), found)];
        let mut expected: Vec<(&str, &str)> =
            refused.iter().map(|(pointer, found)| (pointer.as_str(), *found)).collect();
        let pointer = at("/additionalProperties");
        if keyword == "additionalProperties" {
            expected.push((&pointer, "an object that is always empty"));
        }
        property(schema).refuses(&expected);
    }
    property(json!(true)).refuses(&[(PROPERTY, "true for a schema")]);
}

#[test]
fn unknown_formats_and_types() {
    for (kind, format) in [
        ("string", "binary"),
        ("string", "byte"),
        ("string", "uri"),
        ("string", "time"),
        ("integer", "int16"),
        ("integer", "uint64"),
        ("number", "float"),
        ("number", "decimal"),
        ("boolean", "bit"),
    ] {
        property(json!({"type": kind, "format": format}))
            .refuses(&[(&at("/format"), &format!("the format {format:?}"))]);
    }
    property(json!({"type": "null"})).refuses(&[(&at("/type"), "the type \"null\"")]);
    property(json!({"type": ["string", "null"]})).refuses(&[(&at("/type"), "[\"string\",\"null\"] for type")]);
}

#[test]
fn null_in_odd_places() {
    property(json!({"nullable": true})).refuses(&[(&at("/nullable"), "nullable without type")]);
    with("/components/schemas/SortOrder/nullable", json!(true))
        .refuses(&[("/components/schemas/SortOrder/nullable", "nullable for a schema as a whole")]);
    with("/components/schemas/Ticket/nullable", json!(true))
        .refuses(&[("/components/schemas/Ticket/nullable", "nullable for a schema as a whole")]);
    property(json!({"type": "array", "items": {"type": "string", "nullable": true}})).accepts();
    property(json!({"type": "object", "additionalProperties": {"type": "string", "nullable": true}})).accepts();
}

#[test]
fn what_belongs_to_the_place_of_use_said_of_a_schema_as_a_whole() {
    for (keyword, value) in [("default", json!("asc")), ("readOnly", json!(true)), ("writeOnly", json!(true))] {
        let pointer = format!("/components/schemas/SortOrder/{keyword}");
        with(&pointer, value).refuses(&[(&pointer, &format!("{keyword} for a schema as a whole"))]);
    }
}

#[test]
fn additional_properties_beside_declared_ones() {
    for rest in [json!(true), json!({}), json!({"type": "string"})] {
        with("/components/schemas/Ticket/additionalProperties", rest)
            .refuses(&[("/components/schemas/Ticket/additionalProperties", "declared and free properties at once")]);
    }
    with("/components/schemas/Ticket/additionalProperties", json!(false)).accepts();
    property(json!({"type": "object", "additionalProperties": false}))
        .refuses(&[(&at("/additionalProperties"), "an object that is always empty")]);
}

#[test]
fn unknown_properties_that_a_request_should_be_refused_for() {
    with("/components/schemas/Member/additionalProperties", json!(false))
        .refuses(&[("/components/schemas/Member/additionalProperties", "a request that rejects unknown properties")]);
}

#[test]
fn objects_within_objects_need_a_name() {
    property(json!({"type": "object", "properties": {"a": {"type": "string"}}}))
        .refuses(&[(&at("/properties"), "an object without a name")]);
    property(json!({"type": "array", "items": {"type": "object", "properties": {}}}))
        .refuses(&[(&at("/items/properties"), "an object without a name")]);
}

#[test]
fn an_array_without_members_and_a_member_with_a_default() {
    property(json!({"type": "array"})).refuses(&[(PROPERTY, "an array without items")]);
    property(json!({"type": "array", "items": {"type": "string", "default": "x"}}))
        .refuses(&[(&at("/items/default"), "a default for a member")]);
    property(json!({"type": "object", "additionalProperties": {"type": "string", "default": "x"}}))
        .refuses(&[(&at("/additionalProperties/default"), "a default for a member")]);
}

#[test]
fn a_reference_to_something_else_than_a_schema() {
    property(json!({"$ref": "#/components/responses/Error"}))
        .refuses(&[(PROPERTY, "a reference to something other than a schema")]);
}

#[test]
fn schemas_that_contain_themselves() {
    let itself = json!({"$ref": "#/components/schemas/Tree"});
    let found = "a schema that contains itself";
    with("/components/schemas/Tree/properties/parent", itself.clone()).refuses(&[("/components/schemas/Tree", found)]);
    with("/components/schemas/Tree/properties/parent", json!({"allOf": [itself.clone()], "nullable": true}))
        .refuses(&[("/components/schemas/Tree", found)]);
    with("/components/schemas/Tree/properties/ticket", json!({"$ref": "#/components/schemas/Member"}))
        .with("/components/schemas/Member/properties/tree", itself)
        .refuses(&[("/components/schemas/Tree", found), ("/components/schemas/Member", found)]);
}

#[test]
fn lists_and_maps_of_themselves() {
    with("/components/schemas/Nested", json!({"type": "array", "items": {"$ref": "#/components/schemas/Nested"}}))
        .refuses(&[("/components/schemas/Nested", "a list or map of itself")]);
    let one = json!({"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Other"}});
    let other = json!({"type": "array", "items": {"allOf": [{"$ref": "#/components/schemas/One"}]}});
    with("/components/schemas/One", one).with("/components/schemas/Other", other).refuses(&[
        ("/components/schemas/One", "a list or map of itself"),
        ("/components/schemas/Other", "a list or map of itself"),
    ]);
}
