//! Documents that are written in two ways and mean the same.

use super::{document, findings_of};
use crate::diff::compare;
use serde_json::{Value, json};

/// Components to which the schemas of these tests refer.
fn components() -> Value {
    json!({"schemas": {
        "A": {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
        "Same": {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
        "Both": {"allOf": [{"$ref": "#/components/schemas/A"}, {"type": "object", "properties": {"b": {"type": "string"}}}]},
        "Loop": {"type": "object", "properties": {"next": {"allOf": [{"$ref": "#/components/schemas/Loop"}], "nullable": true}}},
        "Deep": {"allOf": [{"$ref": "#/components/schemas/Deep"}]},
    }, "parameters": {"P": {"name": "p", "in": "query", "schema": {"type": "string"}}}})
}

/// Both versions in a request and in a response.
#[track_caller]
fn same(old: &Value, new: &Value) {
    let body = |schema: &Value| json!({"content": {"application/json": {"schema": schema}}});
    let with = |schema: &Value| {
        document(&json!({"requestBody": body(schema), "responses": {"200": body(schema)}}), &components())
    };
    for (old, new) in [(old, new), (new, old)] {
        let found = findings_of(&compare(&with(old), &with(new)));
        let found: Vec<_> = found.iter().filter(|line| !line.contains("-schema-renamed ")).collect();
        assert!(found.is_empty(), "{old}\n{new}\n{found:#?}");
    }
}

#[track_caller]
fn same_operation(old: &Value, new: &Value) {
    for (old, new) in [(old, new), (new, old)] {
        let found = findings_of(&compare(&document(old, &components()), &document(new, &components())));
        assert!(found.is_empty(), "{old}\n{new}\n{found:#?}");
    }
}

#[test]
fn a_composition_is_the_schema_that_says_all_of_it() {
    let a = json!({"$ref": "#/components/schemas/A"});
    let inline = components()["schemas"]["A"].clone();
    for wrapped in
        [json!({"allOf": [a]}), json!({"oneOf": [a]}), json!({"anyOf": [a]}), json!({"allOf": [a, a]}), inline]
    {
        same(&a, &wrapped);
    }
    same(&a, &json!({"$ref": "#/components/schemas/Same"}));
    same(&json!({"allOf": [a], "nullable": true}), &json!({"oneOf": [a, {"type": "null"}]}));
    let merged =
        json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}, "required": ["a"]});
    same(&json!({"$ref": "#/components/schemas/Both"}), &merged);
    same(
        &json!({"allOf": [{"properties": {"a": {"type": "string"}}}, {"properties": {"a": {"maxLength": 3}}}]}),
        &json!({"properties": {"a": {"type": "string", "maxLength": 3}}}),
    );
}

#[test]
fn what_is_not_certain_is_not_merged() {
    let closed =
        json!({"allOf": [{"properties": {"a": {}}, "additionalProperties": false}, {"properties": {"b": {}}}]});
    let open = json!({"properties": {"a": {}, "b": {}}, "additionalProperties": false});
    let with = |schema: &Value| document(&json!({"requestBody": {"content": {"a/b": {"schema": schema}}}}), &json!({}));
    assert_ne!(findings_of(&compare(&with(&closed), &with(&open))), [""; 0]);
}

#[test]
fn schemas_in_circles_are_compared() {
    same(&json!({"$ref": "#/components/schemas/Loop"}), &json!({"allOf": [{"$ref": "#/components/schemas/Loop"}]}));
    same(&json!({"$ref": "#/components/schemas/Deep"}), &json!({"$ref": "#/components/schemas/Deep"}));
}

#[test]
fn a_default_may_be_written_out() {
    for (keyword, value) in [
        ("nullable", json!(false)),
        ("minLength", json!(0)),
        ("uniqueItems", json!(false)),
        ("required", json!([])),
        ("additionalProperties", json!({})),
        ("additionalProperties", json!(true)),
        ("x-of-another-tool", json!(1)),
        ("exclusiveMinimum", json!(false)),
    ] {
        same(&json!({}), &json!({keyword: value}));
    }
    let q = |more: Value| {
        let mut parameter = json!({"name": "q", "in": "query", "schema": {}});
        parameter.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"parameters": [parameter]})
    };
    same_operation(
        &q(json!({})),
        &q(json!({"style": "form", "explode": true, "required": false, "allowReserved": false})),
    );
    let responses = |header: Value| json!({"responses": {"200": {"headers": {"X-A": header}}}});
    same_operation(&responses(json!({})), &responses(json!({"style": "simple", "explode": false, "required": false})));
}

#[test]
fn numbers_are_compared_by_value() {
    same(&json!({"type": "string", "maxLength": 3}), &json!({"type": "string", "maxLength": 3.0}));
    same(
        &json!({"type": "integer", "minimum": 0, "exclusiveMinimum": true}),
        &json!({"type": "integer", "minimum": 1}),
    );
    same(&json!({"type": "integer", "exclusiveMaximum": 10}), &json!({"type": "integer", "maximum": 9}));
    same(
        &json!({"type": "number", "exclusiveMaximum": 10}),
        &json!({"type": "number", "maximum": 10, "exclusiveMaximum": true}),
    );
    same(&json!({"enum": [1, 2]}), &json!({"enum": [1.0, 2.0]}));
}

#[test]
fn openapi_3_1_writes_some_things_in_another_way() {
    same(&json!({"type": "string", "nullable": true}), &json!({"type": ["string", "null"]}));
    same(
        &json!({"type": "string", "nullable": true, "enum": ["a", null]}),
        &json!({"type": ["null", "string"], "enum": ["a"]}),
    );
    same(&json!({"const": "a"}), &json!({"enum": ["a"]}));
    same(&json!({"type": ["integer", "string"]}), &json!({"type": ["string", "integer"]}));
}

#[test]
fn messages_are_compared_as_http_does() {
    let body = |name: &str| json!({"requestBody": {"content": {name: {"schema": {}}}}, "responses": {"200": {"content": {name: {}}}}});
    same_operation(&body("application/json"), &body("Application/JSON; charset=UTF-8"));
    let header = |name: &str| json!({"responses": {"200": {"headers": {name: {}}}}});
    same_operation(&header("X-Rate-Limit"), &header("x-rate-limit"));
    let ignored = json!({"parameters": [{"name": "Authorization", "in": "header", "required": true}]});
    same_operation(&json!({}), &ignored);
    same_operation(&json!({"responses": {"204": {}}}), &json!({"responses": {"204": {"content": {}}}}));
}

#[test]
fn a_parameter_of_a_path_is_one_of_its_operations() {
    let shared =
        json!([{"$ref": "#/components/parameters/P"}, {"name": "q", "in": "query", "schema": {"type": "integer"}}]);
    let with = |parameters: Value, own: Value| json!({"paths": {"/a": {"parameters": parameters, "get": {"parameters": own}}}, "components": components()});
    let replaced = json!([{"name": "p", "in": "query", "schema": {"type": "string"}}, {"name": "q", "in": "query", "schema": {"type": "string"}}]);
    let own = json!([{"name": "q", "in": "query", "schema": {"type": "string"}}]);
    assert_eq!(findings_of(&compare(&with(shared, own), &with(json!([]), replaced))), [""; 0]);
}

#[test]
fn credentials_are_the_same_if_their_definitions_are() {
    let with = |name: &str, bearer: Value| {
        json!({
            "paths": {"/a": {"get": {"security": [{name: []}]}}},
            "components": {"securitySchemes": {name: bearer, "unused": {"type": "http", "scheme": "basic"}}},
        })
    };
    let old = with("a", json!({"type": "http", "scheme": "bearer"}));
    let new = with("b", json!({"type": "http", "scheme": "Bearer", "bearerFormat": "JWT", "description": "d"}));
    assert_eq!(findings_of(&compare(&old, &new)), [""; 0]);
}
