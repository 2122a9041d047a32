//! Changes that say nothing about the wire: none may break anything.

use super::values::{SCHEMAS, elements, entries, operation_name, reversed};
use super::{Subject, remove, set};
use crate::edit::{Step, at};
use crate::mutant::{Family, Layout, Mutant, Source, Sources};
use immich_contract::operations;
use serde_json::{Map, Value, json};

/// Whatever could end a comment, a string or a template early, or upset a lint.
const HOSTILE: &str =
    "*/ \"quoted\" \\ {{mustache}} <%percent%> [link](x) <b>\u{2028} \u{1F980}\r\n# head\n```rust\n//!";

pub(super) fn mutate(sources: &Sources, found: &mut Vec<Mutant>) {
    let document = &sources.contract;
    for (path, method, pointer, operation) in operations(document) {
        let name = operation_name(path, method, operation);
        of_operation(&mut Subject::new(found, Source::Contract, Family::Prose, name), &pointer, operation);
    }
    for (name, schema) in entries(document, SCHEMAS) {
        of_schema(&mut Subject::new(found, Source::Contract, Family::Prose, name.as_str()), &at(SCHEMAS, name), schema);
    }
    of_document(&mut Subject::new(found, Source::Contract, Family::Prose, "openapi.json"), document);

    let mut overlay = Subject::new(found, Source::Overlay, Family::Prose, "overlay.json");
    for (index, _) in elements(&sources.overlay, "/actions").iter().enumerate() {
        overlay.change("description", &format!("of action {index}"), texts(&format!("/actions/{index}/description")));
    }
    overlay.change("title", "", [set("/info/title", "Another title")]);
    overlay.change("order of keys", "", [set("", with_keys_reversed(&sources.overlay))]);
    layouts(&mut overlay);
}

fn texts(pointer: &str) -> [Step; 1] {
    [set(pointer, "Something else")]
}

fn of_operation(subject: &mut Subject<'_>, pointer: &str, operation: &Value) {
    for key in ["description", "summary"] {
        subject.change(key, "", texts(&at(pointer, key)));
        subject.change("hostile text", key, [set(at(pointer, key), HOSTILE)]);
        if operation.get(key).is_some() {
            subject.change("text dropped", key, [remove(at(pointer, key))]);
        }
    }
    subject.change(
        "link to documentation",
        "",
        [set(at(pointer, "externalDocs"), json!({"url": "https://example.org"}))],
    );
    let history = json!([{"version": "v3", "state": "Deprecated"}]);
    subject.change("history", "", [set(at(pointer, "x-immich-history"), history)]);
    subject.change("state", "", [set(at(pointer, "x-immich-state"), "Beta")]);
    for (status, _) in entries(operation, "/responses") {
        let response = at(&at(pointer, "responses"), status);
        subject.change("description", &format!("of {status}"), texts(&at(&response, "description")));
        example(subject, &response, status);
    }
    if operation.get("requestBody").is_some() {
        let body = at(pointer, "requestBody");
        subject.change("description", "of the body", texts(&at(&body, "description")));
        example(subject, &body, "body");
    }
    for (index, _) in elements(operation, "/parameters").iter().enumerate() {
        let parameter = format!("{pointer}/parameters/{index}");
        subject.change("description", &format!("of parameter {index}"), texts(&at(&parameter, "description")));
        subject.change("hostile text", &format!("parameter {index}"), [set(at(&parameter, "description"), HOSTILE)]);
        subject.change("example", &format!("of parameter {index}"), [set(at(&parameter, "example"), "42")]);
    }
}

/// Examples of content, where there is content.
fn example(subject: &mut Subject<'_>, holder: &str, of: &str) {
    let media = at(&at(holder, "content"), "application/json");
    let is_empty = of == "204";
    if !is_empty {
        subject.change("example", &format!("of {of}"), [set(at(&media, "example"), json!({"name": "Ada"}))]);
        let several = json!({"one": {"summary": "One", "value": {"name": "Ada"}}});
        subject.change("example", &format!("several, of {of}"), [set(at(&media, "examples"), several)]);
    }
}

fn of_schema(subject: &mut Subject<'_>, pointer: &str, schema: &Value) {
    subject.change("description", "", texts(&at(pointer, "description")));
    subject.change("title", "", texts(&at(pointer, "title")));
    subject.change("example", "", [set(at(pointer, "example"), json!({"name": "Ada"}))]);
    subject.change(
        "link to documentation",
        "",
        [set(at(pointer, "externalDocs"), json!({"url": "https://example.org"}))],
    );
    subject.change("hostile text", "", [set(at(pointer, "description"), HOSTILE)]);
    let required = elements(schema, "/required");
    if required.len() > 1 {
        subject.change("order of required", "", [set(at(pointer, "required"), reversed(required))]);
    }
    if let Some(properties) = schema.get("properties").and_then(Value::as_object).filter(|map| map.len() > 1) {
        let reversed: Map<String, Value> = properties.clone().into_iter().rev().collect();
        subject.change("order of properties", "", [set(at(pointer, "properties"), reversed)]);
    }
    for (name, property) in entries(schema, "/properties").filter(|(_, property)| property.get("$ref").is_none()) {
        let place = at(&at(pointer, "properties"), name);
        for key in ["description", "title", "example"] {
            subject.change(key, &format!(".{name}"), texts(&at(&place, key)));
        }
        subject.change("hostile text", &format!(".{name}"), [set(at(&place, "description"), HOSTILE)]);
        if property.get("description").is_some() {
            subject.change("text dropped", &format!(".{name}"), [remove(at(&place, "description"))]);
        }
    }
}

fn of_document(subject: &mut Subject<'_>, document: &Value) {
    subject.change("title", "", texts("/info/title"));
    subject.change("hostile text", "title", [set("/info/title", HOSTILE)]);
    subject.change("description", "", texts("/info/description"));
    subject.change("contact", "", [set("/info/contact", json!({"name": "Ada", "email": "ada@example.org"}))]);
    subject.change("licence", "", [set("/info/license", json!({"name": "AGPL-3.0"}))]);
    subject.change("terms of service", "", texts("/info/termsOfService"));
    subject.change("link to documentation", "", [set("/externalDocs", json!({"url": "https://example.org"}))]);
    let tags: Vec<Value> = operations(document)
        .filter_map(|(.., operation)| operation["tags"].get(0))
        .map(|tag| json!({"name": tag, "description": "Something else"}))
        .collect();
    subject.change("tags described", "", [set("/tags", tags)]);
    subject.change("description", "of the server", [set("/servers/0/description", "Here")]);
    for (name, _) in entries(document, "/components/securitySchemes") {
        let scheme = at("/components/securitySchemes", name);
        subject.change("description", &format!("of the scheme {name}"), texts(&at(&scheme, "description")));
    }
    for (name, scheme) in entries(document, "/components/securitySchemes") {
        // "Primarily for documentation purposes" (OpenAPI 3.0, section "Security Scheme Object").
        if scheme["type"] == "http" {
            let pointer = at(&at("/components/securitySchemes", name), "bearerFormat");
            subject.change("hint at the form of the token", "", [set(pointer, "opaque")]);
        }
    }
    subject.change("order of keys", "", [set("", with_keys_reversed(document))]);
    for part in ["/paths", "/components/schemas", "/components/securitySchemes"] {
        let reversed: Map<String, Value> =
            document.pointer(part).and_then(Value::as_object).cloned().unwrap_or_default().into_iter().rev().collect();
        subject.change("order of keys", &format!("of {part}"), [set(part, reversed)]);
    }
    layouts(subject);
}

fn layouts(subject: &mut Subject<'_>) {
    subject.layout("white space", Layout::Compact);
    subject.layout("tabs", Layout::Tabs);
    subject.layout("carriage returns", Layout::CarriageReturns);
    subject.layout("empty lines around", Layout::Padded);
}

fn with_keys_reversed(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            map.iter().rev().map(|(key, value)| (key.clone(), with_keys_reversed(value))).collect::<Map<_, _>>().into()
        }
        Value::Array(list) => list.iter().map(with_keys_reversed).collect::<Vec<_>>().into(),
        scalar => scalar.clone(),
    }
}
