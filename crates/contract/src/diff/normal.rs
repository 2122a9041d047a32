//! The normal form of a document: what means the same is written the same way, so that the comparison finds only changes
//! of meaning.
//!
//! The parts that pins compare are not brought into it: they must show every change of the text.

mod all_of;
mod message;
mod schema;
mod security;
mod server;

use serde_json::{Map, Value, json};

/// Extensions that have an effect here; rules compare them.
const EXTENSIONS: [&str; 8] = [
    "x-checks-password",
    "x-immich-permission",
    "x-lowercase",
    "x-max-body",
    "x-open",
    "x-sunset",
    "x-type-first",
    "x-validation-order",
];

/// The normal form of a document without prose.
pub(super) fn normal(mut written: Value) -> Value {
    // References are followed to parameters only, by name and place.
    let parameters = written.pointer("/components/parameters").cloned().unwrap_or_default();
    let document = &json!({ "components": { "parameters": parameters } });
    if written.get("openapi").and_then(Value::as_str).is_some_and(|version| version.starts_with("3.0")) {
        references_alone(&mut written);
    }
    let Some(top) = written.as_object_mut() else { return written };
    without_extensions(top);
    server::list(top);
    for keyword in ["paths", "webhooks"] {
        entries(top.get_mut(keyword)).for_each(|item| path_item(document, item));
    }
    without_default(top, "jsonSchemaDialect", &json!("https://spec.openapis.org/oas/3.1/dialect/base"));
    for (kind, components) in object(top.get_mut("components")).into_iter().flatten() {
        for component in entries(Some(components)) {
            match kind.as_str() {
                "schemas" => schema::normal(component),
                "parameters" => message::parameter(component),
                "headers" => message::header(component),
                "requestBodies" => message::body(component),
                "responses" => message::response(component),
                "callbacks" => entries(Some(component)).for_each(|item| path_item(document, item)),
                "securitySchemes" => security::scheme(component),
                _ => drop(component.as_object_mut().map(without_extensions)),
            }
        }
    }
    all_of::merge_all(&written)
}

/// OpenAPI 3.0.3, section "Reference Object": what stands beside a reference is ignored.
fn references_alone(part: &mut Value) {
    match part {
        Value::Object(map) => {
            if map.get("$ref").is_some_and(Value::is_string) {
                map.retain(|keyword, _| keyword == "$ref");
            }
            map.values_mut().for_each(references_alone);
        }
        Value::Array(list) => list.iter_mut().for_each(references_alone),
        _ => {}
    }
}

/// Gives the parameters of a path to its operations, and brings these into the normal form.
fn path_item(document: &Value, item: &mut Value) {
    let Some(item) = item.as_object_mut() else { return };
    without_extensions(item);
    let shared = item.shift_remove("parameters");
    for (_, operation) in item.iter_mut().filter(|(name, _)| crate::METHODS.contains(&name.as_str())) {
        message::operation(document, operation, shared.as_ref());
    }
}

/// Removes the extensions that nothing uses.
fn without_extensions(map: &mut Map<String, Value>) {
    map.retain(|name, _| !name.starts_with("x-") || EXTENSIONS.contains(&name.as_str()));
}

/// Removes a keyword that says what is so without it.
fn without_default(map: &mut Map<String, Value>, keyword: &str, default: &Value) {
    if map.get(keyword) == Some(default) {
        map.shift_remove(keyword);
    }
}

fn object(value: Option<&mut Value>) -> Option<&mut Map<String, Value>> {
    value.and_then(Value::as_object_mut)
}

/// The values of an object; none of any other value.
fn entries(value: Option<&mut Value>) -> impl Iterator<Item = &mut Value> {
    object(value).into_iter().flat_map(Map::values_mut)
}

/// The elements of a list; none of any other value.
fn elements(value: Option<&mut Value>) -> impl Iterator<Item = &mut Value> {
    value.and_then(Value::as_array_mut).into_iter().flatten()
}
