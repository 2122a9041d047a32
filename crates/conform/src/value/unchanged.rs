//! Compares a value that was sent with the one that was received.

use super::{flat, kind, properties, text};
use serde_json::{Number, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Whether a value was received as it was sent: the same, or written differently where the contract does not say how.
pub(crate) fn is_unchanged(document: &Value, schema: &Value, sent: &Value, received: &Value) -> bool {
    let schema = flat(document, schema);
    match (sent, received) {
        (Value::String(sent), Value::String(received)) => same_text(&schema, sent, received),
        (Value::Number(sent), Value::Number(received)) => same_number(&schema, sent, received),
        (Value::Array(sent), Value::Array(received)) => {
            let items = schema.get("items").unwrap_or(&Value::Null);
            sent.len() == received.len()
                && sent.iter().zip(received).all(|(sent, received)| is_unchanged(document, items, sent, received))
        }
        (Value::Object(sent), Value::Object(received)) if kind(&schema) == Some("object") => {
            sent.iter().all(|(name, sent)| {
                let property = properties(&schema).find(|(known, _)| *known == name).map(|(_, property)| property);
                match received.get(name) {
                    Some(received) => is_unchanged(document, property.unwrap_or(&Value::Null), sent, received),
                    None => sent.is_null(),
                }
            })
        }
        _ => sent == received,
    }
}

fn same_text(schema: &Value, sent: &str, received: &str) -> bool {
    match text(schema, "format") {
        // Where the contract says so, addresses are stored in lower case; elsewhere a server may do so.
        Some("email") if schema.get("x-lowercase") == Some(&Value::Bool(true)) => sent.to_lowercase() == received,
        Some("email" | "uuid") => sent.eq_ignore_ascii_case(received),
        Some("date-time") => instant(sent).zip(instant(received)).is_some_and(|(sent, received)| sent == received),
        _ => sent == received,
    }
}

/// Milliseconds since 1970.
fn instant(text: &str) -> Option<i128> {
    let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    Some(time.unix_timestamp_nanos().div_euclid(1_000_000))
}

#[expect(clippy::cast_possible_truncation, reason = "the format float has this precision")]
fn same_number(schema: &Value, sent: &Number, received: &Number) -> bool {
    match (sent.as_f64(), received.as_f64()) {
        _ if sent == received => true,
        // Two integers beyond 2^53 may be the same as floating-point numbers.
        _ if sent.as_i64().is_some() && received.as_i64().is_some() => false,
        (Some(sent), Some(received)) if text(schema, "format") == Some("float") => {
            (sent as f32).total_cmp(&(received as f32)).is_eq()
        }
        (Some(sent), Some(received)) => sent.total_cmp(&received).is_eq(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_value_may_be_written_differently_only_where_its_format_allows_it() {
        let text = |format: &str| json!({ "type": "string", "format": format });
        let lower = json!({ "type": "string", "format": "email", "x-lowercase": true });
        let list = json!({ "type": "array", "items": { "type": "string" } });
        let number = json!({ "type": "number" });
        for (schema, sent, received, same) in [
            (json!({ "type": "string" }), json!(" a "), json!("a"), false),
            (json!({ "type": "string" }), json!("\u{e9}"), json!("e\u{301}"), false),
            (text("email"), json!("A@b.cd"), json!("a@b.cd"), true),
            (lower.clone(), json!("A@b.cd"), json!("a@b.cd"), true),
            (lower, json!("A@b.cd"), json!("A@b.cd"), false),
            (text("date-time"), json!("2030-01-01T02:00:00+02:00"), json!("2030-01-01T00:00:00.000Z"), true),
            (text("date-time"), json!("2030-01-01T00:00:00.001Z"), json!("2030-01-01T00:00:00.000Z"), false),
            (text("date"), json!("2030-01-01"), json!("2030-01-01T00:00:00.000Z"), false),
            (list.clone(), json!(["a", "b"]), json!(["b", "a"]), false),
            (list, json!(["a", "a"]), json!(["a"]), false),
            (number.clone(), json!(1), json!(1.0), true),
            (number, json!(9_007_199_254_740_993_i64), json!(9_007_199_254_740_992_i64), false),
            (
                json!({ "type": "object", "properties": { "a": {} } }),
                json!({ "a": 1 }),
                json!({ "a": 1, "b": 2 }),
                true,
            ),
            (json!({ "type": "object", "properties": { "a": {} } }), json!({ "a": 1 }), json!({ "b": 2 }), false),
        ] {
            assert_eq!(is_unchanged(&json!({}), &schema, &sent, &received), same, "{schema} {sent} {received}");
        }
    }
}
