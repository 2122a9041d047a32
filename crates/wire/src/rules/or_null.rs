//! Values that may be null.

use serde_json::Value;
use swagger::Nullable;

use super::{Rule, Violations};

/// Null, or a value that follows a rule. An absent value is not null: the rule validates it.
///
/// The messages: those of the rule.
#[derive(Debug, Clone, Copy)]
pub struct OrNull<R> {
    rule: R,
}

impl<R> OrNull<R> {
    /// Null, or a value that follows this rule.
    #[must_use]
    pub const fn new(rule: R) -> Self {
        Self { rule }
    }
}

impl<R: Rule> Rule for OrNull<R> {
    type Output = Nullable<R::Output>;

    fn check(&self, name: &str, value: Option<&Value>, violations: &mut Violations) -> Option<Self::Output> {
        match value {
            Some(Value::Null) => Some(Nullable::Null),
            value => self.rule.check(name, value, violations).map(Nullable::Present),
        }
    }
}
