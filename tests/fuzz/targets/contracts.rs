//! Contracts: a contract that was changed in one place is either refused with a reason or read, and differs from itself
//! in nothing.
//!
//! The first two bytes of an input choose a place in a small contract; the rest is the JSON that replaces it.

#![no_main]

use std::sync::LazyLock;

use immich_contract::{annotate, diff};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

static CONTRACT: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../second-contract/openapi.json")).expect("the second contract is JSON")
});

/// Every place in it.
static PLACES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut places = Vec::new();
    collect(&CONTRACT, String::new(), &mut places);
    places
});

fuzz_target!(|data: &[u8]| {
    let Some((choice, replacement)) = data.split_at_checked(2) else { return };
    let Ok(replacement) = serde_json::from_slice::<Value>(replacement) else { return };
    let choice = usize::from(u16::from_be_bytes([choice[0], choice[1]]));
    let place = &PLACES[choice % PLACES.len()];
    let mut changed = CONTRACT.clone();
    *changed.pointer_mut(place).expect("collected from the contract") = replacement;

    match annotate(&changed) {
        Ok(annotated) => {
            let again = annotate(&changed).expect("the same contract");
            assert_eq!(annotated.facts, again.facts);
            assert!(annotated.document().is_object());
        }
        Err(refusals) => assert!(!refusals.is_empty(), "a contract is refused without a reason: {place}"),
    }
    assert_eq!(diff::compare(&changed, &changed).findings().count(), 0, "{place}");
    // What differs is reported without an error, in both directions.
    let _ = diff::compare(&CONTRACT, &changed).verdict();
    let _ = diff::compare(&changed, &CONTRACT).verdict();
    let _ = immich_conform::Contract::parse(&changed.to_string());
});

fn collect(value: &Value, place: String, places: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            for (name, inner) in object {
                collect(inner, format!("{place}/{}", immich_contract::escape(name)), places);
            }
        }
        Value::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                collect(inner, format!("{place}/{index}"), places);
            }
        }
        _ => {}
    }
    places.push(place);
}
