//! The JSON pointer of a place that is given in words.

use super::Subject;
use crate::{escape, reference};
use serde_json::Value;

/// The pointer of the deepest part of a place that exists.
pub(super) fn pointer(document: &Value, subject: &Subject, place: &str) -> String {
    let start = match subject {
        Subject::Contract => String::new(),
        Subject::Operation { method, path, .. } => {
            let path = format!("/paths/{}", escape(path));
            let operation = format!("{path}/{}", method.to_lowercase());
            [operation, path].into_iter().find(|pointer| document.pointer(pointer).is_some()).unwrap_or_default()
        }
        Subject::Schema { name, .. } => {
            // A schema that takes in others is named after all of them.
            let name = name.split(" and ").next().unwrap_or(name);
            let schema = format!("/components/schemas/{}", escape(name));
            if document.pointer(&schema).is_some() { schema } else { String::new() }
        }
    };
    let mut pointer = start;
    for word in place.split(": ").filter(|word| !word.is_empty()) {
        match step(document, &pointer, word) {
            Some(next) => pointer = next,
            None => break,
        }
    }
    pointer
}

fn step(document: &Value, pointer: &str, word: &str) -> Option<String> {
    let name = word.split_once('`').and_then(|(_, rest)| rest.strip_suffix('`'));
    let here = target(document, pointer);
    let exists = |pointer: String| document.pointer(&pointer).is_some().then_some(pointer);
    match (word, name) {
        ("request body", _) => exists(format!("{pointer}/requestBody")),
        (word, Some(name)) if word.starts_with("property ") => {
            below(document, &here, &format!("properties/{}", escape(name)))
        }
        (word, Some(name)) if word.contains("parameter ") => {
            let list = document.pointer(pointer)?.get("parameters")?.as_array()?;
            let is_it = |parameter: &Value| crate::resolve(document, parameter).get("name").is_some_and(|n| n == name);
            list.iter().position(is_it).map(|index| format!("{pointer}/parameters/{index}"))
        }
        ("each item", _) => below(document, &here, "items"),
        ("each further property", _) => below(document, &here, "additionalProperties"),
        _ => {
            if let Some(status) = word.strip_prefix("response ") {
                let responses = exists(format!("{pointer}/responses"))?;
                return Some(exists(format!("{responses}/{}", escape(status))).unwrap_or(responses));
            }
            word.strip_prefix("header ").and_then(|header| exists(format!("{here}/headers/{}", escape(header))))
        }
    }
}

/// Where a reference leads.
fn target(document: &Value, pointer: &str) -> String {
    let mut pointer = pointer.to_owned();
    // A chain of references longer than this is a loop.
    for _ in 0..32 {
        match document.pointer(&pointer).and_then(reference) {
            Some(next) if document.pointer(next).is_some() => pointer = next.to_owned(),
            _ => break,
        }
    }
    pointer
}

/// A part of a schema, also of one that a body or a composition has.
fn below(document: &Value, pointer: &str, part: &str) -> Option<String> {
    let direct = format!("{pointer}/{part}");
    if document.pointer(&direct).is_some() {
        return Some(direct);
    }
    let value = document.pointer(pointer)?;
    let mut inner: Vec<String> = Vec::new();
    for (media, _) in value.get("content").and_then(Value::as_object).into_iter().flatten() {
        inner.push(format!("{pointer}/content/{}/schema", escape(media)));
    }
    if value.get("schema").is_some() {
        inner.push(format!("{pointer}/schema"));
    }
    for keyword in ["allOf", "anyOf", "oneOf"] {
        let count = value.get(keyword).and_then(Value::as_array).map_or(0, Vec::len);
        inner.extend((0..count).map(|index| format!("{pointer}/{keyword}/{index}")));
    }
    inner.into_iter().find_map(|pointer| {
        let next = target(document, &pointer);
        // Not through references in circles: one step is enough for what generators write.
        let found = format!("{next}/{part}");
        document.pointer(&found).map(|_| found)
    })
}
