//! Responses.

use crate::changed::{Changed, contract, with};
use serde_json::{Value, json};

const RESPONSES: &str = "/paths/~1words/get/responses";

fn response(status: &str, response: Value) -> Changed {
    with(&format!("{RESPONSES}/{status}"), response)
}

#[test]
fn statuses_that_are_errors_ranges_or_unknown() {
    for status in ["400", "404", "500", "2XX", "100", "299", "203"] {
        response(status, json!({"description": ""}))
            .refuses(&[(&format!("{RESPONSES}/{status}"), &format!("the status {status}"))]);
    }
}

#[test]
fn every_status_that_is_no_error() {
    for status in ["201", "202", "204", "206", "302", "303", "304", "307", "308"] {
        response(status, json!({"description": ""})).accepts();
    }
}

#[test]
fn no_success_at_all() {
    let error = json!({"default": {"$ref": "#/components/responses/Error"}});
    with(RESPONSES, error).refuses(&[(RESPONSES, "no success")]);
    with(RESPONSES, json!({})).refuses(&[(RESPONSES, "no success")]);
}

#[test]
fn a_body_where_http_allows_none() {
    for status in ["204", "304"] {
        response(status, json!({"description": "", "content": {"application/json": {"schema": {}}}}))
            .refuses(&[(&format!("{RESPONSES}/{status}/content"), &format!("a body with the status {status}"))]);
    }
}

#[test]
fn headers_and_links() {
    for keyword in ["headers", "links", "schema"] {
        response("200", json!({"description": "", keyword: {"x": {}}}))
            .refuses(&[(&format!("{RESPONSES}/200/{keyword}"), &format!("the keyword {keyword}"))]);
    }
    response("200", json!({"description": "", "headers": {}})).accepts();
}

#[test]
fn several_media_types_and_unknown_ones() {
    let both = json!({"application/json": {"schema": {}}, "text/plain": {"schema": {"type": "string"}}});
    response("200", json!({"description": "", "content": both}))
        .refuses(&[(&format!("{RESPONSES}/200/content"), "not exactly one media type")]);
    response("200", json!({"description": "", "content": {"text/event-stream": {"schema": {}}}}))
        .refuses(&[(&format!("{RESPONSES}/200/content/text~1event-stream"), "the media type text/event-stream")]);
}

#[test]
fn text_that_is_no_plain_text_and_null_as_a_whole() {
    let pointer = format!("{RESPONSES}/200/content/text~1plain/schema");
    for schema in [
        json!({"type": "integer"}),
        json!({"type": "string", "format": "uuid"}),
        json!({"$ref": "#/components/schemas/Odd"}),
    ] {
        response("200", json!({"description": "", "content": {"text/plain": {"schema": schema}}}))
            .refuses(&[(&pointer, "a text/plain response that is not a plain text")]);
    }
    let schema = json!({"type": "string", "nullable": true});
    response("200", json!({"description": "", "content": {"application/json": {"schema": schema}}})).refuses(&[(
        &format!("{RESPONSES}/200/content/application~1json/schema/nullable"),
        "a body that may be null as a whole",
    )]);
}

#[test]
fn a_text_or_a_list_of_texts_is_written_but_not_read() {
    let schema = json!({"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]});
    response("200", json!({"description": "", "content": {"application/json": {"schema": schema}}})).accepts();
    with("/components/schemas/ADbWords/properties/message", schema)
        .refuses(&[("/components/schemas/ADbWords/properties/message", "a text or a list of texts in a request")]);
}

#[test]
fn errors_of_different_shapes() {
    let other = json!({"description": "", "content": {"application/json": {"schema": {"type": "string"}}}});
    contract().with(&format!("{RESPONSES}/default"), other).refuses(&[(
        &format!("{RESPONSES}/default"),
        "another error response than /paths/~1albums/get/responses/default",
    )]);
}
