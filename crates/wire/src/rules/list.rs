//! Lists.

use std::borrow::Cow;
use std::slice;

use serde_json::Value;

use super::{Rule, Violations, is_empty};

/// The size limits of a list.
///
/// The messages, in order: `must contain at least {min} elements`, `must contain no more than {max} elements`,
/// `should not be empty`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub(super) min_items: usize,
    pub(super) max_items: usize,
    pub(super) not_empty: bool,
}

impl Size {
    pub(super) const ANY: Self = Self { min_items: 0, max_items: usize::MAX, not_empty: false };

    pub(super) fn check(&self, name: &str, value: Option<&Value>, violations: &mut Violations) {
        let items = value.and_then(Value::as_array).map(Vec::len);
        let Self { min_items: min, max_items: max, not_empty } = self;
        if *min > 0 && items.is_none_or(|items| items < *min) {
            violations.push(format!("{name} must contain at least {min} elements"));
        }
        if items.is_some_and(|items| items > *max) {
            violations.push(format!("{name} must contain no more than {max} elements"));
        }
        if *not_empty && is_empty(value) {
            violations.push(format!("{name} should not be empty"));
        }
    }
}

/// A list whose items follow a rule.
///
/// The messages, in order: `must contain at least {min} elements`, `must contain no more than {max} elements`,
/// `should not be empty`, those of the items (each once, named `each value in {name}`), `must be an array`.
#[derive(Debug, Clone, Copy)]
pub struct List<R> {
    size: Size,
    item: R,
}

impl<R> List<R> {
    /// Any list whose items follow this rule.
    #[must_use]
    pub const fn new(item: R) -> Self {
        Self { size: Size::ANY, item }
    }

    /// The minimum number of items.
    #[must_use]
    pub const fn min_items(mut self, items: usize) -> Self {
        self.size.min_items = items;
        self
    }

    /// The maximum number of items.
    #[must_use]
    pub const fn max_items(mut self, items: usize) -> Self {
        self.size.max_items = items;
        self
    }

    /// Reports `should not be empty` for an absent value, null and an empty string, but not for an empty list.
    #[must_use]
    pub const fn not_empty(mut self) -> Self {
        self.size.not_empty = true;
        self
    }
}

impl<R: Rule> Rule for List<R> {
    type Output = Vec<R::Output>;

    fn check(&self, name: &str, value: Option<&Value>, violations: &mut Violations) -> Option<Self::Output> {
        let before = violations.len();
        self.size.check(name, value, violations);
        let Some(Value::Array(items)) = value else {
            violations.push(format!("{name} must be an array"));
            return None;
        };
        let each = format!("each value in {name}");
        let mut outputs = Vec::with_capacity(items.len());
        let before_items = violations.len();
        for item in items {
            let mut found = Violations::new();
            outputs.extend(self.item.check(&each, Some(item), &mut found));
            violations.append_once(found, before_items);
        }
        (violations.len() == before).then_some(outputs)
    }

    fn value_from_texts(&self, texts: &[Cow<'_, str>]) -> Value {
        texts.iter().map(|text| self.item.value_from_texts(slice::from_ref(text))).collect()
    }
}
