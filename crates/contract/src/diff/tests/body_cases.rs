//! Two versions of a body, and the findings expected of them.

use super::cases::{Case, operation};
use serde_json::{Value, json};

pub(super) fn all() -> Vec<Case> {
    [of_bodies(), of_sent_properties(), of_read_properties(), of_responses()].concat()
}

fn of_bodies() -> Vec<Case> {
    let with = |body: Value| json!({"requestBody": body});
    let required = |content: Value| with(json!({"required": true, "content": content}));
    let json = |media: Value| required(json!({"application/json": media}));
    vec![
        operation(
            &json!({}),
            &json(json!({})),
            &["request-body-added-required breaking request body: added, required"],
        ),
        operation(
            &json!({}),
            &with(json!({"content": {}})),
            &["request-body-added-optional compatible request body: added, optional"],
        ),
        operation(&json(json!({})), &json!({}), &["request-body-removed breaking request body: removed"]),
        operation(
            &with(json!({"content": {}})),
            &required(json!({})),
            &["request-body-became-required breaking request body: became required"],
        ),
        operation(
            &required(json!({})),
            &with(json!({"content": {}})),
            &["request-body-became-optional compatible request body: became optional"],
        ),
        operation(
            &required(json!({"application/json": {}})),
            &required(json!({"text/plain": {}})),
            &[
                "request-body-media-type-removed breaking request body: media type application/json removed",
                "request-body-media-type-added compatible request body: media type text/plain added",
            ],
        ),
        operation(
            &json(json!({})),
            &json(json!({"schema": {}})),
            &["request-body-media-type-schema-added breaking request body: schema added"],
        ),
        operation(
            &json(json!({"schema": {}})),
            &json(json!({})),
            &["request-body-media-type-schema-removed compatible request body: schema removed"],
        ),
        operation(
            &required(json!({"multipart/form-data": {}})),
            &required(json!({"multipart/form-data": {"encoding": {"a": {}}}})),
            &[
                r#"request-body-media-type-changed breaking request body: multipart/form-data: encoding changed from none to {"a":{}}"#,
            ],
        ),
    ]
}

/// Whether it is required is a matter of the object that has the property.
fn a(schema: &Value, required: bool) -> Value {
    json!({"properties": {"a": schema}, "required": if required { json!(["a"]) } else { json!([]) }})
}

fn id() -> Value {
    json!({"type": "string", "format": "uuid"})
}

fn body(schema: &Value) -> Value {
    json!({"content": {"application/json": {"schema": schema}}})
}

fn of_sent_properties() -> Vec<Case> {
    let sent = |old: Value, new: Value, expected: &[&'static str]| {
        operation(&json!({"requestBody": body(&old)}), &json!({"requestBody": body(&new)}), expected)
    };
    let filled = || json!({"default": 1});
    vec![
        sent(
            json!({}),
            a(&id(), true),
            &["new-required-request-property breaking request body: property `a`: added, required, string uuid"],
        ),
        sent(
            json!({}),
            a(&filled(), true),
            &["new-required-request-property-with-default breaking request body: property `a`: added, required"],
        ),
        sent(
            json!({}),
            a(&id(), false),
            &["new-optional-request-property compatible request body: property `a`: added, optional, string uuid"],
        ),
        sent(a(&id(), false), json!({}), &["request-property-removed breaking request body: property `a`: removed"]),
        sent(
            a(&id(), false),
            a(&id(), true),
            &["request-property-became-required breaking request body: property `a`: became required"],
        ),
        sent(
            a(&filled(), false),
            a(&filled(), true),
            &["request-property-became-required-with-default breaking request body: property `a`: became required"],
        ),
        sent(
            a(&id(), true),
            a(&id(), false),
            &["request-property-became-optional compatible request body: property `a`: became optional"],
        ),
        sent(
            a(&json!({"readOnly": true}), false),
            a(&json!({"readOnly": true, "maxLength": 1}), true),
            &[
                "request-read-only-property-changed compatible request body: property `a`: changed; it is read-only and not sent",
            ],
        ),
        sent(
            json!({}),
            json!({"required": ["b"]}),
            &["request-property-became-required breaking request body: property `b`: became required"],
        ),
        sent(
            json!({"additionalProperties": {"maxLength": 2}}),
            json!({"additionalProperties": {"maxLength": 1}}),
            &[
                "request-property-max-length-decreased breaking request body: each further property: maxLength lowered from 2 to 1",
            ],
        ),
        sent(
            json!({"anyOf": [{"maxLength": 2}, {"type": "integer"}]}),
            json!({"anyOf": [{"maxLength": 1}, {"type": "integer"}]}),
            &[
                "request-body-max-length-decreased breaking request body: a branch of anyOf: maxLength lowered from 2 to 1",
            ],
        ),
    ]
}

fn of_read_properties() -> Vec<Case> {
    let read = |old: Value, new: Value, expected: &[&'static str]| {
        operation(&json!({"responses": {"200": body(&old)}}), &json!({"responses": {"200": body(&new)}}), expected)
    };
    vec![
        read(
            json!({}),
            a(&id(), true),
            &["response-required-property-added compatible response 200: property `a`: added, required, string uuid"],
        ),
        read(
            json!({}),
            a(&id(), false),
            &["response-optional-property-added compatible response 200: property `a`: added, optional, string uuid"],
        ),
        read(
            a(&id(), true),
            json!({}),
            &["response-required-property-removed breaking response 200: property `a`: removed"],
        ),
        read(
            a(&id(), false),
            json!({}),
            &["response-optional-property-removed breaking response 200: property `a`: removed, it was optional"],
        ),
        read(
            a(&id(), false),
            a(&id(), true),
            &["response-property-became-required compatible response 200: property `a`: became required"],
        ),
        read(
            a(&id(), true),
            a(&id(), false),
            &["response-property-became-optional breaking response 200: property `a`: became optional"],
        ),
        read(
            a(&json!({"writeOnly": true}), true),
            json!({}),
            &[
                "response-write-only-property-changed compatible response 200: property `a`: changed; it is write-only and not sent",
            ],
        ),
    ]
}

fn of_responses() -> Vec<Case> {
    let with = |responses: Value| json!({"responses": responses});
    let ok = |response: Value| with(json!({"200": response}));
    let header = |header: Value| ok(json!({"headers": {"X-A": header}}));
    let media = |name: &str, media: Value| ok(json!({"content": {name: media}}));
    vec![
        operation(
            &with(json!({"200": {}})),
            &with(json!({"204": {}})),
            &[
                "response-success-status-removed breaking response 200: removed",
                "response-success-status-added compatible response 204: added",
            ],
        ),
        operation(
            &with(json!({"404": {}})),
            &with(json!({"default": {}})),
            &[
                "response-non-success-status-removed compatible response 404: removed",
                "response-non-success-status-added compatible response default: added",
            ],
        ),
        operation(
            &media("application/json", json!({})),
            &media("text/plain", json!({})),
            &[
                "response-media-type-removed breaking response 200: media type application/json removed",
                "response-media-type-added compatible response 200: media type text/plain added",
            ],
        ),
        operation(
            &media("a/b", json!({"schema": {}})),
            &media("a/b", json!({})),
            &["response-body-media-type-schema-removed breaking response 200: a/b: schema removed"],
        ),
        operation(
            &media("a/b", json!({})),
            &media("a/b", json!({"schema": {}})),
            &["response-body-media-type-schema-added compatible response 200: a/b: schema added"],
        ),
        operation(
            &media("a/b", json!({})),
            &media("a/b", json!({"encoding": {"a": {}}})),
            &[r#"response-media-type-changed breaking response 200: a/b: encoding changed from none to {"a":{}}"#],
        ),
        operation(
            &ok(json!({})),
            &ok(json!({"x-max-body": 1})),
            &["response-changed breaking response 200: x-max-body changed from none to 1"],
        ),
        operation(&ok(json!({})), &ok(json!({"x-of-another-tool": 1})), &[]),
        operation(
            &ok(json!({})),
            &ok(json!({"links": {"a": {}}})),
            &[r#"response-links-changed compatible response 200: links changed from none to {"a":{}}"#],
        ),
        operation(
            &ok(json!({})),
            &header(json!({"required": true})),
            &["response-header-added compatible response 200: header X-A: added"],
        ),
        operation(
            &header(json!({"required": true})),
            &ok(json!({})),
            &["required-response-header-removed breaking response 200: header X-A: removed"],
        ),
        operation(
            &header(json!({})),
            &ok(json!({})),
            &["optional-response-header-removed breaking response 200: header X-A: removed"],
        ),
        operation(
            &header(json!({"required": true})),
            &header(json!({})),
            &["response-header-became-optional breaking response 200: header X-A: became optional"],
        ),
        operation(
            &header(json!({})),
            &header(json!({"required": true})),
            &["response-header-became-required compatible response 200: header X-A: became required"],
        ),
        operation(
            &header(json!({})),
            &header(json!({"style": "simple", "explode": true})),
            &[
                "response-header-serialization-changed breaking response 200: header X-A: explode changed from none to true",
            ],
        ),
    ]
}
