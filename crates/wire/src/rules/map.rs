//! Objects with any keys, whose values follow a rule.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Rule, Violations};

/// An object with values of one type under any keys.
///
/// The messages: `must be an object`, or those of the values (each once, named `each value in {name}`).
#[derive(Debug, Clone, Copy)]
pub struct Map<R> {
    value: R,
}

impl<R> Map<R> {
    /// Any object whose values follow this rule.
    #[must_use]
    pub const fn new(value: R) -> Self {
        Self { value }
    }
}

impl<R: Rule> Rule for Map<R> {
    type Output = BTreeMap<String, R::Output>;

    fn check(&self, name: &str, value: Option<&Value>, violations: &mut Violations) -> Option<Self::Output> {
        let Some(Value::Object(entries)) = value else {
            violations.push(format!("{name} must be an object"));
            return None;
        };
        let before = violations.len();
        let each = format!("each value in {name}");
        let mut outputs = BTreeMap::new();
        for (key, value) in entries {
            let mut found = Violations::new();
            outputs.extend(self.value.check(&each, Some(value), &mut found).map(|output| (key.clone(), output)));
            violations.append_once(found, before);
        }
        (violations.len() == before).then_some(outputs)
    }
}
