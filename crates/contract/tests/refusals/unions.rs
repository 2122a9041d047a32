//! Unions with a discriminator.

use crate::changed::{contract, with, without};
use serde_json::{Value, json};

const SHAPE: &str = "/components/schemas/Shape";

fn at(rest: &str) -> String {
    format!("{SHAPE}{rest}")
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

#[test]
fn a_discriminator_without_property_or_with_more() {
    with(&at("/discriminator"), json!({})).refuses(&[(&at("/discriminator"), "a discriminator without propertyName")]);
    with(&at("/discriminator/defaultMapping"), json!("Dot"))
        .refuses(&[(&at("/discriminator/defaultMapping"), "the keyword defaultMapping")]);
}

#[test]
fn keywords_beside_the_union() {
    with(&at("/properties"), json!({})).refuses(&[(&at("/properties"), "the keyword properties of a union")]);
}

#[test]
fn what_is_no_object_with_a_name() {
    with(&at("/oneOf/3"), json!({"type": "object", "properties": {}}))
        .refuses(&[(&at("/oneOf/3"), "an object without a name")]);
    for (name, place) in [("Slug", "/oneOf/3"), ("Counts", "/oneOf/3"), ("SortOrder", "/oneOf/3")] {
        with(&at("/oneOf/3"), reference(name))
            .refuses(&[(&at(place), &format!("{name}, which is not an object with properties"))]);
    }
}

#[test]
fn a_mapping_that_is_not_one_value_for_each_object() {
    with(&at("/discriminator/mapping/ticket"), json!("#/components/schemas/Ticket"))
        .refuses(&[(&at("/discriminator/mapping/ticket"), "\"#/components/schemas/Ticket\", which is not in oneOf")]);
    with(&at("/discriminator/mapping/round"), json!("Square"))
        .refuses(&[(&at("/discriminator/mapping"), "several values for Square")]);
    with(&at("/discriminator/mapping/Dot"), json!("Square"))
        .without(&at("/discriminator/mapping/square"))
        .refuses(&[(&at("/oneOf/2"), "the name Dot in Rust, which /components/schemas/Shape/oneOf/1 has too")]);
}

#[test]
fn a_tag_that_the_object_cannot_have() {
    with("/components/schemas/Square/properties/kind", json!({"type": "integer"}))
        .refuses(&[(&at("/oneOf/1"), "Square, whose property kind is not a text")]);
    with("/components/schemas/Circle/properties/kind/enum", json!(["round"]))
        .refuses(&[(&at("/oneOf/0"), "Circle, whose property kind is never \"circle\"")]);
    without("/components/schemas/Square/properties/kind")
        .with("/components/schemas/Square/required", json!(["side"]))
        .accepts();
}

#[test]
fn an_object_of_a_union_that_is_used_alone() {
    with("/components/schemas/Ticket/properties/dot", reference("Dot")).refuses(&[(
        "/components/schemas/Ticket/properties/dot",
        "Dot outside its union, where nothing writes its kind",
    )]);
}

#[test]
fn an_object_in_unions_with_different_tags() {
    let union = |tag: &str| json!({"oneOf": [reference("Dot")], "discriminator": {"propertyName": tag}});
    with("/components/schemas/Mark", union("type"))
        .refuses(&[("/components/schemas/Dot", "an object in unions with different tags (kind, type)")]);
    with("/components/schemas/Mark", union("kind")).accepts();
    contract().accepts();
}
