//! Operations: keywords, identifiers, tags.

use crate::changed::{with, without};
use serde_json::json;

#[test]
fn an_operation_without_an_identifier() {
    without("/paths/~1words/get/operationId").refuses(&[("/paths/~1words/get", "an operation without operationId")]);
}

#[test]
fn identifiers_that_are_the_same_or_differ_in_case_only() {
    for id in ["putWords", "put_words", "PutWords"] {
        with("/paths/~1words/get/operationId", json!(id)).refuses(&[(
            "/paths/~1words/get/operationId",
            "the name PutWords in Rust, which /paths/~1words/put/operationId has too",
        )]);
    }
}

#[test]
fn an_identifier_that_gives_no_name() {
    for (id, name) in [("1st", "1st"), ("", ""), ("self", "Self"), ("größe", "Größe")] {
        with("/paths/~1words/get/operationId", json!(id)).refuses(&[(
            "/paths/~1words/get/operationId",
            &format!("the operationId {id:?}, which is not a valid name in Rust ({name:?})"),
        )]);
    }
}

#[test]
fn methods_that_are_answered_otherwise() {
    for method in ["head", "options", "trace"] {
        let operation = json!({"operationId": "more", "tags": ["Values"], "security": [],
            "responses": {"200": {"description": ""}}});
        with(&format!("/paths/~1words/{method}"), operation)
            .refuses(&[(&format!("/paths/~1words/{method}"), &format!("the method {method}"))]);
    }
}

#[test]
fn a_password_check_that_is_neither_true_nor_false() {
    let pointer = "/paths/~1words/get/x-checks-password";
    with(pointer, json!("yes")).refuses(&[(pointer, "\"yes\" for x-checks-password")]);
}

#[test]
fn callbacks_servers_and_unknown_keywords_of_an_operation() {
    for keyword in ["callbacks", "servers", "consumes"] {
        let pointer = format!("/paths/~1words/get/{keyword}");
        with(&pointer, json!({})).refuses(&[(&pointer, &format!("the keyword {keyword}"))]);
    }
}

#[test]
fn extensions_that_may_change_who_may_call() {
    with("/paths/~1words/get/x-immich-admin-only", json!(true))
        .refuses(&[("/paths/~1words/get/x-immich-admin-only", "the keyword x-immich-admin-only")]);
    with("/paths/~1words/get/x-immich-state", json!("Beta")).accepts();
    with("/paths/~1words/get/x-codegen-note", json!("prose")).accepts();
}

#[test]
fn a_maximum_size_of_a_body_that_is_not_a_number_of_bytes() {
    for (value, shown) in [(json!("3 MiB"), "\"3 MiB\""), (json!(0), "0"), (json!(-1), "-1"), (json!(1.5), "1.5")] {
        with("/paths/~1words/put/x-max-body", value)
            .refuses(&[("/paths/~1words/put/x-max-body", &format!("the maximum size {shown} of a body"))]);
    }
    with("/paths/~1words/put/x-max-body", json!(1_000)).accepts();
}

#[test]
fn not_exactly_one_tag() {
    for tags in [json!([]), json!(["Values", "Albums"]), json!([1])] {
        with("/paths/~1words/get/tags", tags).refuses(&[("/paths/~1words/get/tags", "not exactly one tag")]);
    }
    without("/paths/~1words/get/tags").refuses(&[("/paths/~1words/get/tags", "not exactly one tag")]);
}

#[test]
fn a_tag_whose_trait_has_a_name_in_use() {
    for (tag, name) in [("Backend", "Backend"), ("route", "Route"), ("option", "Option"), ("3D", "3d"), ("", "")] {
        with("/paths/~1words/get/tags/0", json!(tag))
            .refuses(&[("/paths/~1words/get/tags", &format!("the tag {tag:?}, whose trait cannot be named {name:?}"))]);
    }
}

#[test]
fn tags_that_give_one_trait_and_traits_with_the_name_of_a_response() {
    with("/paths/~1words/get/tags/0", json!("VALUES")).refuses(&[(
        "/paths/~1scalars~1{text}~1{number}~1{ratio}~1{flag}~1{choice}~1{day}/get/tags",
        "the name Values in Rust, which /paths/~1words/get/tags has too",
    )]);
    with("/paths/~1words/get/tags/0", json!("Move response"))
        .refuses(&[("/paths/~1words/get/tags", "the tag \"Move response\", whose trait has the name of a response")]);
}

#[test]
fn keywords_of_another_type_than_openapi_has() {
    for (keyword, value) in [("parameters", json!({})), ("security", json!("none")), ("deprecated", json!("yes"))] {
        let pointer = format!("/paths/~1words/get/{keyword}");
        let found = format!("{value} for {keyword}");
        with(&pointer, value).refuses(&[(&pointer, &found)]);
    }
    let pointer = "/paths/~1words/put/requestBody";
    with(pointer, json!([])).refuses(&[
        (pointer, "[] for requestBody"),
        (pointer, "a body without content"),
        ("/paths/~1words/put/requestBody/required", "an optional body"),
    ]);
}
