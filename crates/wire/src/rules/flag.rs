//! Booleans.

use serde_json::Value;

use super::{Rule, Violations};

/// A boolean, or the string `true` or `false`, since forms contain only strings.
///
/// The message: `must be a boolean value`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Flag;

impl Flag {
    /// Any boolean.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }
}

impl Rule for Flag {
    type Output = bool;

    fn check(&self, name: &str, value: Option<&Value>, violations: &mut Violations) -> Option<bool> {
        let flag = match value {
            Some(Value::Bool(flag)) => Some(*flag),
            Some(Value::String(text)) => text.parse().ok(),
            _ => None,
        };
        if flag.is_none() {
            violations.push(format!("{name} must be a boolean value"));
        }
        flag
    }
}
