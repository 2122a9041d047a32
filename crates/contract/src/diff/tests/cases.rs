//! Two documents, and the findings expected of them.

use super::document;
use serde_json::{Value, json};

/// Old and new document, and every finding.
pub(super) type Case = (Value, Value, Vec<&'static str>);

/// Two versions of the operation of an otherwise empty document.
pub(super) fn operation(old: &Value, new: &Value, expected: &[&'static str]) -> Case {
    let none = json!({"securitySchemes": {"a": {"type": "http"}, "b": {"type": "http"}}});
    (document(old, &none), document(new, &none), expected.to_vec())
}

pub(super) fn all() -> Vec<Case> {
    [of_documents(), of_components(), of_operations(), of_security(), of_parameters(), of_changed_parameters()].concat()
}

fn of_documents() -> Vec<Case> {
    let case = |old: Value, new: Value, expected: &[&'static str]| (old, new, expected.to_vec());
    let server = |url: &str| json!({"servers": [{"url": url}]});
    vec![
        case(
            json!({"openapi": "3.0.0", "info": {"version": "1"}}),
            json!({"openapi": "3.0.1", "info": {"version": "2"}}),
            &[
                "openapi-version-changed compatible OpenAPI version changed from `3.0.0` to `3.0.1`",
                "api-version-changed compatible version changed from `1` to `2`",
            ],
        ),
        case(server("/a"), server("/b"), &["api-server-changed breaking server changed from `/a` to `/b`"]),
        case(server("/a"), json!({}), &["api-server-changed breaking server changed from `/a` to `/`"]),
        case(
            server("/a"),
            json!({"servers": [{"url": "/a/"}, {"url": "/b"}]}),
            &["api-server-added compatible server changed from `/a` to `/a`, `/b`"],
        ),
        case(server("/"), json!({}), &[]),
        // No operation uses what is changed here.
        case(json!({}), json!({"x-new": 1}), &[]),
        case(
            json!({"paths": {"/a": {}}}),
            json!({"paths": {"/a": {"servers": [{"url": "/b"}]}}}),
            &[r#"document-changed breaking path /a: servers changed from none to [{"url":"/b"}]"#],
        ),
        case(
            json!({"security": []}),
            json!({"security": [{"a": []}]}),
            &["api-global-security-changed compatible default security changed; each affected operation is listed"],
        ),
        case(
            json!({"info": {"title": "a"}, "tags": [{"name": "a"}], "externalDocs": {"url": "a"}}),
            json!({"info": {"title": "b", "description": "b"}, "tags": [{"name": "a", "description": "b"}]}),
            &[],
        ),
    ]
}

fn of_components() -> Vec<Case> {
    let with =
        |components: Value| json!({"components": components, "paths": {"/a": {"get": {"security": [{"key": []}]}}}});
    let scheme = |scheme: Value| with(json!({"securitySchemes": {"key": scheme}}));
    let key = |name: &str| scheme(json!({"type": "apiKey", "in": "header", "name": name}));
    let none = || with(json!({}));
    vec![
        (none(), key("a"), vec!["api-security-component-added compatible credential `key`: added"]),
        (key("a"), none(), vec!["api-security-component-removed compatible credential `key`: removed"]),
        (
            key("a"),
            key("b"),
            vec!["api-security-component-changed breaking credential `key`: name changed from `a` to `b`"],
        ),
        (
            scheme(json!({"type": "http", "bearerFormat": "JWT"})),
            scheme(json!({"type": "oauth2"})),
            vec![
                "api-security-component-hint-changed compatible credential `key`: bearerFormat changed from `JWT` to none",
                "api-security-component-type-changed breaking credential `key`: type changed from `http` to `oauth2`",
            ],
        ),
        // No operation uses what is changed here.
        (none(), with(json!({"schemas": {"A": {}}})), vec![]),
        (with(json!({"schemas": {"A": {}}})), none(), vec![]),
        (with(json!({"responses": {"A": {"content": {}}}})), with(json!({"responses": {"A": {}}})), vec![]),
        (none(), with(json!({"securitySchemes": {"other": {"type": "http"}}})), vec![]),
    ]
}

fn of_operations() -> Vec<Case> {
    let at = |path: &str, method: &str, operation: &Value| json!({"paths": {path: {method: operation}}});
    let get = json!({"operationId": "a"});
    let old = json!({"operationId": "a", "deprecated": true});
    let two = |get: Value, put: Option<Value>| {
        let mut document = json!({"paths": {"/a": {"get": get}}});
        if let Some(put) = put {
            document["paths"]["/a"]["put"] = put;
        }
        document
    };
    let put = |deprecated: bool| Some(json!({"operationId": "b", "deprecated": deprecated}));
    vec![
        (json!({}), at("/a", "get", &get), vec!["endpoint-added compatible added"]),
        (at("/a", "get", &get), json!({}), vec!["api-path-removed-without-deprecation breaking removed"]),
        (at("/a", "get", &old), json!({}), vec!["api-path-removed-with-deprecation compatible removed"]),
        (
            two(get.clone(), put(false)),
            two(get.clone(), None),
            vec!["api-removed-without-deprecation breaking removed"],
        ),
        (two(get.clone(), put(true)), two(get.clone(), None), vec!["api-removed-with-deprecation compatible removed"]),
        (
            at("/a", "get", &json!({"deprecated": true, "x-sunset": "2026-06-01"})),
            json!({}),
            vec!["api-path-removed-before-sunset breaking removed"],
        ),
        (
            at("/a", "get", &json!({"deprecated": true, "x-sunset": "2026-05-31T00:00:00Z"})),
            json!({}),
            vec!["api-path-removed-with-deprecation compatible removed"],
        ),
        (
            two(get.clone(), Some(json!({"deprecated": true, "x-sunset": "soon"}))),
            two(get.clone(), None),
            vec!["api-removed-before-sunset breaking removed"],
        ),
        operation(
            &json!({"deprecated": true, "x-sunset": "2026-07-01"}),
            &json!({"deprecated": true}),
            &["sunset-deleted breaking x-sunset changed from `2026-07-01` to none"],
        ),
        operation(
            &json!({"deprecated": true, "x-sunset": "2026-07-01"}),
            &json!({"deprecated": true, "x-sunset": "2026-06-30"}),
            &["api-sunset-date-changed-too-small breaking x-sunset changed from `2026-07-01` to `2026-06-30`"],
        ),
        operation(
            &json!({"deprecated": true}),
            &json!({"deprecated": true, "x-sunset": "2026-06-30"}),
            &["api-sunset-date-changed compatible x-sunset changed from none to `2026-06-30`"],
        ),
        (
            at("/a", "get", &get),
            at("/b", "get", &get),
            vec![
                "api-path-removed-without-deprecation breaking removed; operation a is now GET /b",
                "endpoint-added compatible added",
            ],
        ),
        (
            at("/a", "get", &get),
            at("/a", "put", &get),
            vec![
                "api-removed-without-deprecation breaking removed; operation a is now PUT /a",
                "endpoint-added compatible added",
            ],
        ),
        (
            at("/a", "get", &get),
            at("/a", "get", &json!({"operationId": "b"})),
            vec!["api-operation-id-changed compatible operationId changed from `a` to `b`"],
        ),
        operation(&json!({}), &json!({"deprecated": true}), &["endpoint-deprecated compatible deprecated"]),
        operation(&json!({"deprecated": true}), &json!({}), &["endpoint-reactivated compatible no longer deprecated"]),
        operation(
            &json!({"tags": ["A"]}),
            &json!({"tags": ["B"]}),
            &["api-tag-removed compatible tag `A` removed", "api-tag-added compatible tag `B` added"],
        ),
        operation(
            &json!({}),
            &json!({"x-max-body": 1}),
            &["operation-changed breaking x-max-body changed from none to 1"],
        ),
        operation(&json!({}), &json!({"x-of-another-tool": true}), &[]),
        operation(
            &json!({"callbacks": {"a": {"u": {"post": {}}}, "b": {}}}),
            &json!({"callbacks": {"a": {"u": {"put": {}}}, "c": {}}}),
            &[
                "callback-changed breaking callback `a`: changed",
                "callback-removed breaking callback `b`: removed",
                "callback-added compatible callback `c`: added",
            ],
        ),
        operation(
            &json!({"summary": "a", "description": "a", "x-immich-state": "Alpha"}),
            &json!({"summary": "b", "x-immich-state": "Stable", "x-immich-history": []}),
            &[],
        ),
    ]
}

fn of_security() -> Vec<Case> {
    let security = |list: Value| json!({"security": list});
    let permission = |name: &str| json!({"x-immich-permission": name});
    vec![
        operation(
            &json!({}),
            &security(json!([{"a": []}, {"b": ["read"]}])),
            &["endpoint-became-secured breaking now needs a credential: a or b (`read`)"],
        ),
        operation(
            &security(json!([{"a": []}])),
            &security(json!([{"a": []}, {}])),
            &["endpoint-became-public compatible no longer needs a credential"],
        ),
        operation(&security(json!([{}])), &security(json!([])), &[]),
        operation(&security(json!([{}, {"a": []}])), &security(json!([])), &[]),
        operation(
            &security(json!([{"a": []}, {"b": []}])),
            &security(json!([{"a": []}])),
            &["api-security-removed breaking credential b is no longer accepted"],
        ),
        operation(
            &security(json!([{"a": []}])),
            &security(json!([{"a": []}, {"b": []}])),
            &["api-security-added compatible credential b is now accepted"],
        ),
        operation(
            &security(json!([{"a": []}])),
            &security(json!([{"a": [], "b": []}])),
            &[
                "api-security-removed breaking credential a is no longer accepted",
                "api-security-added compatible credential a with b is now accepted",
            ],
        ),
        operation(
            &security(json!([{"a": []}, {"b": []}])),
            &security(json!([{"b": []}, {"a": []}])),
            &["api-security-order-changed compatible order of credentials changed to b, a"],
        ),
        (
            json!({"security": [{"a": []}], "paths": {"/a": {"get": {}}}}),
            json!({"security": [], "paths": {"/a": {"get": {}}}}),
            vec![
                "api-global-security-changed compatible default security changed; each affected operation is listed",
                "endpoint-became-public compatible no longer needs a credential",
            ],
        ),
        operation(&json!({}), &permission("a"), &["api-permission-added breaking now needs the permission `a`"]),
        operation(
            &permission("a"),
            &json!({}),
            &["api-permission-removed compatible no longer needs the permission `a`"],
        ),
        operation(
            &permission("a"),
            &permission("b"),
            &["api-permission-changed breaking permission changed from `a` to `b`"],
        ),
    ]
}

fn of_parameters() -> Vec<Case> {
    let with = |list: Value| json!({"parameters": list});
    let q = |more: Value| {
        let mut parameter = json!({"name": "q", "in": "query", "schema": {}});
        parameter.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"parameters": [parameter]})
    };
    vec![
        operation(
            &with(json!([])),
            &q(json!({"required": true})),
            &["new-required-request-parameter breaking query parameter `q`: added, required"],
        ),
        operation(
            &with(json!([])),
            &q(json!({})),
            &["new-optional-request-parameter compatible query parameter `q`: added, optional"],
        ),
        operation(
            &with(json!([])),
            &with(json!([{"name": "id", "in": "path"}])),
            &["new-request-path-parameter breaking path parameter `id`: added"],
        ),
        operation(
            &q(json!({})),
            &with(json!([])),
            &["request-parameter-removed breaking query parameter `q`: removed"],
        ),
        operation(
            &q(json!({"deprecated": true})),
            &with(json!([])),
            &["request-parameter-removed-with-deprecation compatible query parameter `q`: removed, it was deprecated"],
        ),
        operation(
            &q(json!({"deprecated": true, "x-sunset": "2026-12-31"})),
            &with(json!([])),
            &["request-parameter-removed-before-sunset breaking query parameter `q`: removed, before its sunset"],
        ),
        operation(
            &q(json!({"deprecated": true, "x-sunset": "2026-12-31"})),
            &q(json!({"deprecated": true})),
            &[
                "request-parameter-sunset-deleted breaking query parameter `q`: x-sunset changed from `2026-12-31` to none",
            ],
        ),
        operation(
            &q(json!({"deprecated": true, "x-sunset": "2026-12-31"})),
            &q(json!({"deprecated": true, "x-sunset": "2026-12-30"})),
            &[
                "request-parameter-sunset-date-changed-too-small breaking query parameter `q`: x-sunset changed from `2026-12-31` to `2026-12-30`",
            ],
        ),
        operation(
            &q(json!({"deprecated": true, "x-sunset": "2026-12-31"})),
            &q(json!({"deprecated": true, "x-sunset": "2027-01-01"})),
            &[
                "request-parameter-sunset-date-changed compatible query parameter `q`: x-sunset changed from `2026-12-31` to `2027-01-01`",
            ],
        ),
        operation(
            &q(json!({})),
            &q(json!({"in": "header"})),
            &[
                "request-parameter-removed breaking query parameter `q`: removed",
                "new-optional-request-parameter compatible header parameter `q`: added, optional",
            ],
        ),
    ]
}

fn of_changed_parameters() -> Vec<Case> {
    let with = |list: Value| json!({"parameters": list});
    let q = |more: Value| {
        let mut parameter = json!({"name": "q", "in": "query", "schema": {}});
        parameter.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"parameters": [parameter]})
    };
    let two = |one: &str, two: &str| with(json!([{"name": one, "in": "query"}, {"name": two, "in": "query"}]));
    let path = |name: &str| json!({"paths": {format!("/a/{{{name}}}"): {"get": {"parameters": [{"name": name, "in": "path", "required": true}]}}}});
    let shared = |parameters: Value| json!({"paths": {"/a": {"parameters": parameters, "get": {}}}});
    vec![
        operation(
            &q(json!({})),
            &q(json!({"required": true})),
            &["request-parameter-became-required breaking query parameter `q`: became required"],
        ),
        operation(
            &q(json!({"required": true})),
            &q(json!({})),
            &["request-parameter-became-optional compatible query parameter `q`: became optional"],
        ),
        operation(
            &q(json!({})),
            &q(json!({"deprecated": true})),
            &["request-parameter-deprecated compatible query parameter `q`: deprecated"],
        ),
        operation(
            &q(json!({"deprecated": true})),
            &q(json!({})),
            &["request-parameter-reactivated compatible query parameter `q`: no longer deprecated"],
        ),
        operation(
            &q(json!({})),
            &q(json!({"style": "pipeDelimited"})),
            &[
                "request-parameter-serialization-changed breaking query parameter `q`: style changed from none to `pipeDelimited`",
            ],
        ),
        operation(
            &two("a", "b"),
            &two("b", "a"),
            &["request-parameter-order-changed compatible order of the parameters changed"],
        ),
        operation(
            &with(json!([{"name": "X-A", "in": "header"}])),
            &with(json!([{"name": "x-a", "in": "header"}])),
            &["request-parameter-renamed compatible header parameter `x-a`: renamed from `X-A`"],
        ),
        (
            path("id"),
            path("user"),
            vec!["request-parameter-renamed compatible path parameter `user`: renamed from `id`"],
        ),
        (
            shared(json!([])),
            shared(json!([{"name": "q", "in": "query", "required": true}])),
            vec!["new-required-request-parameter breaking query parameter `q`: added, required"],
        ),
    ]
}
