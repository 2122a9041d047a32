//! The document as a whole.

use crate::changed::with;
use serde_json::json;

#[test]
fn another_version_of_openapi() {
    with("/openapi", json!("3.1.0")).refuses(&[("/openapi", "version \"3.1.0\"")]);
    with("/openapi", json!("3.0.3")).accepts();
}

#[test]
fn keywords_that_the_version_does_not_have() {
    with("/webhooks", json!({})).refuses(&[("/webhooks", "the keyword webhooks")]);
    with("/x-anything", json!({})).accepts();
}

#[test]
fn references_out_of_the_document() {
    for target in ["other.json#/components/schemas/Album", "https://example.com/a.json", "Album"] {
        with("/components/schemas/Tree/properties/children/items", json!({"$ref": target})).refuses(&[(
            "/components/schemas/Tree/properties/children/items/$ref",
            &format!("the reference {target:?}"),
        )]);
    }
    with("/paths/~1trees/post/requestBody", json!({"$ref": 1}))
        .refuses(&[("/paths/~1trees/post/requestBody/$ref", "the reference 1")]);
}

#[test]
fn references_to_nothing_to_no_component_and_to_themselves() {
    let place = "/components/schemas/Tree/properties/children/items";
    for target in ["#/components/schemas/Nope", "#/components/schemas/Tree/properties/name", "#/paths", "#"] {
        with(place, json!({"$ref": target}))
            .refuses(&[(&format!("{place}/$ref"), &format!("the reference {target:?}"))]);
    }
    let loops = |name: &str| json!({"$ref": format!("#/components/responses/{name}")});
    with("/components/responses/A", loops("B")).with("/components/responses/B", loops("A")).refuses(&[
        ("/components/responses/A/$ref", "the reference \"#/components/responses/B\""),
        ("/components/responses/B/$ref", "the reference \"#/components/responses/A\""),
    ]);
}

#[test]
fn keywords_beside_a_reference() {
    let slug = "/components/schemas/Ticket/properties/slug";
    let reference =
        json!({"$ref": "#/components/schemas/Slug", "nullable": true, "description": "prose has no effect"});
    with(slug, reference)
        .refuses(&[(&format!("{slug}/nullable"), "nullable beside a reference, where it has no effect")]);
}

#[test]
fn a_reference_in_prose_is_no_reference() {
    for target in ["nowhere", "#/nowhere", "#/components/schemas/Ticket/example"] {
        with("/components/schemas/Ticket/example", json!({"$ref": target})).accepts();
    }
    with("/components/schemas/Ticket/x-note", json!({"$ref": "nowhere"})).accepts();
    with("/components/schemas/Ticket/properties/$ref", json!({"type": "string", "x-rust-name": "reference"})).accepts();
}

#[test]
fn names_of_schemas_that_no_pointer_can_write() {
    with("/components/schemas/Album List", json!({"type": "string"}))
        .refuses(&[("/components/schemas/Album List", "a name with other characters than letters, digits and ._-")]);
}

#[test]
fn parameters_and_more_of_a_whole_path() {
    for keyword in ["parameters", "servers", "copy"] {
        with(&format!("/paths/~1words/{keyword}"), json!([]))
            .refuses(&[(&format!("/paths/~1words/{keyword}"), &format!("the keyword {keyword}"))]);
    }
    with("/paths/~1more", json!({"$ref": "#/paths/~1words"})).refuses(&[
        ("/paths/~1more/$ref", "the keyword $ref"),
        ("/paths/~1more/$ref", "the reference \"#/paths/~1words\""),
    ]);
    with("/paths/~1words/summary", json!("prose")).accepts();
}

#[test]
fn a_path_without_a_slash() {
    with("/paths/more", json!({})).refuses(&[("/paths/more", "a path without a leading slash")]);
}

#[test]
fn other_servers_than_one_with_one_segment() {
    for servers in [
        json!([]),
        json!([{"url": "/v2"}, {"url": "/v3"}]),
        json!([{"url": "/"}]),
        json!([{"url": "/v2/"}]),
        json!([{"url": "/api/v2"}]),
        json!([{"url": "https://example.com/v2"}]),
        json!([{"url": "/{version}", "variables": {"version": {"default": "v2"}}}]),
    ] {
        with("/servers", servers).refuses(&[("/servers", "not exactly one server with a path of one segment")]);
    }
}
