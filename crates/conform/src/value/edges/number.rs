//! Numbers at their limits.

use super::Edge;
use crate::value::{limits, text};
use serde_json::{Value, json};

/// The largest integer that a number of JavaScript holds exactly (RFC 8259, section 6).
const SAFE: i64 = (1 << 53) - 1;

pub(super) fn edges(kind: &str, schema: &Value, edges: &mut Vec<Edge>) {
    let (least, most) = limits(schema);
    let format = text(schema, "format");
    let limit = i64::from(i32::MAX);
    let mut integers: Vec<i64> = [least, most].into_iter().flatten().collect();
    integers.extend(least.map(|least| least.saturating_add(1)));
    integers.extend(most.map(|most| most.saturating_sub(1)));
    integers.extend([0, -1, 1, limit, -limit, -limit - 1]);
    if format != Some("int32") {
        integers.extend([limit + 1, limit * 2 + 2, SAFE, -SAFE]);
    }
    let step = schema.get("multipleOf").and_then(Value::as_i64).filter(|step| *step > 1).unwrap_or(1);
    for value in integers {
        let value = value - value.rem_euclid(step);
        // Without a format and limits the contract does not say how many bits an integer has.
        let within = format.is_some() || (least.is_some() && most.is_some());
        edges.push(Edge::new(value.to_string(), value).large(!within && value.abs() > limit));
    }
    if kind == "number" && step == 1 {
        edges.extend([0.5, -0.25, 1.0e-7, 1234.5678].map(|value| Edge::new(value.to_string(), json!(value))));
    }
}

#[cfg(test)]
mod tests {
    use super::super::edges;
    use serde_json::{Value, json};

    fn values(schema: &Value) -> Vec<Value> {
        edges(&json!({}), schema).into_iter().map(|edge| edge.value).collect()
    }

    #[test]
    fn an_integer_has_its_limits_and_what_a_format_allows() {
        let within = values(&json!({ "type": "integer", "minimum": 1, "maximum": 250_000_000_000_i64 }));
        for expected in [1_i64, 2, 250_000_000_000, 249_999_999_999, 2_147_483_647, 2_147_483_648, 4_294_967_296] {
            assert!(within.contains(&json!(expected)), "{expected} in {within:?}");
        }
        assert!(!within.contains(&json!(0)));

        let short = values(&json!({ "type": "integer", "format": "int32" }));
        assert!(short.contains(&json!(-2_147_483_648_i64)) && !short.contains(&json!(2_147_483_648_i64)));
    }

    #[test]
    fn multiples_and_exclusive_limits_are_respected() {
        let even = values(&json!({ "type": "integer", "multipleOf": 2, "exclusiveMinimum": 4, "maximum": 10 }));
        assert!(even.contains(&json!(6)) && even.contains(&json!(10)) && !even.contains(&json!(4)), "{even:?}");
    }
}
