//! Values for requests: valid ones, and invalid ones that break a single constraint.

pub(crate) mod invalid;
pub(crate) mod valid;

use serde_json::Value;

/// The schema that is really meant: documents wrap a reference into an `allOf` of one to give it a description.
fn unwrapped<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let schema = crate::contract::resolve(document, schema);
    match schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
        Some([only]) => crate::contract::resolve(document, only),
        _ => schema,
    }
}

fn text<'a>(schema: &'a Value, keyword: &str) -> Option<&'a str> {
    schema.get(keyword).and_then(Value::as_str)
}

fn count(schema: &Value, keyword: &str) -> Option<usize> {
    schema.get(keyword).and_then(Value::as_u64).and_then(|count| usize::try_from(count).ok())
}

fn required(schema: &Value) -> impl Iterator<Item = &str> {
    schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}
