//! The contract cut into the parts that are pinned one by one.

use crate::document::{METHODS, operations};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fmt;

/// The contract's parts. Every value of the document is in exactly one of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Parts<'a> {
    /// Everything that is neither an operation nor a schema: version, servers, security, other components.
    pub document: Value,
    /// Every operation with its path and method, by its id.
    pub operations: BTreeMap<String, Value>,
    /// Every schema, by its name.
    pub schemas: BTreeMap<&'a str, &'a Value>,
}

/// Names a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part<'a> {
    /// The document as a whole.
    Document,
    /// The operation with this id.
    Operation(&'a str),
    /// The schema with this name.
    Schema(&'a str),
}

impl fmt::Display for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Document => write!(f, "the contract as a whole"),
            Self::Operation(id) => write!(f, "operation {id}"),
            Self::Schema(name) => write!(f, "schema {name}"),
        }
    }
}

impl<'a> Parts<'a> {
    /// Cuts a document without prose.
    #[must_use]
    pub fn of(document: &'a Value) -> Self {
        let mut parts = Self { document: rest(document), operations: BTreeMap::new(), schemas: BTreeMap::new() };
        for (path, method, _, operation) in operations(document) {
            let address = format!("{} {path}", method.to_uppercase());
            let mut part = Map::new();
            part.insert("path".to_owned(), json!(path));
            part.insert("method".to_owned(), json!(method.to_uppercase()));
            part.extend(operation.as_object().into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())));
            let name = match operation.get("operationId").and_then(Value::as_str) {
                // Only one of several operations with the same id would be kept.
                Some(id) if parts.operations.contains_key(id) => format!("{id} ({address})"),
                Some(id) => id.to_owned(),
                None => address,
            };
            parts.operations.insert(name, Value::Object(part));
        }
        if let Some(schemas) = document.pointer("/components/schemas").and_then(Value::as_object) {
            parts.schemas = schemas.iter().map(|(name, schema)| (name.as_str(), schema)).collect();
        }
        parts
    }

    /// Every part, the document first.
    pub fn iter(&self) -> impl Iterator<Item = (Part<'_>, &Value)> {
        let operations = self.operations.iter().map(|(id, part)| (Part::Operation(id), part));
        let schemas = self.schemas.iter().map(|(name, part)| (Part::Schema(name), *part));
        std::iter::once((Part::Document, &self.document)).chain(operations).chain(schemas)
    }

    /// One part.
    #[must_use]
    pub fn get(&self, part: Part<'_>) -> Option<&Value> {
        match part {
            Part::Document => Some(&self.document),
            Part::Operation(id) => self.operations.get(id),
            Part::Schema(name) => self.schemas.get(name).copied(),
        }
    }
}

/// The document without its operations and schemas.
fn rest(document: &Value) -> Value {
    members(document, |key, value| {
        let rest = match key {
            "components" => {
                members(value, |key, value| (key != "schemas" || !value.is_object()).then(|| value.clone()))
            }
            // A path without operations and without keywords for all of them has no effect.
            "paths" => members(value, |_, item| {
                non_empty(members(item, |key, value| (!METHODS.contains(&key)).then(|| value.clone())))
            }),
            _ => return Some(value.clone()),
        };
        non_empty(rest)
    })
}

/// An object with these members of another, in their order. Any other value is returned unchanged.
fn members(value: &Value, keep: impl Fn(&str, &Value) -> Option<Value>) -> Value {
    let Some(map) = value.as_object() else { return value.clone() };
    map.iter().filter_map(|(key, value)| Some((key.clone(), keep(key, value)?))).collect::<Map<_, _>>().into()
}

fn non_empty(value: Value) -> Option<Value> {
    value.as_object().is_none_or(|map| !map.is_empty()).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::without_prose;

    fn contract() -> Value {
        serde_json::from_str(include_str!("../../../../generated/openapi.json")).unwrap()
    }

    /// The JSON pointer of every value that is neither an object nor a list.
    fn leaves(value: &Value, pointer: &str, found: &mut Vec<String>) {
        match value {
            Value::Object(map) if !map.is_empty() => {
                map.iter().for_each(|(key, inner)| {
                    leaves(inner, &format!("{pointer}/{}", crate::document::escape(key)), found);
                });
            }
            Value::Array(list) if !list.is_empty() => {
                list.iter().enumerate().for_each(|(index, inner)| leaves(inner, &format!("{pointer}/{index}"), found));
            }
            _ => found.push(pointer.to_owned()),
        }
    }

    fn differing(one: &Parts<'_>, two: &Parts<'_>) -> Vec<String> {
        let names = |parts: &Parts<'_>| parts.iter().map(|(part, _)| part.to_string()).collect::<Vec<_>>();
        let mut all: Vec<String> = names(one).into_iter().chain(names(two)).collect();
        all.sort();
        all.dedup();
        let text = |parts: &Parts<'_>, name: &str| {
            parts.iter().find(|(part, _)| part.to_string() == name).map(|(_, value)| value.to_string())
        };
        all.retain(|name| text(one, name) != text(two, name));
        all
    }

    #[test]
    fn given_any_change_of_a_value_then_exactly_the_parts_that_hold_it_change() {
        let document = without_prose(&contract());
        let before = Parts::of(&document);
        let mut pointers = Vec::new();
        leaves(&document, "", &mut pointers);
        assert!(pointers.len() > 500, "{}", pointers.len());
        for pointer in pointers {
            let mut changed = document.clone();
            *changed.pointer_mut(&pointer).unwrap() = json!("something else");
            let found = differing(&before, &Parts::of(&changed));
            // A new id removes one part and adds another; any other change affects one part.
            let expected = if pointer.ends_with("/operationId") { 2 } else { 1 };
            assert_eq!(found.len(), expected, "{pointer}: {found:?}");
        }
    }

    #[test]
    fn given_a_change_of_prose_then_no_part_changes() {
        let mut document = contract();
        let stripped = without_prose(&document);
        let before = Parts::of(&stripped);
        let mut pointers = Vec::new();
        leaves(&document, "", &mut pointers);
        let prose: Vec<&String> = pointers
            .iter()
            .filter(|pointer| {
                pointer.ends_with("/description") || pointer.ends_with("/example") || pointer.ends_with("/summary")
            })
            .filter(|pointer| !pointer.contains("/properties/description"))
            .collect();
        assert!(prose.len() > 100, "{}", prose.len());
        for pointer in prose {
            *document.pointer_mut(pointer).unwrap() = json!("something else");
        }
        assert_eq!(differing(&before, &Parts::of(&without_prose(&document))), [""; 0]);
    }

    #[test]
    fn given_two_operations_of_one_id_then_none_hides_the_other() {
        let document = json!({"paths": {"/a": {"get": {"operationId": "x"}}, "/b": {"get": {"operationId": "x"}}}});
        let parts = Parts::of(&document);
        assert_eq!(parts.operations.keys().collect::<Vec<_>>(), ["x", "x (GET /b)"]);
    }

    #[test]
    fn keywords_for_all_operations_of_a_path_are_part_of_the_document() {
        let document = json!({"paths": {"/a": {"parameters": [{"name": "x"}], "get": {}}, "/b": {"get": {}}}});
        assert_eq!(Parts::of(&document).document, json!({"paths": {"/a": {"parameters": [{"name": "x"}]}}}));
    }
}
