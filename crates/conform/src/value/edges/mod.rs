//! Generates valid values at the limits of their schema, and beyond what is usual.

mod number;
mod text;

use super::valid::{Extent, valid};
use super::{count, flat, kind, properties};
use crate::contract::Validator;
use serde_json::{Value, json};

/// A valid value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Edge {
    /// Which one, in a few words: `emoji`.
    pub(crate) what: String,
    pub(crate) value: Value,
    /// The contract has no limit that allows it explicitly, and a server may have one: `1,000 characters`.
    pub(crate) large: bool,
    /// Smaller values that it consists of, to find which of them is at fault.
    pub(crate) parts: Vec<Self>,
}

impl Edge {
    fn new(what: impl Into<String>, value: impl Into<Value>) -> Self {
        Self { what: what.into(), value: value.into(), large: false, parts: Vec::new() }
    }

    fn large(self, large: bool) -> Self {
        Self { large, ..self }
    }
}

/// How many items a long list has.
const MANY: usize = 200;
/// How deep objects are filled in.
const DEEPEST: usize = 3;

/// Valid values at the limits of a schema and beyond what is usual, without repetition.
pub(crate) fn edges(document: &Value, schema: &Value) -> Vec<Edge> {
    edges_below(document, schema, 0)
}

fn edges_below(document: &Value, schema: &Value, depth: usize) -> Vec<Edge> {
    let Ok(validator) = Validator::of_requests(document, schema, "value") else { return Vec::new() };
    let schema = flat(document, schema);
    let mut edges: Vec<Edge> = Vec::new();
    let members = schema.get("enum").and_then(Value::as_array);
    match (members, kind(&schema)) {
        (Some(members), _) => edges.extend(members.iter().map(|member| Edge::new(member.to_string(), member.clone()))),
        (None, Some("string")) => text::edges(&schema, &mut edges),
        (None, Some(kind @ ("integer" | "number"))) => number::edges(kind, &schema, &mut edges),
        (None, Some("boolean")) => edges.extend([true, false].map(|value| Edge::new(value.to_string(), value))),
        (None, Some("array")) => list(document, &schema, depth, &mut edges),
        (None, Some("object")) if depth < DEEPEST => object(document, &schema, depth, &mut edges),
        _ => {}
    }
    edges.push(Edge::new("null", Value::Null));
    let mut distinct: Vec<Edge> = Vec::new();
    for edge in edges {
        if validator.is_valid(&edge.value) && !distinct.iter().any(|known| known.value == edge.value) {
            distinct.push(edge);
        }
    }
    distinct
}

/// Each item alone, all together in both orders, one twice, none, and many.
fn list(document: &Value, schema: &Value, depth: usize, edges: &mut Vec<Edge>) {
    let Some(items) = schema.get("items") else { return };
    let items: Vec<Edge> = edges_below(document, items, depth + 1).into_iter().filter(|item| !item.large).collect();
    let fewest = count(schema, "minItems").unwrap_or_default();
    let most = count(schema, "maxItems");
    let alone: Vec<Edge> =
        items.iter().map(|item| Edge::new(format!("only {}", item.what), vec![item.value.clone()])).collect();
    let values: Vec<Value> = items.iter().map(|item| item.value.clone()).collect();
    let together: Vec<Value> = values.iter().take(most.unwrap_or(usize::MAX)).cloned().collect();
    let backwards: Vec<Value> = together.iter().rev().cloned().collect();
    let all = |order: &str, values: Vec<Value>| Edge {
        parts: alone.clone(),
        ..Edge::new(format!("{} items{order}", values.len()), values)
    };
    edges.push(all("", together));
    edges.push(all(" in reverse order", backwards));
    // Each alone would be many requests; those together have shown most of what can be wrong with one.
    let step = alone.len().div_ceil(8).max(1);
    edges.extend(alone.iter().step_by(step).cloned());
    edges.extend(alone.last().cloned());
    if let [first, second, ..] = values.as_slice() {
        edges.push(Edge::new("the same item twice", vec![second.clone(), first.clone(), second.clone()]));
    }
    edges.push(Edge::new("an empty list", json!([])));
    let item = values.first().cloned().or_else(|| valid(document, schema.get("items")?, Extent::Minimal));
    let Some(item) = item else { return };
    let of = |length: usize| Edge::new(format!("{length} items, all the same"), vec![item.clone(); length]);
    edges.push(of(fewest.max(1)));
    edges.push(of(most.unwrap_or(MANY)).large(most.is_none()));
}

/// The first values of all properties, the second ones, and so on.
fn object(document: &Value, schema: &Value, depth: usize, edges: &mut Vec<Edge>) {
    let Some(Value::Object(base)) = valid(document, schema, Extent::Full) else { return };
    edges.extend(valid(document, schema, Extent::Minimal).map(|least| Edge::new("required properties only", least)));
    for (name, property) in properties(schema).filter(|(name, _)| base.contains_key(*name)) {
        for edge in edges_below(document, property, depth + 1) {
            let mut fields = base.clone();
            fields.insert(name.clone(), edge.value);
            edges.push(Edge::new(format!("{name}: {}", edge.what), Value::Object(fields)).large(edge.large));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::tests::real;

    fn names(schema: &Value) -> Vec<String> {
        edges(&json!({}), schema).into_iter().map(|edge| edge.what).collect()
    }

    #[test]
    fn every_property_of_the_contracts_requests_has_several_valid_values() {
        let contract = real();
        let document = contract.document();
        for operation in &contract.operations {
            for (name, schema) in operation.properties(&contract) {
                let validator = Validator::of_requests(document, schema, name).unwrap();
                let edges = edges(document, schema);
                assert!(edges.len() >= 2, "{} {name}: {edges:?}", operation.id);
                assert!(edges.iter().all(|edge| validator.is_valid(&edge.value)), "{} {name}", operation.id);
            }
        }
    }

    #[test]
    fn a_list_has_each_item_all_of_them_in_both_orders_repetitions_none_and_many() {
        let schema = json!({ "type": "array", "items": { "type": "string", "enum": ["a", "b", "c"] } });

        let values: Vec<Value> = edges(&json!({}), &schema).into_iter().map(|edge| edge.value).collect();

        for expected in
            [json!(["a", "b", "c"]), json!(["c", "b", "a"]), json!(["b"]), json!(["b", "a", "b"]), json!([])]
        {
            assert!(values.contains(&expected), "{expected} in {values:?}");
        }
        assert!(values.iter().any(|value| value.as_array().unwrap().len() == MANY));
    }

    #[test]
    fn null_is_generated_where_it_is_allowed() {
        assert!(names(&json!({ "type": "string", "nullable": true })).contains(&"null".to_owned()));
        assert!(!names(&json!({ "type": "string" })).contains(&"null".to_owned()));
    }

    #[test]
    fn nested_properties_are_varied_one_at_a_time() {
        let schema = json!({ "type": "object", "required": ["a"], "properties": {
            "a": { "type": "boolean" }, "b": { "type": "integer", "minimum": 1, "maximum": 2 },
        } });

        let values: Vec<Value> = edges(&json!({}), &schema).into_iter().map(|edge| edge.value).collect();

        for expected in [json!({ "a": true }), json!({ "a": false, "b": 1 }), json!({ "a": true, "b": 2 })] {
            assert!(values.contains(&expected), "{expected} in {values:?}");
        }
    }
}
