//! Bodies of requests and of responses.

use super::values::{altered, entries, operation_name, reference_to, referenced, schema_names};
use super::{Subject, remove, rename, set};
use crate::edit::{Step, at};
use crate::mutant::{Family, Mutant, Source, Sources};
use immich_contract::operations;
use serde_json::{Value, json};

const JSON: &str = "application/json";

pub(super) fn mutate(sources: &Sources, found: &mut Vec<Mutant>) {
    let document = &sources.contract;
    let known = schema_names(document, false);
    for (path, method, pointer, operation) in operations(document) {
        let name = operation_name(path, method, operation);
        let mut subject = Subject::new(found, Source::Contract, Family::RequestBody, &*name);
        let place = at(&pointer, "requestBody");
        if let Some(body) = operation.get("requestBody") {
            request(&mut subject, &place, body);
        } else {
            for schema in known.iter().take(1) {
                let body = |required: bool| json!({"required": required, "content": content(&reference_to(schema))});
                subject.change("added", "required", [set(&*place, body(true))]);
                subject.change("added", "optional", [set(&*place, body(false))]);
            }
        }
        let mut subject = Subject::new(found, Source::Contract, Family::Response, name);
        let place = at(&pointer, "responses");
        for status in ["200", "202", "204", "206", "302", "404", "4XX", "default"] {
            if operation["responses"].get(status).is_none() {
                let added = json!({"description": ""});
                subject.change("status added", status, [set(at(&place, status), added)]);
            }
        }
        for (status, response) in entries(operation, "/responses") {
            one_response(&mut subject, &place, status, response, &known);
        }
    }
}

fn content(schema: &Value) -> Value {
    json!({JSON: {"schema": schema}})
}

fn request(subject: &mut Subject<'_>, place: &str, body: &Value) {
    subject.change("removed", "", [remove(place)]);
    subject.change("required changed", "", [set(at(place, "required"), false)]);
    subject.change("required changed", "by leaving it out", [remove(at(place, "required"))]);
    subject.change("extension added", "", [set(at(place, "x-immich-strict"), true)]);
    media(subject, "", place, body);
}

fn one_response(subject: &mut Subject<'_>, place: &str, status: &str, response: &Value, known: &[&str]) {
    let pointer = at(place, status);
    subject.change("status removed", status, [remove(&*pointer)]);
    for other in ["200", "201", "202", "204", "302"].into_iter().filter(|other| *other != status) {
        subject.change("status changed", &format!("{status} to {other}"), [rename(&*pointer, other)]);
    }
    let header = json!({"x-immich-page": {"schema": {"type": "integer"}}});
    subject.change("header declared", status, [set(at(&pointer, "headers"), header)]);
    subject.change("extension added", status, [set(at(&pointer, "x-immich-strict"), true)]);
    if response.get("content").is_some() {
        subject.change("body dropped", status, [remove(at(&pointer, "content"))]);
        media(subject, status, &pointer, response);
    } else {
        let added = |schema: Value| [set(at(&pointer, "content"), content(&schema))];
        for schema in known.iter().take(1) {
            subject.change("body added", &format!("{status} {schema}"), added(reference_to(schema)));
        }
        subject.change("body added", &format!("{status} text"), added(json!({"type": "string"})));
    }
}

/// What requests and responses have alike: content by type.
fn media(subject: &mut Subject<'_>, label: &str, holder: &str, body: &Value) {
    let mut change =
        |change, how: &str, steps: Vec<Step>| subject.change(change, format!("{label} {how}").trim(), steps);
    let place = at(holder, "content");
    for (media_type, media) in entries(body, "/content") {
        let own = at(&place, media_type);
        for other in ["text/plain", "application/octet-stream", "multipart/form-data", "application/xml"] {
            change("content type changed", &format!("to {other}"), vec![rename(&*own, other)]);
            change("content type added", other, vec![set(at(&place, other), media.clone())]);
        }
        let schema = media.get("schema").unwrap_or(&Value::Null);
        let pointer = at(&own, "schema");
        change("schema dropped", "", vec![remove(&*pointer)]);
        change("schema replaced", "by a text", vec![set(&*pointer, json!({"type": "string"}))]);
        change("schema replaced", "by an inline object", vec![set(&*pointer, json!({"type": "object"}))]);
        change("nullable", "", vec![set(&*pointer, altered(schema, &[], json!({"nullable": true})))]);
        match schema.get("items") {
            Some(item) => {
                change("list made single", "", vec![set(&*pointer, item.clone())]);
                change("constraint added", "minItems", vec![set(at(&pointer, "minItems"), 1)]);
                change("constraint added", "maxItems", vec![set(at(&pointer, "maxItems"), 1)]);
            }
            None => change("single made a list", "", vec![set(&*pointer, json!({"type": "array", "items": schema}))]),
        }
        if referenced(schema).is_some() {
            for keyword in ["allOf", "oneOf", "anyOf"] {
                let added = json!({"type": "object", "properties": {"drift": {"type": "string"}}});
                let combined = json!({keyword: [schema, added]});
                change("schema combined", &format!("by {keyword}"), vec![set(&*pointer, combined)]);
            }
        }
    }
}
