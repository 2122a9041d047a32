//! Request bodies.

use super::Place;
use super::media::{self, Kind, Media};
use crate::document::is_true;
use crate::reader::Reader;
use crate::rule;
use crate::schema::shape::{self, Shape};
use crate::schema::types;
use serde_json::{Value, json};

/// The extension with the maximum size of an operation's body, in bytes.
pub(super) const MAX_BYTES: &str = "x-max-body";

/// The maximum size of the body in bytes, grouped for Rust, if the contract declares one.
pub(super) fn max_bytes(reader: &mut Reader<'_>, place: Place<'_, '_>) -> Option<String> {
    let value = place.operation.get(MAX_BYTES)?;
    match value.as_u64() {
        Some(bytes) if (1..=u64::from(u32::MAX)).contains(&bytes) => Some(grouped(bytes)),
        _ => {
            let found = format!("the maximum size {value} of a body");
            reader.refuse(
                format!("{}/{MAX_BYTES}", place.pointer),
                found,
                "give a number of bytes, from 1 to 4294967295",
            );
            None
        }
    }
}

/// A number with `_` between groups of three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('_');
        }
        text.push(digit);
    }
    text
}

/// Facts of the body: its type, how the server reads it, and the rule for a body that is not an object with fields.
pub(super) fn facts<'d>(reader: &mut Reader<'d>, place: Place<'d, '_>) -> Option<Value> {
    let body = reader.resolve(place.operation.get("requestBody")?);
    let pointer = format!("{}/requestBody", place.pointer);
    if place.method == "get" {
        reader.refuse(&pointer, "a body of a GET", "it has no meaning there: use parameters, or another method");
    }
    if !is_true(body, "required") {
        let advice = "an absent body is read as an empty object: declare it as required";
        reader.refuse(format!("{pointer}/required"), "an optional body", advice);
    }
    let Some(content) = body.get("content") else {
        reader.refuse(pointer, "a body without content", "give it a media type and a schema");
        return None;
    };
    let Media { kind, schema, pointer } = media::read(reader, content, &format!("{pointer}/content"))?;
    match kind {
        Kind::Binary => Some(facts_of("Bytes", "bytes::Bytes", &Value::Null)),
        Kind::Text => {
            let shape = text_shape(reader, schema, &pointer)?;
            let ty = types::of_shape(reader, shape, &pointer)?;
            let rule = rule::expression(reader, schema, &pointer, true)?;
            Some(facts_of("Text", &ty, &json!(rule)))
        }
        Kind::Json => json_facts(reader, schema, &pointer),
    }
}

/// The operations whose body is not an object with fields, by kind of body.
pub(super) fn by_intake(operations: &[Value]) -> Vec<Value> {
    ["Value", "Text", "Bytes"]
        .into_iter()
        .map(|intake| {
            let own: Vec<&Value> =
                operations.iter().filter(|operation| operation["body"]["intake"] == intake).collect();
            json!({"intake": intake, "operations": own})
        })
        .filter(|group| group["operations"] != json!([]))
        .collect()
}

fn facts_of(intake: &str, ty: &str, rule: &Value) -> Value {
    json!({
        "intake": intake,
        "bodyType": ty,
        "bodyRule": rule,
        "isFields": intake == "Fields",
        "isBytes": intake == "Bytes",
        "isChecked": !rule.is_null(),
    })
}

fn json_facts<'d>(reader: &mut Reader<'d>, schema: &'d Value, pointer: &str) -> Option<Value> {
    let shape = Shape::of(reader, schema, pointer, shape::Place::Inline)?;
    let ty = types::of_shape(reader, shape, pointer)?;
    match underlying(reader, shape)? {
        Shape::Object | Shape::Union => Some(facts_of("Fields", &ty, &Value::Null)),
        Shape::List(_) | Shape::Map(_) | Shape::AnyObject | Shape::Any => {
            let rule = rule::expression(reader, schema, pointer, true)?;
            Some(facts_of("Value", &ty, &json!(rule)))
        }
        _ => {
            let advice = "the top level of JSON is an object or an array here: wrap it, or use text/plain";
            reader.refuse(pointer, "a body of JSON that is neither object nor array", advice);
            None
        }
    }
}

fn text_shape<'d>(reader: &mut Reader<'d>, schema: &'d Value, pointer: &str) -> Option<Shape<'d>> {
    let shape = Shape::of(reader, schema, pointer, shape::Place::Inline)?;
    if matches!(underlying(reader, shape)?, Shape::Text(_) | Shape::Enumeration(_)) {
        return Some(shape);
    }
    reader.refuse(pointer, "a text/plain body that is not a text", "its schema has the type string");
    None
}

/// The shape that a chain of names leads to.
pub(super) fn underlying<'d>(reader: &mut Reader<'d>, shape: Shape<'d>) -> Option<Shape<'d>> {
    match shape {
        Shape::Named(component) => {
            let shape = Shape::of(reader, component.schema, &component.pointer(), shape::Place::Component)?;
            underlying(reader, shape)
        }
        shape => Some(shape),
    }
}
