//! Bodies of requests and of responses.

use super::edit::at;
use super::mutant::{Family, Mutant, Source, Sources};
use super::values::{altered, entries, operation_name, reference_to, referenced, schema_names};
use super::{Subject, remove, rename, set};
use immich_contract::operations;
use serde_json::{Value, json};

pub(super) fn mutate(sources: &Sources, found: &mut Vec<Mutant>) {
    let document = &sources.contract;
    let known = schema_names(document, false).into_iter().next().map(reference_to);
    let known = known.unwrap_or_else(|| json!({"type": "object"}));
    for (path, method, pointer, operation) in operations(document) {
        let name = operation_name(path, method, operation);
        let mut subject = Subject::new(found, Source::Contract, Family::RequestBody, &*name);
        let place = at(&pointer, "requestBody");
        if let Some(body) = operation.get("requestBody") {
            request(&mut subject, &place, body);
        } else {
            let body = |required: bool| json!({"required": required, "content": content(&known)});
            subject.change("added", "required", [set(&*place, body(true))]);
            subject.change("added", "optional", [set(&*place, body(false))]);
        }
        let mut subject = Subject::new(found, Source::Contract, Family::Response, name);
        let place = at(&pointer, "responses");
        for status in ["200", "202", "204", "206", "302", "404", "4XX", "default"] {
            if operation["responses"].get(status).is_none() {
                let mut added = json!({"description": ""});
                if status == "default" {
                    // The overlay declares one: beside its reference, a description alone would be prose.
                    added["content"] = content(&known);
                }
                subject.change("status added", status, [set(at(&place, status), added)]);
            }
        }
        for (status, response) in entries(operation, "/responses") {
            one_response(&mut subject.at(&format!(" {status}")), &place, status, response, &known);
        }
    }
}

fn content(schema: &Value) -> Value {
    json!({"application/json": {"schema": schema}})
}

fn request(subject: &mut Subject<'_>, place: &str, body: &Value) {
    subject.change("removed", "", [remove(place)]);
    subject.change("required changed", "", [set(at(place, "required"), false)]);
    subject.change("required changed", "left out", [remove(at(place, "required"))]);
    subject.change("extension added", "", [set(at(place, "x-immich-strict"), true)]);
    media(subject, place, body);
}

fn one_response(subject: &mut Subject<'_>, place: &str, status: &str, response: &Value, known: &Value) {
    let pointer = at(place, status);
    subject.change("status removed", "", [remove(&*pointer)]);
    for other in ["200", "201", "202", "204", "302"].into_iter().filter(|other| *other != status) {
        subject.change("status changed", format!("to {other}"), [rename(&*pointer, other)]);
    }
    let header = json!({"x-immich-page": {"schema": {"type": "integer"}}});
    subject.change("header declared", "", [set(at(&pointer, "headers"), header)]);
    subject.change("extension added", "", [set(at(&pointer, "x-immich-strict"), true)]);
    if response.get("content").is_some() {
        subject.change("body dropped", "", [remove(at(&pointer, "content"))]);
        media(subject, &pointer, response);
    } else {
        for (variant, schema) in [("an object", known), ("a text", &json!({"type": "string"}))] {
            subject.change("body added", variant, [set(at(&pointer, "content"), content(schema))]);
        }
    }
}

/// What requests and responses have alike: content by type.
fn media(subject: &mut Subject<'_>, holder: &str, body: &Value) {
    let place = at(holder, "content");
    for (media_type, media) in entries(body, "/content") {
        let own = at(&place, media_type);
        for other in ["text/plain", "application/octet-stream", "multipart/form-data", "application/xml"] {
            subject.change("content type changed", format!("to {other}"), [rename(&*own, other)]);
            subject.change("content type changed", format!("{other} added"), [set(at(&place, other), media.clone())]);
        }
        let schema = media.get("schema").unwrap_or(&Value::Null);
        let pointer = at(&own, "schema");
        subject.change("schema changed", "dropped", [remove(&*pointer)]);
        subject.change("schema changed", "to a text", [set(&*pointer, json!({"type": "string"}))]);
        subject.change("schema changed", "to an inline object", [set(&*pointer, json!({"type": "object"}))]);
        subject.change("schema changed", "nullable", [set(&*pointer, altered(schema, &[], json!({"nullable": true})))]);
        if let Some(item) = schema.get("items") {
            subject.change("list and single swapped", "single", [set(&*pointer, item.clone())]);
            for keyword in ["minItems", "maxItems"] {
                subject.change("schema changed", format!("{keyword} added"), [set(at(&pointer, keyword), 1)]);
            }
        } else {
            let list = json!({"type": "array", "items": schema});
            subject.change("list and single swapped", "list", [set(&*pointer, list)]);
        }
        if referenced(schema).is_some() {
            for keyword in ["allOf", "oneOf", "anyOf"] {
                let added = json!({"type": "object", "properties": {"drift": {"type": "string"}}});
                let combined = json!({keyword: [schema, added]});
                subject.change("schema changed", format!("by {keyword}"), [set(&*pointer, combined)]);
            }
        }
    }
}
