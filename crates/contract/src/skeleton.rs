//! The document that the generator reads: the operations and schemas of the contract with what the templates need to
//! know of each, and nothing else.
//!
//! The generator has its own rules for schemas (a list or a map gets no file, an inline schema gets a type with an
//! invented name) and for names. These rules must not affect the result. So this document presents every schema as an
//! object, and names every tag and schema by a number.

use serde_json::{Map, Value, json};

/// The document for the generator, from the facts of the document as a whole.
pub(crate) fn document(facts: &Value) -> Value {
    let schemas: Map<String, Value> = list(facts, "models")
        .enumerate()
        .map(|(index, model)| {
            // An object without properties would be taken for a map.
            let properties = json!({"any": {"type": "string"}});
            (format!("Model{index:05}"), json!({"type": "object", "properties": properties, "x-rust": model}))
        })
        .collect();
    json!({
        "openapi": "3.0.3",
        "info": {"title": "skeleton", "version": "0"},
        "paths": paths(facts),
        "components": {"schemas": schemas},
    })
}

fn paths(facts: &Value) -> Map<String, Value> {
    let mut paths = Map::new();
    for operation in list(facts, "operations") {
        let tag = list(facts, "tags").position(|tag| tag["tag"] == operation["tag"]).unwrap_or_default();
        let parameters: Vec<Value> = list(operation, "segments")
            .filter(|segment| segment["isParameter"] == true)
            .map(|segment| {
                json!({"name": segment["name"], "in": "path", "required": true, "schema": {"type": "string"}})
            })
            .collect();
        let path = operation["path"].as_str().unwrap_or_default();
        let method = operation["method"].as_str().unwrap_or_default().to_lowercase();
        let item = paths.entry(path).or_insert_with(|| json!({}));
        item[method] = json!({
            "operationId": operation["id"],
            "tags": [format!("Tag{tag:05}")],
            "parameters": parameters,
            "responses": {"200": {"description": ""}},
            "x-rust": operation,
        });
    }
    paths
}

fn list<'f>(facts: &'f Value, key: &str) -> impl Iterator<Item = &'f Value> {
    facts.get(key).and_then(Value::as_array).into_iter().flatten()
}

/// The files that the generator names after its numbers, and what they are to be called, below `src/`.
pub(crate) fn file_names(facts: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let models = list(facts, "models").enumerate();
    let tags = list(facts, "tags").enumerate();
    models
        .map(|(index, model)| (format!("models/model{index:05}.rs"), format!("models/{}.rs", text(&model["file"]))))
        .chain(tags.map(|(index, tag)| {
            (format!("apis/tag{index:05}_api.rs"), format!("apis/{}_api.rs", text(&tag["module"])))
        }))
        .collect()
}
