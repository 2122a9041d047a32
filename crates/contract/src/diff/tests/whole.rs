//! On the contract of this repository.

use super::findings_of;
use crate::diff::{Verdict, compare};
use crate::{escape, without_prose};
use serde_json::{Value, json};

fn contract() -> Value {
    serde_json::from_str(include_str!("../../../../../generated/openapi.json")).unwrap()
}

/// The JSON pointer of everything in it.
fn pointers(value: &Value, pointer: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, inner)| {
            found.push(format!("{pointer}/{}", escape(key)));
            pointers(inner, &format!("{pointer}/{}", escape(key)), found);
        }),
        Value::Array(list) => list.iter().enumerate().for_each(|(index, inner)| {
            found.push(format!("{pointer}/{index}"));
            pointers(inner, &format!("{pointer}/{index}"), found);
        }),
        _ => {}
    }
}

fn remove(document: &mut Value, pointer: &str) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/").replace("~0", "~");
    match document.pointer_mut(parent).unwrap() {
        Value::Object(map) => drop(map.remove(&key)),
        Value::Array(list) => drop(list.remove(key.parse().unwrap())),
        _ => unreachable!("{pointer}"),
    }
}

#[test]
fn the_same_contract_is_the_same_also_without_its_prose() {
    assert_eq!(compare(&contract(), &contract()).verdict(), Verdict::Same);
    assert_eq!(compare(&contract(), &without_prose(&contract())).verdict(), Verdict::Same);
}

/// Whether a change there may mean nothing: it is a hint for people.
fn may_mean_nothing(pointer: &str) -> bool {
    pointer.ends_with("/bearerFormat")
}

/// Whether it says what is so without it: the type of an object with properties, or of a schema that `allOf` refers to; and
/// no credential for an operation of a document that demands none for all.
fn is_implied(document: &Value, pointer: &str) -> bool {
    let parent = pointer.strip_suffix("/type").and_then(|parent| document.pointer(parent));
    let is_type = parent.is_some_and(|schema| {
        schema.get("allOf").is_some() || schema["type"] == "object" && schema.get("properties").is_some()
    });
    let is_public = pointer.ends_with("/security") && document.pointer(pointer) == Some(&json!([]));
    is_type || is_public && document.get("security").is_none()
}

#[test]
fn every_removed_and_every_changed_value_is_reported_by_a_rule() {
    let document = without_prose(&contract());
    let mut places = Vec::new();
    pointers(&document, "", &mut places);
    assert!(places.len() > 1000, "{}", places.len());
    let mut silent = Vec::new();
    for pointer in places.into_iter().filter(|pointer| !may_mean_nothing(pointer)) {
        let value = document.pointer(&pointer).unwrap();
        let mut variants = Vec::new();
        if !is_implied(&document, &pointer) {
            let mut without = document.clone();
            remove(&mut without, &pointer);
            variants.push(without);
        }
        if !value.is_object() && !value.is_array() {
            let mut other = document.clone();
            *other.pointer_mut(&pointer).unwrap() = json!("something else");
            variants.push(other);
        }
        for changed in variants {
            let found = findings_of(&compare(&document, &changed));
            if found.is_empty() {
                silent.push(pointer.clone());
            }
            for line in &found {
                assert!(!line.starts_with("document-changed breaking /"), "no rule for {pointer}: {line}");
            }
        }
    }
    assert_eq!(silent, [""; 0], "changes that are not reported");
}

#[test]
fn a_property_is_judged_where_it_is_sent_and_where_it_is_read() {
    let mut changed = contract();
    let permissions = "/components/schemas/Permission/enum";
    changed.pointer_mut(permissions).unwrap().as_array_mut().unwrap().retain(|value| value != "session.read");
    let found: Vec<String> = findings_of(&compare(&contract(), &changed));
    let in_requests = "request-property-enum-value-removed breaking value `session.read` removed";
    let in_responses = "response-property-enum-value-removed compatible value `session.read` removed";
    assert!(found.iter().any(|line| line == in_requests), "{found:#?}");
    assert!(found.iter().any(|line| line == in_responses), "{found:#?}");
}
