//! Objects with properties.

use crate::changed::with;
use serde_json::json;

#[test]
fn a_required_property_that_is_not_declared() {
    with("/components/schemas/Ticket/required", json!(["id", "nope"]))
        .refuses(&[("/components/schemas/Ticket/required/1", "\"nope\", which is not a property")]);
}

#[test]
fn an_order_of_validation_that_is_not_complete() {
    for order in [json!(["email"]), json!(["email", "email"]), json!(["email", "role", "more"])] {
        with("/components/schemas/Member/x-validation-order", order).refuses(&[(
            "/components/schemas/Member/x-validation-order",
            "an order that does not name every property once",
        )]);
    }
    with("/components/schemas/Member/x-validation-order", json!(["role", "email"])).accepts();
    // The union's tag is no property of the object, but of the union.
    with("/components/schemas/Square/x-validation-order", json!(["kind", "title", "side"])).accepts();
    with("/components/schemas/Square/x-validation-order", json!(["title", "side"])).accepts();
}

#[test]
fn properties_in_the_wrong_direction() {
    let pointer = "/components/schemas/Member/properties/role/readOnly";
    with(pointer, json!(true)).refuses(&[(pointer, "a read-only property in a request")]);
    let pointer = "/components/schemas/Album/properties/name/writeOnly";
    with(pointer, json!(true)).refuses(&[(pointer, "a write-only property in a response")]);
    with("/components/schemas/Member/properties/role/writeOnly", json!(true)).accepts();
}

#[test]
fn properties_whose_names_are_one_in_rust_or_none() {
    with("/components/schemas/ADbWords/properties/deviceOs", json!({"type": "string"})).refuses(&[(
        "/components/schemas/ADbWords/properties/deviceOs",
        "the name device_os in Rust, which /components/schemas/ADbWords/properties/device_os has too",
    )]);
    for name in ["-1", "1st", "größe", "_"] {
        let pointer = format!("/components/schemas/ADbWords/properties/{name}");
        let rust = heck::ToSnakeCase::to_snake_case(name);
        with(&pointer, json!({"type": "string"}))
            .refuses(&[(&pointer, &format!("the property {name:?}, which is not a valid name in Rust ({rust:?})"))]);
        with(&pointer, json!({"type": "string", "x-rust-name": "other"})).accepts();
    }
}
