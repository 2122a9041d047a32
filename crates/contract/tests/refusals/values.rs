//! Constraints and defaults of what a request holds.

use crate::changed::{Changed, with};
use serde_json::{Value, json};

const PROPERTY: &str = "/components/schemas/Member/properties/more";

/// The contract with one more optional property in a request.
fn property(schema: Value) -> Changed {
    with(PROPERTY, schema)
}

fn at(rest: &str) -> String {
    format!("{PROPERTY}{rest}")
}

#[test]
fn constraints_of_a_text_that_its_rule_does_not_know() {
    for (format, keyword, value) in [
        ("email", "minLength", json!(3)),
        ("email", "maxLength", json!(99)),
        ("uuid", "minLength", json!(36)),
        ("uuid", "pattern", json!("^a")),
        ("date-time", "pattern", json!("Z$")),
        ("date", "maxLength", json!(10)),
        ("password", "pattern", json!("[0-9]")),
    ] {
        property(json!({"type": "string", "format": format, keyword: value}))
            .refuses(&[(&at(&format!("/{keyword}")), &format!("the constraint {keyword}: {value}"))]);
    }
    property(json!({"type": "string", "pattern": "^[a-z]+$"}))
        .refuses(&[(&at("/pattern"), "the constraint pattern: \"^[a-z]+$\"")]);
}

#[test]
fn constraints_are_prose_in_a_response() {
    with("/components/schemas/Ticket/properties/more", json!({"type": "string", "pattern": "^[a-z]+$"})).accepts();
}

#[test]
fn bounds_that_a_whole_number_cannot_have() {
    for (keyword, limit) in [("minimum", json!(0.5)), ("maximum", json!(18_446_744_073_709_551_615_u64))] {
        property(json!({"type": "integer", keyword: limit}))
            .refuses(&[(&at(&format!("/{keyword}")), &format!("{limit} for {keyword}"))]);
    }
    property(json!({"type": "number", "minimum": 0.5})).accepts();
}

#[test]
fn lower_case_of_what_has_no_case() {
    for schema in [
        json!({"type": "integer", "x-lowercase": true}),
        json!({"type": "string", "format": "uuid", "x-lowercase": true}),
        json!({"type": "string", "format": "date", "x-lowercase": true}),
        json!({"allOf": [{"$ref": "#/components/schemas/SortOrder"}], "x-lowercase": true}),
    ] {
        property(schema).refuses(&[(&at("/x-lowercase"), "x-lowercase here")]);
    }
    property(json!({"type": "string", "format": "email", "x-lowercase": true})).accepts();
    property(json!({"type": "integer", "x-lowercase": false})).accepts();
}

#[test]
fn the_type_first_of_what_is_not_a_text() {
    for schema in [
        json!({"type": "integer", "x-type-first": true}),
        json!({"type": "string", "format": "email", "x-type-first": true}),
        json!({"type": "string", "format": "uuid", "x-type-first": true}),
        json!({"allOf": [{"$ref": "#/components/schemas/SortOrder"}], "x-type-first": true}),
    ] {
        property(schema).refuses(&[(&at("/x-type-first"), "x-type-first here")]);
    }
    property(json!({"type": "string", "format": "password", "x-type-first": true})).accepts();
}

#[test]
fn an_open_enumeration_in_a_request() {
    let open = json!({"allOf": [{"$ref": "#/components/schemas/SortOrder"}], "x-open": true});
    property(open).refuses(&[(&at("/x-open"), "x-open in a request")]);
}

#[test]
fn an_open_type_that_is_not_an_enumeration() {
    property(json!({"type": "string", "x-open": true}))
        .refuses(&[(&at("/x-open"), "x-open here"), (&at("/x-open"), "x-open in a request")]);
}

#[test]
fn defaults_that_are_no_value_of_the_type() {
    for schema in [
        json!({"type": "string", "default": 1}),
        json!({"type": "string", "default": null}),
        json!({"type": "string", "format": "uuid", "default": "6f1d7b3e-9c0a-4f52-9b1c-2d3e4f5a6b7c"}),
        json!({"type": "string", "format": "password", "default": "secret"}),
        json!({"type": "string", "format": "date-time", "default": "2026-02-06T22:00:56.123Z"}),
        json!({"type": "integer", "default": 1.5}),
        json!({"type": "integer", "format": "int32", "default": 2_147_483_648_i64}),
        json!({"type": "number", "default": "1"}),
        json!({"type": "boolean", "default": "true"}),
        json!({"type": "array", "items": {"type": "string"}, "default": ["a", 1]}),
        json!({"type": "array", "items": {"type": "string"}, "default": "a"}),
        json!({"type": "object", "default": {}}),
        json!({"default": 1}),
        json!({"allOf": [{"$ref": "#/components/schemas/SortOrder"}], "default": "up"}),
        json!({"allOf": [{"$ref": "#/components/schemas/Shape"}], "default": {"kind": "Dot"}}),
    ] {
        let found = format!("the default {}", schema["default"]);
        property(schema).refuses(&[(&at("/default"), &found)]);
    }
}

#[test]
fn defaults_that_are() {
    for schema in [
        json!({"type": "string", "default": "a \"b\" \\"}),
        json!({"type": "string", "nullable": true, "default": null}),
        json!({"type": "string", "nullable": true, "default": "a"}),
        json!({"type": "integer", "default": -5}),
        json!({"type": "number", "default": 0.25}),
        json!({"type": "boolean", "default": true}),
        json!({"type": "array", "items": {"type": "string", "nullable": true}, "default": ["a", null]}),
        json!({"allOf": [{"$ref": "#/components/schemas/Slug"}], "default": "s"}),
        json!({"allOf": [{"$ref": "#/components/schemas/SortOrder"}], "nullable": true, "default": "asc"}),
    ] {
        property(schema).accepts();
    }
}
