//! A large contract, changed in 1,000 places: every change is found, in time and memory that grow with the document.
//!
//! `DIFF_DOCUMENTS` names further documents (JSON files, separated by `:`), such as GitHub's and Stripe's. With the release
//! build, each takes less than 5 seconds and 500 MB: `cargo test --release --test large -- --nocapture` prints both.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test reports what went wrong by panicking"
)]

use immich_contract::diff::compare;
use immich_contract::{escape, operations, reference, resolve};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::time::{Duration, Instant};

const CHANGES: usize = 1000;

/// Numbers that are the same in every run (xorshift, Marsaglia 2003).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(end).unwrap()).unwrap()
    }
}

/// What may be changed at a place.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Property,
    RequiredProperty,
    EnumValue,
    Pattern,
    Format,
    Default,
    MaxLength,
    Parameter,
    MediaType,
    Header,
    Tag,
}

/// All places that matter to clients: what no operation uses, or neither side sends, may change.
#[derive(Default)]
struct Places {
    known: HashSet<String>,
    found: Vec<(String, Kind)>,
}

impl Places {
    fn of(document: &Value) -> Vec<(String, Kind)> {
        let mut places = Self::default();
        for (_, _, pointer, operation) in operations(document) {
            places.found.push((pointer.clone(), Kind::Parameter));
            places.found.push((pointer.clone(), Kind::Tag));
            if let Some(body) = operation.get("requestBody") {
                places.content(document, &format!("{pointer}/requestBody"), body);
            }
            for (status, response) in operation["responses"].as_object().into_iter().flatten() {
                if reference(response).is_none() {
                    places.found.push((format!("{pointer}/responses/{status}"), Kind::Header));
                }
                places.content(document, &format!("{pointer}/responses/{status}"), response);
            }
        }
        places.found
    }

    fn content(&mut self, document: &Value, pointer: &str, part: &Value) {
        let at = reference(part).unwrap_or(pointer).to_owned();
        if !self.known.insert(format!("content {at}")) {
            return;
        }
        let part = resolve(document, part);
        for (name, media) in part["content"].as_object().into_iter().flatten() {
            self.found.push((format!("{at}/content"), Kind::MediaType));
            if let Some(schema) = media.get("schema") {
                self.schema(document, format!("{at}/content/{}/schema", escape(name)), schema);
            }
        }
    }

    fn schema(&mut self, document: &Value, pointer: String, schema: &Value) {
        let pointer = reference(schema).map_or(pointer, str::to_owned);
        let Some(map) = resolve(document, schema).as_object().filter(|_| self.known.insert(pointer.clone())) else {
            return;
        };
        if map.get("readOnly") == Some(&json!(true)) || map.get("writeOnly") == Some(&json!(true)) {
            return;
        }
        if map.get("type") == Some(&json!("string")) {
            for kind in [Kind::Pattern, Kind::Format, Kind::Default, Kind::MaxLength] {
                self.found.push((pointer.clone(), kind));
            }
            if map.contains_key("enum") {
                self.found.push((pointer.clone(), Kind::EnumValue));
            }
        }
        if let Some(properties) = map.get("properties").and_then(Value::as_object).filter(|map| !map.is_empty()) {
            self.found.push((pointer.clone(), Kind::Property));
            self.found.push((pointer.clone(), Kind::RequiredProperty));
            for (name, property) in properties {
                self.schema(document, format!("{pointer}/properties/{}", escape(name)), property);
            }
        }
        for keyword in ["items", "additionalProperties"] {
            if let Some(inner) = map.get(keyword) {
                self.schema(document, format!("{pointer}/{keyword}"), inner);
            }
        }
        for keyword in ["allOf", "anyOf", "oneOf"] {
            for (index, inner) in map.get(keyword).and_then(Value::as_array).into_iter().flatten().enumerate() {
                self.schema(document, format!("{pointer}/{keyword}/{index}"), inner);
            }
        }
    }
}

/// Makes a change that is recognized by its number, `mutant0017`. Whether the place still exists.
fn change(document: &mut Value, pointer: &str, kind: Kind, number: usize) -> bool {
    let Some(Value::Object(place)) = document.pointer_mut(pointer) else { return false };
    let name = format!("mutant{number:04}");
    let add = |place: &mut serde_json::Map<String, Value>, key: &str, value: Value| {
        let list = place.entry(key).or_insert_with(|| json!([]));
        list.as_array_mut().unwrap().push(value);
    };
    match kind {
        Kind::Property => drop(place["properties"].as_object_mut().unwrap().insert(name, json!({"type": "string"}))),
        Kind::RequiredProperty => add(place, "required", json!(name)),
        Kind::EnumValue => add(place, "enum", json!(name)),
        Kind::Pattern => drop(place.insert("pattern".to_owned(), json!(name))),
        Kind::Format => drop(place.insert("format".to_owned(), json!(name))),
        Kind::Default => drop(place.insert("default".to_owned(), json!(name))),
        Kind::MaxLength => drop(place.insert("maxLength".to_owned(), json!(1_000_000 + number))),
        Kind::Parameter => add(place, "parameters", json!({"name": name, "in": "query", "schema": {"type": "string"}})),
        Kind::MediaType => drop(place.insert(format!("application/{name}"), json!({}))),
        Kind::Header => {
            let headers = place.entry("headers").or_insert_with(|| json!({}));
            headers.as_object_mut().unwrap().insert(name, json!({"schema": {"type": "string"}}));
        }
        Kind::Tag => add(place, "tags", json!(name)),
    }
    true
}

/// Changes a document in 1,000 places and compares both. Returns how long the comparison took.
fn check(name: &str, document: &Value) -> Duration {
    let mut numbers = Numbers(0x5EED);
    let mut places = Places::of(document);
    let mut other = document.clone();
    let mut expected = Vec::new();
    while expected.len() < CHANGES {
        assert!(!places.is_empty(), "{name} has fewer than {CHANGES} places");
        let (pointer, kind) = places.swap_remove(numbers.below(places.len()));
        if change(&mut other, &pointer, kind, expected.len()) {
            expected.push((pointer, kind));
        }
    }
    let start = Instant::now();
    let changes = compare(document, &other);
    let took = start.elapsed();
    let found: Vec<String> = changes.findings().map(ToString::to_string).collect();
    let found = found.join("\n");
    let missed: Vec<String> = expected
        .iter()
        .enumerate()
        .filter(|(number, _)| {
            !found.contains(&format!("mutant{number:04}")) && !found.contains(&(1_000_000 + number).to_string())
        })
        .map(|(number, (pointer, kind))| format!("{number} {kind:?} {pointer}"))
        .collect();
    println!("{name}: {} findings, {} ms, {}", changes.findings().count(), took.as_millis(), memory());
    assert!(missed.is_empty(), "{name}: {} changes are not found: {missed:#?}", missed.len());
    took
}

/// The most memory that the process has used, as Linux says it.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default().to_owned()
}

/// A contract whose schemas refer to each other, in circles too.
fn generated(operations: usize, schemas: usize) -> Value {
    let refer = |number: usize| json!({"$ref": format!("#/components/schemas/S{}", number % schemas)});
    let mut document = json!({"openapi": "3.0.3", "paths": {}, "components": {"schemas": {}}});
    for number in 0..schemas {
        document["components"]["schemas"][format!("S{number}")] = json!({
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                "state": {"type": "string", "enum": ["on", "off"]},
                "next": refer(number + 1),
                "far": {"allOf": [refer(number * 7 + 3)], "nullable": true},
                "any": {"anyOf": [{"type": "string"}, refer(number * 5 + 1)]},
                "all": {"type": "array", "items": {"allOf": [refer(number * 3 + 1), {"type": "object", "properties": {"more": {"type": "string"}}}]}},
            },
        });
    }
    for number in 0..operations {
        let content = json!({"application/json": {"schema": refer(number * 11)}});
        document["paths"][format!("/things{number}/{{id}}")] = json!({
            "post": {"requestBody": {"content": content}, "responses": {"200": {"content": content}}},
        });
    }
    document
}

#[test]
fn every_change_of_a_large_contract_is_found() {
    check("generated", &generated(300, 300));
}

#[test]
fn every_change_of_the_contracts_that_are_given_is_found_in_time() {
    let files = std::env::var("DIFF_DOCUMENTS").unwrap_or_default();
    for path in files.split(':').filter(|path| !path.is_empty()) {
        let document: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let took = check(path, &document);
        assert!(cfg!(debug_assertions) || took < Duration::from_secs(5), "{path}: {took:?}");
    }
}
