//! Parameters.

use crate::changed::{contract, with, without};
use serde_json::{Value, json};

const PLACE: &str = "/paths/~1words/get/parameters/0";

/// The contract with one more parameter.
fn parameter(parameter: Value) -> crate::changed::Changed {
    with("/paths/~1words/get/parameters", json!([parameter]))
}

fn query(schema: Value) -> Value {
    json!({"name": "p", "in": "query", "schema": schema})
}

/// A parameter with this beside its schema.
fn beside(keyword: &str, value: Value, schema: Value) -> crate::changed::Changed {
    let mut declared = query(schema);
    declared[keyword] = value;
    parameter(declared)
}

#[test]
fn cookies_and_unknown_places() {
    parameter(json!({"name": "theme", "in": "cookie", "schema": {"type": "string"}}))
        .refuses(&[("/paths/~1words/get/parameters/0/in", "the cookie \"theme\" as a parameter")]);
    parameter(json!({"name": "theme", "in": "body", "schema": {"type": "string"}}))
        .refuses(&[("/paths/~1words/get/parameters/0/in", "a parameter in \"body\"")]);
    parameter(json!({"name": "theme", "schema": {"type": "string"}}))
        .refuses(&[("/paths/~1words/get/parameters/0/in", "a parameter in \"\"")]);
}

#[test]
fn a_parameter_without_name_or_schema() {
    parameter(json!({"in": "query", "schema": {"type": "string"}})).refuses(&[(PLACE, "a parameter without name")]);
    parameter(json!({"name": "p", "in": "query"})).refuses(&[(PLACE, "a parameter without schema")]);
    parameter(json!({"name": "p", "in": "query", "content": {"application/json": {"schema": {}}}})).refuses(&[
        (PLACE, "a parameter without schema"),
        ("/paths/~1words/get/parameters/0/content", "the keyword content"),
    ]);
}

#[test]
fn the_same_parameter_twice() {
    let twice = json!([query(json!({"type": "string"})), query(json!({"type": "string"}))]);
    with("/paths/~1words/get/parameters", twice).refuses(&[
        ("/paths/~1words/get/parameters/1", "the name p in Rust, which /paths/~1words/get/parameters/0 has too"),
        ("/paths/~1words/get/parameters/1", "the parameter \"p\" declared twice"),
    ]);
}

#[test]
fn styles_other_than_the_usual_ones() {
    for style in ["spaceDelimited", "pipeDelimited", "deepObject", "simple"] {
        beside("style", json!(style), json!({"type": "string"}))
            .refuses(&[("/paths/~1words/get/parameters/0/style", &format!("the style {style:?}"))]);
    }
    let header = json!({"name": "x-p", "in": "header", "style": "form", "schema": {"type": "string"}});
    parameter(header).refuses(&[("/paths/~1words/get/parameters/0/style", "the style \"form\"")]);
    beside("style", json!("form"), json!({"type": "string"})).accepts();
}

#[test]
fn a_list_in_one_value() {
    let list = json!({"type": "array", "items": {"type": "string"}});
    beside("explode", json!(false), list.clone())
        .refuses(&[("/paths/~1words/get/parameters/0/explode", "a list in one value")]);
    beside("explode", json!(true), list).accepts();
    beside("explode", json!(false), json!({"type": "string"})).accepts();
}

#[test]
fn lists_elsewhere_than_in_the_query() {
    let list = json!({"type": "array", "items": {"type": "string"}});
    parameter(json!({"name": "x-p", "in": "header", "schema": list}))
        .refuses(&[("/paths/~1words/get/parameters/0/schema", "a list in header")]);
    with("/paths/~1moments~1{moment}~1latest/get/parameters/0/schema", list)
        .refuses(&[("/paths/~1moments~1{moment}~1latest/get/parameters/0/schema", "a list in path")]);
}

#[test]
fn what_is_no_single_value() {
    for schema in [
        json!({"type": "object"}),
        json!({"type": "object", "additionalProperties": {"type": "string"}}),
        json!({}),
        json!({"$ref": "#/components/schemas/Ticket"}),
        json!({"$ref": "#/components/schemas/Shape"}),
    ] {
        parameter(query(schema))
            .refuses(&[("/paths/~1words/get/parameters/0/schema", "a parameter that is not a single value")]);
    }
    parameter(query(json!({"type": "array", "items": {"type": "array", "items": {"type": "string"}}})))
        .refuses(&[("/paths/~1words/get/parameters/0/schema/items", "a parameter that is not a single value")]);
}

#[test]
fn null_in_a_text() {
    parameter(query(json!({"type": "string", "nullable": true})))
        .refuses(&[("/paths/~1words/get/parameters/0/schema/nullable", "a parameter that may be null")]);
    parameter(query(json!({"type": "array", "items": {"type": "string", "nullable": true}})))
        .refuses(&[("/paths/~1words/get/parameters/0/schema/items/nullable", "a list with nulls as a parameter")]);
}

#[test]
fn keywords_that_change_how_a_value_is_written() {
    for keyword in ["allowReserved", "allowEmptyValue"] {
        beside(keyword, json!(true), json!({"type": "string"}))
            .refuses(&[(&format!("/paths/~1words/get/parameters/0/{keyword}"), &format!("the keyword {keyword}"))]);
        beside(keyword, json!(false), json!({"type": "string"})).accepts();
    }
}

#[test]
fn names_that_belong_to_others() {
    for name in ["Accept", "content-type", "Authorization"] {
        parameter(json!({"name": name, "in": "header", "schema": {"type": "string"}}))
            .refuses(&[("/paths/~1words/get/parameters/0/name", &format!("the header {name:?}"))]);
    }
    for name in ["", "a b", "größe"] {
        parameter(json!({"name": name, "in": "header", "schema": {"type": "string"}}))
            .refuses(&[("/paths/~1words/get/parameters/0/name", &format!("the header {name:?}"))]);
    }
    let list = json!({"name": "ids[]", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}});
    parameter(list).refuses(&[("/paths/~1words/get/parameters/0/name", "the query parameter \"ids[]\"")]);
}

#[test]
fn names_that_give_none_or_one_that_is_taken() {
    parameter(json!({"name": "1st", "in": "query", "schema": {"type": "string"}}))
        .refuses(&[(PLACE, "the parameter \"1st\", which is not a valid name in Rust (\"1st\")")]);
    let first = json!({"name": "1st", "in": "query", "schema": {"type": "string"}, "x-rust-name": "first"});
    parameter(first).accepts();

    let both = json!([
        {"name": "x-page", "in": "query", "schema": {"type": "string"}},
        {"name": "X_Page", "in": "header", "schema": {"type": "string"}},
    ]);
    with("/paths/~1words/get/parameters", both).refuses(&[(
        "/paths/~1words/get/parameters/1",
        "the name x_page in Rust, which /paths/~1words/get/parameters/0 has too",
    )]);
}

#[test]
fn a_parameter_that_is_refused_is_refused_where_it_is_used() {
    with("/components/parameters/Page/in", json!("cookie"))
        .refuses(&[("/paths/~1albums/get/parameters/0/in", "the cookie \"page\" as a parameter")]);
    without("/components/parameters/Page/schema")
        .refuses(&[("/paths/~1albums/get/parameters/0", "a parameter without schema")]);
    contract().accepts();
}

#[test]
fn flags_that_are_no_booleans() {
    beside("required", json!("true"), json!({"type": "string"}))
        .refuses(&[("/paths/~1words/get/parameters/0/required", "\"true\" for required")]);
}
