//! Checks of the document as a whole, before its parts are read: version, references, names.

use crate::document::{METHODS, escape, reference};
use crate::reader::Reader;
use serde_json::Value;

/// Keywords of the document (OpenAPI 3.0, section "OpenAPI Object").
const DOCUMENT: [&str; 8] = ["openapi", "info", "servers", "paths", "components", "security", "tags", "externalDocs"];

/// Keywords whose keys are names of the contract, not keywords.
const NAMED: [&str; 13] = [
    "properties",
    "schemas",
    "responses",
    "parameters",
    "requestBodies",
    "headers",
    "securitySchemes",
    "callbacks",
    "links",
    "mapping",
    "paths",
    "content",
    "variables",
];

/// Refuses a document whose parts cannot be read.
pub(crate) fn check(reader: &mut Reader<'_>) {
    let document = reader.document();
    let version = document.get("openapi").and_then(Value::as_str).unwrap_or_default();
    if !version.starts_with("3.0.") {
        reader.refuse("/openapi", format!("version {version:?}"), "supported is OpenAPI 3.0: convert the document");
    }
    for keyword in document.as_object().into_iter().flatten().map(|(keyword, _)| keyword) {
        if !keyword.starts_with("x-") && !DOCUMENT.contains(&keyword.as_str()) {
            let found = format!("the keyword {keyword}");
            reader.refuse(
                format!("/{}", escape(keyword)),
                found,
                "OpenAPI 3.0 does not have it: remove it in the overlay",
            );
        }
    }
    references(reader, document, "", false);
    for component in reader.components() {
        if component.name.is_empty() || !component.name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
        {
            reader.refuse(
                component.pointer(),
                "a name with other characters than letters, digits and ._-",
                "rename it",
            );
        }
    }
    paths(reader);
}

/// Every reference must point to a component of this document, and have no keywords beside it.
fn references(reader: &mut Reader<'_>, part: &Value, pointer: &str, names: bool) {
    match part {
        Value::Object(map) => {
            if !names && let Some(target) = map.get("$ref") {
                check_reference(reader, part, target, pointer);
                return;
            }
            for (key, value) in map {
                let is_prose =
                    ["example", "examples", "default", "enum"].contains(&key.as_str()) || key.starts_with("x-");
                if names || !is_prose {
                    let inner = !names && NAMED.contains(&key.as_str());
                    references(reader, value, &format!("{pointer}/{}", escape(key)), inner);
                }
            }
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                references(reader, value, &format!("{pointer}/{index}"), false);
            }
        }
        _ => {}
    }
}

fn check_reference(reader: &mut Reader<'_>, part: &Value, target: &Value, pointer: &str) {
    let place = format!("{pointer}/$ref");
    let Some(local) = reference(part) else {
        let advice = "only references within the document are followed: copy what it points to into the overlay";
        reader.refuse(place, format!("the reference {target}"), advice);
        return;
    };
    let segments: Vec<&str> = local.split('/').collect();
    let is_component = matches!(
        segments.as_slice(),
        ["", "components", "schemas" | "responses" | "parameters" | "requestBodies", name] if !name.is_empty()
    );
    if !is_component {
        let advice = "references to components are supported (schemas, responses, parameters, requestBodies)";
        reader.refuse(place, format!("the reference {target}"), advice);
    } else if reader.document().pointer(local).is_none() {
        reader.refuse(place, format!("the reference {target}"), "its target does not exist: correct it in the overlay");
    } else if reader.document().pointer(local).is_some_and(|found| reference(reader.resolve(found)).is_some()) {
        reader.refuse(place, format!("the reference {target}"), "it leads back to itself: correct it in the overlay");
    }
    for keyword in part.as_object().into_iter().flatten().map(|(keyword, _)| keyword.as_str()) {
        if !["$ref", "description", "summary"].contains(&keyword) && !keyword.starts_with("x-") {
            reader.refuse(
                format!("{pointer}/{}", escape(keyword)),
                format!("{keyword} beside a reference, where it has no effect"),
                "wrap the reference as {\"allOf\": [{\"$ref\": …}]} and write it beside allOf",
            );
        }
    }
}

/// Keywords of a path beside its methods.
fn paths(reader: &mut Reader<'_>) {
    let paths = reader.document().get("paths").and_then(Value::as_object);
    for (path, item) in paths.into_iter().flatten() {
        let pointer = format!("/paths/{}", escape(path));
        if !path.starts_with('/') {
            reader.refuse(&pointer, "a path without a leading slash", "write it with one");
        }
        for keyword in item.as_object().into_iter().flatten().map(|(keyword, _)| keyword.as_str()) {
            let advice = match keyword {
                "summary" | "description" => continue,
                _ if keyword.starts_with("x-") || METHODS.contains(&keyword) => continue,
                "parameters" => "write the parameters with each operation of the path",
                "$ref" => "write the operations here",
                _ => "the templates do not support it: rewrite it in the overlay",
            };
            reader.refuse(format!("{pointer}/{}", escape(keyword)), format!("the keyword {keyword}"), advice);
        }
    }
}
