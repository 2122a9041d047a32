//! The second contract, changed.

use immich_contract::generate::{Layout, read_effective};
use immich_contract::{Annotated, Refusal, annotate};
use serde_json::Value;
use std::path::Path;
use std::sync::LazyLock;

static SECOND: LazyLock<Value> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    read_effective(&Layout::of_crate(root, &root.join("tests/second-contract"))).unwrap()
});

/// The second contract with changes.
pub(crate) struct Changed(Value);

/// The second contract as it is.
pub(crate) fn contract() -> Changed {
    Changed(SECOND.clone())
}

/// A contract in which one value is another.
pub(crate) fn with(pointer: &str, value: Value) -> Changed {
    contract().with(pointer, value)
}

/// A contract in which one value is gone.
pub(crate) fn without(pointer: &str) -> Changed {
    contract().without(pointer)
}

impl Changed {
    /// Sets a value; its parent must be there.
    pub(crate) fn with(mut self, pointer: &str, value: Value) -> Self {
        let (parent, key) = split(pointer);
        match self.0.pointer_mut(parent) {
            Some(Value::Object(map)) => drop(map.insert(key, value)),
            Some(Value::Array(list)) => match key.parse::<usize>() {
                Ok(index) if index < list.len() => list[index] = value,
                _ => list.push(value),
            },
            _ => panic!("nothing at {parent}"),
        }
        self
    }

    pub(crate) fn without(mut self, pointer: &str) -> Self {
        let (parent, key) = split(pointer);
        let removed = match self.0.pointer_mut(parent) {
            Some(Value::Object(map)) => map.shift_remove(&key),
            Some(Value::Array(list)) => Some(list.remove(key.parse().unwrap())),
            _ => None,
        };
        assert!(removed.is_some(), "nothing at {pointer}");
        self
    }

    /// Exactly this is refused: the places and what was found there, in any order.
    #[track_caller]
    pub(crate) fn refuses(self, expected: &[(&str, &str)]) {
        let Err(refusals) = annotate(&self.0) else { panic!("nothing was refused") };
        for Refusal { pointer, found, advice } in &refusals {
            assert!(pointer.is_empty() || pointer.starts_with('/'), "no pointer: {pointer}");
            assert!(!found.is_empty() && !advice.is_empty() && !format!("{found}{advice}").contains('\n'), "{pointer}");
        }
        let mut found: Vec<(&str, &str)> =
            refusals.iter().map(|refusal| (refusal.pointer.as_str(), refusal.found.as_str())).collect();
        let mut expected = expected.to_vec();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected);
    }

    /// Nothing is refused.
    #[track_caller]
    pub(crate) fn accepts(self) -> Annotated {
        annotate(&self.0).unwrap_or_else(|refusals| panic!("{refusals:#?}"))
    }
}

fn split(pointer: &str) -> (&str, String) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    (parent, key.replace("~1", "/").replace("~0", "~"))
}

#[test]
fn the_second_contract_itself_accepts() {
    let Annotated { facts, .. } = contract().accepts();
    assert_eq!(facts["count"], 18);
}
