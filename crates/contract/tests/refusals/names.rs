//! Names of schemas.

use crate::changed::with;
use serde_json::json;

#[test]
fn schemas_whose_names_are_one_in_rust() {
    with("/components/schemas/TICKET", json!({"type": "string"})).refuses(&[(
        "/components/schemas/TICKET",
        "the name Ticket in Rust, which /components/schemas/Ticket has too",
    )]);
    with("/components/schemas/TICKET", json!({"type": "string", "x-rust-name": "Receipt"})).accepts();
}

#[test]
fn names_that_no_type_can_have() {
    for (name, rust) in [("String", "String"), ("option", "Option"), ("Self", "Self"), ("3d", "3d"), ("-", "")] {
        let pointer = format!("/components/schemas/{name}");
        with(&pointer, json!({"type": "string"}))
            .refuses(&[(&pointer, &format!("the name {rust:?}, which no type here can have in Rust"))]);
    }
    with("/components/schemas/Ticket/x-rust-name", json!("ticket"))
        .refuses(&[("/components/schemas/Ticket", "the name \"ticket\", which no type here can have in Rust")]);
}

#[test]
fn a_name_that_is_a_keyword_is_one_in_lower_case_only() {
    with("/components/schemas/Type", json!({"type": "string"})).accepts();
    with("/components/schemas/Match", json!({"type": "object", "properties": {}})).accepts();
}
