//! Enumerations, with a name and inline.

use crate::changed::with;
use serde_json::json;

#[test]
fn values_that_are_no_texts() {
    with("/components/schemas/Fit/enum", json!(["fill", 1, null])).refuses(&[
        ("/components/schemas/Fit/enum/1", "the value 1"),
        ("/components/schemas/Fit/enum/2", "the value null"),
    ]);
    with("/components/schemas/Ticket/properties/more", json!({"type": "integer", "enum": [1, 2]}))
        .refuses(&[("/components/schemas/Ticket/properties/more/enum", "the keyword enum of an integer")]);
    with("/components/schemas/Ticket/properties/more", json!({"enum": ["a"]}))
        .refuses(&[("/components/schemas/Ticket/properties/more/enum", "the keyword enum of a schema without type")]);
}

#[test]
fn values_that_give_no_name_of_their_own() {
    with("/components/schemas/Fit/enum", json!(["fill", "FILL", "", "1", "self", "größe"])).refuses(&[
        ("/components/schemas/Fit/enum/1", "the value \"FILL\", which has no unique name in Rust (\"Fill\")"),
        ("/components/schemas/Fit/enum/2", "the value \"\", which has no unique name in Rust (\"\")"),
        ("/components/schemas/Fit/enum/3", "the value \"1\", which has no unique name in Rust (\"1\")"),
        ("/components/schemas/Fit/enum/4", "the value \"self\", which has no unique name in Rust (\"Self\")"),
        ("/components/schemas/Fit/enum/5", "the value \"größe\", which has no unique name in Rust (\"Größe\")"),
    ]);
}

#[test]
fn names_that_are_not_as_many_as_the_values() {
    with("/components/schemas/Fit/x-enum-varnames", json!(["Up"]))
        .refuses(&[("/components/schemas/Fit/x-enum-varnames", "1 names for 2 values")]);
    with("/components/schemas/Fit/x-enum-varnames", json!(["Up", "Down"])).accepts();
}

#[test]
fn an_enumeration_without_values_or_with_constraints() {
    with("/components/schemas/Fit/enum", json!([])).refuses(&[("/components/schemas/Fit/enum", "[] for enum")]);
    with("/components/schemas/Fit/maxLength", json!(4))
        .refuses(&[("/components/schemas/Fit/maxLength", "the keyword maxLength of an enumeration")]);
    with("/components/schemas/Fit/format", json!("email"))
        .refuses(&[("/components/schemas/Fit/format", "the keyword format of an enumeration")]);
}

#[test]
fn inline_enumerations_are_refused_where_they_stand() {
    with("/components/schemas/Member/properties/role/enum", json!(["1"])).refuses(&[(
        "/components/schemas/Member/properties/role/enum/0",
        "the value \"1\", which has no unique name in Rust (\"1\")",
    )]);
    with("/paths/~1albums/get/parameters/5/schema/enum", json!(["open", 1]))
        .refuses(&[("/paths/~1albums/get/parameters/5/schema/enum/1", "the value 1")]);
}

#[test]
fn null_in_an_inline_enumeration_belongs_to_nullable() {
    let role = |nullable: bool| json!({"type": "string", "nullable": nullable, "enum": ["a", null]});
    with("/components/schemas/Member/properties/role", role(true)).accepts();
    with("/components/schemas/Member/properties/role", role(false))
        .refuses(&[("/components/schemas/Member/properties/role/enum/1", "the value null")]);
}

#[test]
fn an_inline_enumeration_whose_name_is_taken() {
    with("/components/schemas/MemberRole", json!({"type": "string"})).refuses(&[(
        "/components/schemas/Member/properties/role",
        "the name MemberRole in Rust, which /components/schemas/MemberRole has too",
    )]);
}

#[test]
fn an_inline_enumeration_in_a_response_itself() {
    with("/paths/~1words/get/responses/200/content/application~1json/schema", json!({"type": "string", "enum": ["a"]}))
        .refuses(&[("/paths/~1words/get/responses/200/content/application~1json/schema/enum", "an enumeration here")]);
}
