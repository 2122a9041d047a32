//! Lists.

use std::borrow::Cow;
use std::slice;

use serde_json::Value;

use super::{Rule, Violations, is_empty};

/// How many members a list has.
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
        let members = value.and_then(Value::as_array).map(Vec::len);
        let Self { min_items: min, max_items: max, not_empty } = self;
        if *min > 0 && members.is_none_or(|members| members < *min) {
            violations.push(format!("{name} must contain at least {min} elements"));
        }
        if members.is_some_and(|members| members > *max) {
            violations.push(format!("{name} must contain no more than {max} elements"));
        }
        if *not_empty && is_empty(value) {
            violations.push(format!("{name} should not be empty"));
        }
    }
}

/// A list whose members keep a rule.
///
/// The messages, in order: `must contain at least {min} elements`, `must contain no more than {max} elements`,
/// `should not be empty`, those of the members (each once, named `each value in {name}`), `must be an array`.
#[derive(Debug, Clone, Copy)]
pub struct List<R> {
    size: Size,
    member: R,
}

impl<R> List<R> {
    /// Any list whose members keep this rule.
    #[must_use]
    pub const fn new(member: R) -> Self {
        Self { size: Size::ANY, member }
    }

    /// The fewest members.
    #[must_use]
    pub const fn min_items(mut self, members: usize) -> Self {
        self.size.min_items = members;
        self
    }

    /// The most members.
    #[must_use]
    pub const fn max_items(mut self, members: usize) -> Self {
        self.size.max_items = members;
        self
    }

    /// Says so when the list is absent, null or an empty string; the size of a list is another matter.
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
        let Some(Value::Array(members)) = value else {
            violations.push(format!("{name} must be an array"));
            return None;
        };
        let each = format!("each value in {name}");
        let mut outputs = Vec::with_capacity(members.len());
        let before_members = violations.len();
        for member in members {
            let mut found = Violations::new();
            outputs.extend(self.member.check(&each, Some(member), &mut found));
            violations.append_once(found, before_members);
        }
        (violations.len() == before).then_some(outputs)
    }

    fn value_of(&self, texts: &[Cow<'_, str>]) -> Value {
        texts.iter().map(|text| self.member.value_of(slice::from_ref(text))).collect()
    }
}
