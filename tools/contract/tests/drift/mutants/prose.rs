//! Changes of prose: none may break anything.

use super::edit::{Step, at};
use super::mutant::{Family, Mutant, Source, Sources};
use super::values::{SCHEMAS, elements, entries, operation_name, reversed};
use super::{Subject, remove, set};
use immich_contract::operations;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

const SCHEMES: &str = "/components/securitySchemes";

/// Everything that could end a comment, a string or a template early, or trigger a lint.
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
        let pointer = format!("/actions/{index}/description");
        overlay.at(&format!(" action {index}")).change("text changed", "", texts(&pointer));
    }
    overlay.change("text changed", "title", texts("/info/title"));
    overlay.change("order of keys", "", [set("", with_keys_reversed(&sources.overlay))]);
}

fn texts(pointer: &str) -> [Step; 1] {
    [set(pointer, "Something else")]
}

/// Another text, a text that could do harm, and no text.
fn text(subject: &mut Subject<'_>, holder: &Value, pointer: &str, key: &str) {
    let place = at(pointer, key);
    subject.change("text changed", key, texts(&place));
    subject.change("hostile text", key, [set(&*place, HOSTILE)]);
    // `description` of a response has to be there.
    if holder.get(key).is_some() && holder.get("content").is_none() {
        subject.change("text dropped", key, [remove(place)]);
    }
}

fn link(subject: &mut Subject<'_>, pointer: &str) {
    let link = json!({"url": "https://example.org"});
    subject.change("link to documentation", "", [set(at(pointer, "externalDocs"), link)]);
}

fn of_operation(subject: &mut Subject<'_>, pointer: &str, operation: &Value) {
    text(subject, operation, pointer, "description");
    text(subject, operation, pointer, "summary");
    link(subject, pointer);
    let history = json!([{"version": "v3", "state": "Deprecated"}]);
    subject.change("history", "", [set(at(pointer, "x-immich-history"), history)]);
    subject.change("history", "state", [set(at(pointer, "x-immich-state"), "Beta")]);
    for (status, response) in entries(operation, "/responses") {
        let place = at(&at(pointer, "responses"), status);
        let mut subject = subject.at(&format!(" {status}"));
        subject.change("text changed", "description of a response", texts(&at(&place, "description")));
        examples(&mut subject, &place, response);
    }
    if let Some(body) = operation.get("requestBody") {
        let place = at(pointer, "requestBody");
        let mut subject = subject.at(" body");
        subject.change("text changed", "description of a request body", texts(&at(&place, "description")));
        examples(&mut subject, &place, body);
    }
    for (index, parameter) in elements(operation, "/parameters").iter().enumerate() {
        let place = format!("{pointer}/parameters/{index}");
        let mut subject = subject.at(&format!(" parameter {index}"));
        text(&mut subject, parameter, &place, "description");
        subject.change("example", "of a parameter", [set(at(&place, "example"), "42")]);
    }
}

fn examples(subject: &mut Subject<'_>, pointer: &str, holder: &Value) {
    for (media_type, _) in entries(holder, "/content") {
        let place = at(&at(pointer, "content"), media_type);
        subject.change("example", "of a body", [set(at(&place, "example"), json!({"name": "Ada"}))]);
        let several = json!({"one": {"summary": "One", "value": {"name": "Ada"}}});
        subject.change("example", "several, of a body", [set(at(&place, "examples"), several)]);
    }
}

fn of_schema(subject: &mut Subject<'_>, pointer: &str, schema: &Value) {
    text(subject, schema, pointer, "description");
    text(subject, schema, pointer, "title");
    subject.change("example", "of a schema", [set(at(pointer, "example"), json!({"name": "Ada"}))]);
    link(subject, pointer);
    let required = elements(schema, "/required");
    if required.len() > 1 {
        subject.change("order of keys", "required", [set(at(pointer, "required"), reversed(required))]);
    }
    if schema.get("properties").and_then(Value::as_object).is_some_and(|map| map.len() > 1) {
        let place = at(pointer, "properties");
        subject.change("order of keys", "properties", [set(place, keys_reversed(&schema["properties"]))]);
    }
    for (name, property) in entries(schema, "/properties").filter(|(_, property)| property.get("$ref").is_none()) {
        let place = at(&at(pointer, "properties"), name);
        let mut subject = subject.at(&format!(".{name}"));
        text(&mut subject, property, &place, "description");
        text(&mut subject, property, &place, "title");
        subject.change("example", "of a property", texts(&at(&place, "example")));
    }
}

fn of_document(subject: &mut Subject<'_>, document: &Value) {
    text(subject, &document["info"], "/info", "description");
    subject.change("text changed", "title", texts("/info/title"));
    subject.change("hostile text", "title", [set("/info/title", HOSTILE)]);
    subject.change("text changed", "description of a server", texts("/servers/0/description"));
    for (name, scheme) in entries(document, SCHEMES) {
        text(&mut subject.at(&format!(" scheme {name}")), scheme, &at(SCHEMES, name), "description");
    }
    let about = [
        ("contact", json!({"name": "Ada", "email": "ada@example.org"})),
        ("license", json!({"name": "AGPL-3.0"})),
        ("termsOfService", json!("https://example.org/terms")),
    ];
    for (key, value) in about {
        subject.change("about the document", key, [set(at("/info", key), value)]);
    }
    link(subject, "");
    let tags: BTreeSet<&str> =
        operations(document).filter_map(|(.., operation)| operation["tags"][0].as_str()).collect();
    let tags: Vec<Value> = tags.into_iter().map(|tag| json!({"name": tag, "description": "Something else"})).collect();
    subject.change("text changed", "of tags", [set("/tags", tags)]);
    subject.change("order of keys", "", [set("", with_keys_reversed(document))]);
    for part in ["/paths", SCHEMAS, SCHEMES] {
        if let Some(value) = document.pointer(part) {
            subject.change("order of keys", format!("of {part}"), [set(part, keys_reversed(value))]);
        }
    }
}

/// The same object with its keys the other way round.
fn keys_reversed(object: &Value) -> Value {
    object.as_object().cloned().unwrap_or_default().into_iter().rev().collect::<Map<_, _>>().into()
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
