//! A valid value that differs from the present one.

use crate::contract::{Contract, Validator, resolve};
use crate::value::valid::{Extent, valid};
use serde_json::{Value, json};

/// A valid value for a property that differs from `now`; `None` if none can be generated.
pub(super) fn another(contract: &Contract, name: &str, schema: &Value, now: Option<&Value>) -> Option<Value> {
    let document = contract.document();
    let fits = |value: &Value| Validator::of_requests(document, schema, name).is_ok_and(|each| each.is_valid(value));
    candidates(document, schema, name).into_iter().find(|value| Some(value) != now && fits(value))
}

fn candidates(document: &Value, schema: &Value, name: &str) -> Vec<Value> {
    let schema = unwrapped(document, schema);
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return values.iter().rev().cloned().collect();
    }
    let unique = uuid::Uuid::new_v4().simple().to_string();
    let short = unique.get(..8).unwrap_or_default();
    let text = |keyword: &str| schema.get(keyword).and_then(Value::as_str).unwrap_or_default();
    let limit = |keyword: &str| schema.get(keyword).and_then(Value::as_i64);
    let mut found = match text("type") {
        "string" => match text("format") {
            "email" => vec![json!(format!("conform-{short}@example.com"))],
            "uuid" => vec![json!(uuid::Uuid::new_v4().to_string())],
            "date-time" => vec![json!("2031-02-03T04:05:06.789Z"), json!("2032-02-03T04:05:06.789Z")],
            "date" => vec![json!("2031-02-03"), json!("2032-02-03")],
            "uri" => vec![json!(format!("https://example.com/{short}"))],
            "password" => vec![json!(unique)],
            _ => vec![json!(format!("{name} {short}, changed")), json!(short)],
        },
        "boolean" => vec![json!(true), json!(false)],
        "integer" | "number" if name == "duration" => vec![json!(super::fixture::LASTING * 2)],
        "integer" | "number" => {
            let least = limit("minimum").unwrap_or_default();
            (1..=3).map(|step| json!(least.saturating_add(step))).collect()
        }
        "array" => schema.get("items").map(|items| lists(document, items, name)).unwrap_or_default(),
        _ => Vec::new(),
    };
    found.extend(valid(document, schema, Extent::Full));
    found
}

/// Lists of two different members in an order that is not that of the contract, and of one.
fn lists(document: &Value, items: &Value, name: &str) -> Vec<Value> {
    let members = candidates(document, items, name);
    let mut members = members.iter().filter(|member| *member != "all");
    let (first, second, third) = (members.next(), members.next(), members.next());
    let list = |members: [Option<&Value>; 2]| Value::Array(members.into_iter().flatten().cloned().collect());
    vec![list([first, second]), list([third, second]), list([first, None])]
}

fn unwrapped<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let schema = resolve(document, schema);
    match schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
        Some([only]) => resolve(document, only),
        _ => schema,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::tests::real;

    #[test]
    fn every_property_of_the_contract_has_two_valid_values() {
        let contract = real();
        for operation in &contract.operations {
            for (name, schema) in operation.properties(&contract) {
                let first = another(&contract, name, schema, None).expect(name);
                let second = another(&contract, name, schema, Some(&first)).expect(name);
                assert_ne!(first, second, "{name}");
            }
        }
    }

    #[test]
    fn a_list_gets_two_members_in_an_order_of_its_own() {
        let schema = json!({ "type": "array", "items": { "type": "string", "enum": ["all", "a", "b", "c"] } });

        assert_eq!(another(&real(), "permissions", &schema, None), Some(json!(["c", "b"])));
    }
}
