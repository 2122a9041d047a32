//! The contract without its prose. The rest determines what is on the wire, or what is generated.
//!
//! Prose is what people read: descriptions, summaries, titles, examples, the texts of tags, links to documentation, and the
//! history and state of a part (`x-immich-history`, `x-immich-state`). The order of keys counts as prose, and so does a value
//! without effect: a flag that is `false` by default, or an empty list of parameters.

use serde_json::{Map, Value};

/// Keywords that people read.
const PROSE: [&str; 9] = [
    "$comment",
    "description",
    "example",
    "examples",
    "externalDocs",
    "summary",
    "title",
    "x-immich-history",
    "x-immich-state",
];

/// Keywords whose members are names of the contract, not keywords: a property called `title` is not prose.
const NAMES: [&str; 17] = [
    "$defs",
    "content",
    "definitions",
    "dependentSchemas",
    "encoding",
    "headers",
    "links",
    "parameters",
    "pathItems",
    "paths",
    "patternProperties",
    "properties",
    "requestBodies",
    "responses",
    "schemas",
    "securitySchemes",
    "variables",
];

/// Keywords whose content is not OpenAPI: values, and lists of names.
const DATA: [&str; 6] = ["const", "default", "enum", "mapping", "scopes", "security"];

/// Flags that OpenAPI 3.0 takes as `false` when they are not there.
const FLAGS: [&str; 10] = [
    "allowEmptyValue",
    "allowReserved",
    "deprecated",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "nullable",
    "readOnly",
    "required",
    "uniqueItems",
    "writeOnly",
];

/// The kind of an object's members, or of a list's elements.
#[derive(Clone, Copy)]
enum Kind {
    Keywords,
    Names,
    /// Names whose members are names again.
    NamesOfNames,
    Data,
}

/// The document without prose, with all keys in alphabetical order. References are kept.
///
/// The result is a document again; stripping it again changes nothing.
#[must_use]
pub fn without_prose(document: &Value) -> Value {
    let mut stripped = strip(document, Kind::Keywords);
    if let Some(top) = stripped.as_object_mut() {
        // At the top, `tags` is a list of texts; what an operation lists there names its trait.
        top.shift_remove("tags");
        if let Some(info) = top.get_mut("info").and_then(Value::as_object_mut) {
            info.retain(|key, _| key == "version");
        }
    }
    stripped
}

fn strip(part: &Value, kind: Kind) -> Value {
    match part {
        Value::Object(map) => {
            let mut members: Vec<(&String, &Value)> = map
                .iter()
                .filter(|(key, value)| !matches!(kind, Kind::Keywords) || says_something(key, value))
                .collect();
            members.sort_by_key(|(key, _)| *key);
            let kept = members.into_iter().map(|(key, value)| {
                let value = match (kind, key.as_str(), value) {
                    (Kind::Keywords, "required", Value::Array(names)) => in_order(names),
                    _ => strip(value, inside(kind, key)),
                };
                (key.clone(), value)
            });
            Value::Object(kept.collect::<Map<String, Value>>())
        }
        Value::Array(list) => {
            // `parameters` is a list in an operation, a map in the components: its elements have keywords in both.
            let kind = if matches!(kind, Kind::Names) { Kind::Keywords } else { kind };
            Value::Array(list.iter().map(|item| strip(item, kind)).collect())
        }
        scalar => scalar.clone(),
    }
}

/// Whether a keyword with this value has an effect.
fn says_something(key: &str, value: &Value) -> bool {
    let is_default = match value {
        Value::Bool(flag) => !flag && FLAGS.contains(&key),
        Value::Array(list) => list.is_empty() && ["parameters", "required"].contains(&key),
        _ => false,
    };
    !is_default && !PROSE.contains(&key)
}

/// `required` is a set.
fn in_order(names: &[Value]) -> Value {
    let mut names = names.to_vec();
    names.sort_by_key(ToString::to_string);
    names.dedup();
    Value::Array(names)
}

/// The kind of the value under this key.
fn inside(kind: Kind, key: &str) -> Kind {
    match kind {
        Kind::Data => Kind::Data,
        Kind::NamesOfNames => Kind::Names,
        Kind::Keywords if key == "callbacks" => Kind::NamesOfNames,
        Kind::Keywords if NAMES.contains(&key) => Kind::Names,
        Kind::Keywords if DATA.contains(&key) || key.starts_with("x-") => Kind::Data,
        Kind::Names | Kind::Keywords => Kind::Keywords,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn given_prose_anywhere_then_it_is_gone_and_the_rest_is_kept() {
        let document = json!({
            "openapi": "3.0.0",
            "info": {"title": "t", "version": "1", "description": "d", "contact": {"name": "n"}},
            "tags": [{"name": "Users", "description": "d"}],
            "externalDocs": {"url": "u"},
            "paths": {"/a": {"summary": "s", "get": {
                "operationId": "a", "summary": "s", "description": "d", "tags": ["Users"],
                "x-immich-history": [{"version": "1"}], "x-immich-state": "Stable", "x-immich-permission": "user.read",
                "responses": {"200": {"description": "d", "content": {"application/json": {"example": 1}}}},
            }}},
        });

        assert_eq!(
            without_prose(&document),
            json!({
                "openapi": "3.0.0",
                "info": {"version": "1"},
                "paths": {"/a": {"get": {
                    "operationId": "a", "tags": ["Users"], "x-immich-permission": "user.read",
                    "responses": {"200": {"content": {"application/json": {}}}},
                }}},
            })
        );
    }

    #[test]
    fn given_names_that_look_like_prose_then_they_are_kept() {
        let names = ["title", "description", "example", "tags", "summary"];
        for place in ["properties", "schemas", "responses", "headers", "securitySchemes", "parameters"] {
            let map: Map<String, Value> = names.iter().map(|name| ((*name).to_owned(), json!({"type": "x"}))).collect();
            let part = json!({"components": {place: map}});
            let kept = without_prose(&part);
            for name in names {
                assert_eq!(kept["components"][place][name], json!({"type": "x"}), "{place} {name}");
            }
        }
    }

    #[test]
    fn given_values_that_look_like_prose_then_they_are_kept() {
        let schema = json!({
            "default": {"title": 1}, "enum": [{"title": 1}], "x-rule": {"description": 1}, "required": ["title"],
        });
        assert_eq!(without_prose(&schema), schema);
    }

    #[test]
    fn given_flags_at_their_default_and_empty_lists_then_they_say_nothing() {
        let silent =
            json!({"type": "string", "nullable": false, "deprecated": false, "parameters": [], "required": []});
        assert_eq!(without_prose(&silent), json!({"type": "string"}));
        let speaking = json!({"nullable": true, "security": [], "required": true, "default": false, "enum": [false]});
        assert_eq!(without_prose(&speaking), speaking);
    }

    #[test]
    fn the_order_of_keys_and_of_required_means_nothing_any_other_order_does() {
        let one = json!({"required": ["b", "a"], "enum": ["b", "a"], "properties": {"b": {}, "a": {}}});
        let keys = json!({"enum": ["b", "a"], "properties": {"a": {}, "b": {}}, "required": ["a", "b"]});
        let values = json!({"required": ["b", "a"], "enum": ["a", "b"], "properties": {"b": {}, "a": {}}});
        assert_eq!(without_prose(&one).to_string(), without_prose(&keys).to_string());
        assert_ne!(without_prose(&one), without_prose(&values));
    }

    #[test]
    fn stripping_twice_is_stripping_once() {
        let document: Value = serde_json::from_str(include_str!("../../../generated/openapi.json")).unwrap();
        let once = without_prose(&document);
        assert_eq!(without_prose(&once).to_string(), once.to_string());
    }
}
