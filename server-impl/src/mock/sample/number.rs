//! Numbers within their bounds.

use super::draw::Draw;
use serde_json::{Number, Value};

/// The distance between the bounds when the contract declares at most one.
const USUAL_SPAN: i64 = 100;

/// An integer that the schema allows.
pub(super) fn integer(schema: &Value, draw: Draw) -> Value {
    let exclusive = |keyword: &str| i64::from(schema.get(keyword).and_then(Value::as_bool) == Some(true));
    let lowest = bound(schema, "minimum").map(|minimum| minimum.saturating_add(exclusive("exclusiveMinimum")));
    let highest = bound(schema, "maximum").map(|maximum| maximum.saturating_sub(exclusive("exclusiveMaximum")));
    let (lowest, highest) = match (lowest, highest) {
        (Some(lowest), Some(highest)) => (lowest, highest),
        (Some(lowest), None) => (lowest, lowest.saturating_add(USUAL_SPAN)),
        (None, Some(highest)) if highest < USUAL_SPAN => (highest.saturating_sub(USUAL_SPAN), highest),
        (None, Some(highest)) => (0, highest),
        (None, None) => (0, USUAL_SPAN),
    };
    let step = schema.get("multipleOf").and_then(Value::as_i64).filter(|step| *step > 0).unwrap_or(1);
    // The first multiple that is not below `lowest`.
    let first = lowest.saturating_add((-lowest).rem_euclid(step));
    let steps = highest.saturating_sub(first).max(0) / step;
    let chosen = i64::try_from(draw.below(steps.unsigned_abs().saturating_add(1))).unwrap_or_default();
    first.saturating_add(chosen.saturating_mul(step)).into()
}

/// A number that the schema allows, rounded to two decimals if that is within the bounds.
pub(super) fn number(schema: &Value, draw: Draw) -> Value {
    let bound = |keyword: &str| schema.get(keyword).and_then(Value::as_f64);
    let span = 100.0;
    let (lowest, highest) = match (bound("minimum"), bound("maximum")) {
        (Some(lowest), Some(highest)) => (lowest, highest),
        (Some(lowest), None) => (lowest, lowest + span),
        (None, Some(highest)) => (highest - span, highest),
        (None, None) => (0.0, span),
    };
    // Never equal to a bound, which may be exclusive.
    let share = f64::from(u32::try_from(draw.below(997)).unwrap_or_default() + 1) / 998.0;
    let exact = lowest + (highest - lowest) * share;
    let value = match bound("multipleOf") {
        Some(step) if step > 0.0 => ((exact / step).floor() * step).max((lowest / step).ceil() * step),
        _ => {
            let rounded = (exact * 100.0).round() / 100.0;
            if rounded > lowest && rounded < highest { rounded } else { exact }
        }
    };
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}

/// A bound for integers; a fractional bound is rounded inward.
#[allow(clippy::cast_possible_truncation, reason = "a bound beyond the range saturates")]
fn bound(schema: &Value, keyword: &str) -> Option<i64> {
    let bound = schema.get(keyword)?;
    bound.as_i64().or_else(|| {
        let fractional = bound.as_f64()?;
        Some(if keyword == "minimum" { fractional.ceil() } else { fractional.floor() } as i64)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn draws() -> impl Iterator<Item = Draw> {
        (0..200).map(|seed| Draw::new(seed, "n"))
    }

    #[test]
    fn given_bounds_then_integers_are_within_them_and_reach_both() {
        let schema = json!({"minimum": -2, "maximum": 2});
        let found: std::collections::BTreeSet<i64> =
            draws().filter_map(|draw| integer(&schema, draw).as_i64()).collect();
        assert_eq!(found.into_iter().collect::<Vec<_>>(), [-2, -1, 0, 1, 2]);
    }

    #[test]
    fn given_exclusive_or_fractional_bounds_and_steps_then_integers_respect_them() {
        for (schema, allowed) in [
            (json!({"minimum": 1, "exclusiveMinimum": true, "maximum": 3, "exclusiveMaximum": true}), vec![2]),
            (json!({"minimum": 0.5, "maximum": 1.5}), vec![1]),
            (json!({"minimum": -7, "maximum": 7, "multipleOf": 5}), vec![-5, 0, 5]),
            (json!({"minimum": 9, "maximum": 9}), vec![9]),
        ] {
            for draw in draws() {
                let value = integer(&schema, draw).as_i64().unwrap();
                assert!(allowed.contains(&value), "{value} for {schema}");
            }
        }
    }

    #[test]
    fn given_one_bound_or_none_then_integers_are_within_a_hundred_of_it() {
        for draw in draws() {
            let at_least = integer(&json!({"minimum": 1000}), draw).as_i64().unwrap();
            assert!((1000..=1100).contains(&at_least), "{at_least}");
            let at_most = integer(&json!({"maximum": -5}), draw).as_i64().unwrap();
            assert!((-105..=-5).contains(&at_most), "{at_most}");
            let any = integer(&json!({}), draw).as_i64().unwrap();
            assert!((0..=100).contains(&any), "{any}");
        }
    }

    #[test]
    fn given_bounds_and_steps_then_numbers_respect_them() {
        for draw in draws() {
            let inside = number(&json!({"minimum": 0, "maximum": 0.01}), draw).as_f64().unwrap();
            assert!(inside > 0.0 && inside < 0.01, "{inside}");
            let stepped = number(&json!({"minimum": 0.1, "maximum": 2, "multipleOf": 0.5}), draw).as_f64().unwrap();
            assert!([0.5, 1.0, 1.5].contains(&stepped), "{stepped}");
        }
    }
}
