//! Request bodies.

use crate::changed::{Changed, with};
use serde_json::{Value, json};

const BODY: &str = "/paths/~1words/put/requestBody";

fn body(content: Value) -> Changed {
    with(BODY, json!({"required": true, "content": content}))
}

fn json_body(schema: Value) -> Changed {
    body(json!({"application/json": {"schema": schema}}))
}

fn at(rest: &str) -> String {
    format!("{BODY}{rest}")
}

#[test]
fn a_body_that_is_optional() {
    with(&at("/required"), json!(false)).refuses(&[(&at("/required"), "an optional body")]);
    let declared = json!({"content": {"text/plain": {"schema": {"type": "string"}}}});
    with(BODY, declared).refuses(&[(&at("/required"), "an optional body")]);
}

#[test]
fn a_body_without_content() {
    with(BODY, json!({"required": true})).refuses(&[(BODY, "a body without content")]);
}

#[test]
fn a_body_of_a_get() {
    let declared = json!({"required": true, "content": {"application/json": {"schema": {}}}});
    with("/paths/~1words/get/requestBody", declared).refuses(&[("/paths/~1words/get/requestBody", "a body of a GET")]);
}

#[test]
fn several_media_types_or_none() {
    let schema = json!({"$ref": "#/components/schemas/ADbWords"});
    body(json!({"application/json": {"schema": schema}, "text/plain": {"schema": {"type": "string"}}}))
        .refuses(&[(&at("/content"), "not exactly one media type")]);
    body(json!({})).refuses(&[(&at("/content"), "not exactly one media type")]);
    body(json!([])).refuses(&[(&at("/content"), "not exactly one media type")]);
}

#[test]
fn forms_in_parts_and_other_media_types() {
    body(json!({"multipart/form-data": {"schema": {"type": "object"}}}))
        .refuses(&[(&at("/content/multipart~1form-data"), "a form in parts")]);
    for media_type in ["application/x-www-form-urlencoded", "application/xml", "image/png", "*/*", "application/*"] {
        let escaped = media_type.replace('/', "~1");
        body(json!({media_type: {"schema": {"type": "string", "format": "binary"}}}))
            .refuses(&[(&at(&format!("/content/{escaped}")), &format!("the media type {media_type}"))]);
    }
}

#[test]
fn a_content_without_schema_or_with_more_than_one() {
    body(json!({"application/json": {}})).refuses(&[(&at("/content/application~1json"), "a content without schema")]);
    body(json!({"application/json": {"schema": {}, "encoding": {}}}))
        .refuses(&[(&at("/content/application~1json/encoding"), "the keyword encoding")]);
    body(json!({"application/json": {"schema": {}, "example": 1}})).accepts();
}

#[test]
fn a_body_that_may_be_null_as_a_whole() {
    json_body(json!({"allOf": [{"$ref": "#/components/schemas/ADbWords"}], "nullable": true}))
        .refuses(&[(&at("/content/application~1json/schema/nullable"), "a body that may be null as a whole")]);
}

#[test]
fn json_that_is_neither_object_nor_array() {
    for schema in [json!({"type": "string"}), json!({"type": "integer"}), json!({"$ref": "#/components/schemas/Odd"})] {
        json_body(schema)
            .refuses(&[(&at("/content/application~1json/schema"), "a body of JSON that is neither object nor array")]);
    }
}

#[test]
fn an_object_or_an_enumeration_without_a_name() {
    json_body(json!({"type": "object", "properties": {"a": {"type": "string"}}}))
        .refuses(&[(&at("/content/application~1json/schema/properties"), "an object without a name")]);
    body(json!({"text/plain": {"schema": {"type": "string", "enum": ["a"]}}}))
        .refuses(&[(&at("/content/text~1plain/schema/enum"), "an enumeration here")]);
}

#[test]
fn a_schema_that_does_not_fit_its_media_type() {
    let binary = json!({"type": "string", "format": "binary"});
    for (media_type, schema) in [
        ("application/json", binary.clone()),
        ("text/plain", binary),
        ("application/octet-stream", json!({"type": "string"})),
        ("application/octet-stream", json!({"$ref": "#/components/schemas/ADbWords"})),
    ] {
        let pointer = at(&format!("/content/{}/schema", media_type.replace('/', "~1")));
        body(json!({media_type: {"schema": schema}}))
            .refuses(&[(&pointer, &format!("a schema that does not fit {media_type}"))]);
    }
    body(json!({"text/plain": {"schema": {"type": "integer"}}}))
        .refuses(&[(&at("/content/text~1plain/schema"), "a text/plain body that is not a text")]);
    body(json!({"text/plain": {"schema": {"$ref": "#/components/schemas/Odd"}}})).accepts();
}
