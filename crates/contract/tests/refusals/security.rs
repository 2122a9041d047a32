//! Security and permissions.

use crate::changed::{with, without};
use serde_json::json;

const WORDS: &str = "/paths/~1words/get/security";

#[test]
fn several_schemes_at_once_or_none_at_will() {
    for requirement in [json!({}), json!({"bearer": [], "token": []})] {
        with(WORDS, json!([requirement])).refuses(&[("/paths/~1words/get/security/0", "not exactly one scheme")]);
    }
    with("/security", json!([{"bearer": [], "token": []}])).refuses(&[("/security/0", "not exactly one scheme")]);
}

#[test]
fn a_scheme_that_is_not_declared() {
    with(WORDS, json!([{"basic": []}]))
        .refuses(&[("/paths/~1words/get/security/0", "the scheme \"basic\", which is not declared")]);
}

#[test]
fn scopes() {
    with(WORDS, json!([{"bearer": ["words"]}])).refuses(&[("/paths/~1words/get/security/0/bearer", "scopes")]);
}

#[test]
fn kinds_of_schemes_that_are_not_supported() {
    for scheme in [
        json!({"type": "http", "scheme": "basic"}),
        json!({"type": "oauth2", "flows": {}}),
        json!({"type": "openIdConnect", "openIdConnectUrl": "https://example.com"}),
        json!({"type": "apiKey", "in": "body", "name": "x"}),
    ] {
        with("/components/securitySchemes/more", scheme)
            .refuses(&[("/components/securitySchemes/more", "this kind of scheme")]);
    }
}

#[test]
fn schemes_whose_names_are_one_in_rust_or_none() {
    let bearer = json!({"type": "http", "scheme": "bearer"});
    with("/components/securitySchemes/Bearer", bearer.clone()).refuses(&[(
        "/components/securitySchemes/Bearer",
        "the name Bearer in Rust, which /components/securitySchemes/bearer has too",
    )]);
    with("/components/securitySchemes/1st", bearer)
        .refuses(&[("/components/securitySchemes/1st", "the name \"1st\", which gives none in Rust (\"1st\")")]);
}

#[test]
fn a_permission_without_security_or_that_is_no_text() {
    let pointer = "/paths/~1words/get/x-immich-permission";
    with(pointer, json!("album.read")).refuses(&[(pointer, "a permission without security")]);
    let pointer = "/paths/~1albums/get/x-immich-permission";
    with(pointer, json!(["album.read"])).refuses(&[(pointer, "the permission [\"album.read\"]")]);
}

#[test]
fn a_permission_that_is_not_in_the_list_or_a_contract_without_list() {
    with("/paths/~1albums/get/x-immich-permission", json!("album.print"))
        .refuses(&[("/components/schemas/Permission/enum", "no \"album.print\", which an operation needs")]);
    without("/components/schemas/Permission").refuses(&[("/components/schemas/Permission", "no list of permissions")]);
}

#[test]
fn a_permission_whose_type_has_a_name_in_use() {
    with("/paths/~1albums/get/x-immich-permission", json!("granted"))
        .with("/components/schemas/Permission/enum/2", json!("granted"))
        .refuses(&[(
            "/components/schemas/Permission/enum/2",
            "the permission \"granted\", whose type cannot be named Granted",
        )]);
}
