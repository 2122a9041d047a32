//! Values and objects of any shape.

use serde_json::Value;

use super::{Rule, Violations};
use crate::body::Object;

/// Any JSON value, null included.
///
/// The message: `should not be null or undefined`, for an absent value.
#[derive(Debug, Clone, Copy, Default)]
pub struct AnyValue;

impl AnyValue {
    /// Any value.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }
}

impl Rule for AnyValue {
    type Output = Value;

    fn check(&self, name: &str, value: Option<&Value>, violations: &mut Violations) -> Option<Value> {
        if value.is_none() {
            violations.push(format!("{name} should not be null or undefined"));
        }
        value.cloned()
    }
}

/// Any JSON object.
///
/// The message: `must be an object`.
#[derive(Debug, Clone, Copy, Default)]
pub struct AnyObject;

impl AnyObject {
    /// Any object.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }
}

impl Rule for AnyObject {
    type Output = Object;

    fn check(&self, name: &str, value: Option<&Value>, violations: &mut Violations) -> Option<Object> {
        let object = value.and_then(Value::as_object);
        if object.is_none() {
            violations.push(format!("{name} must be an object"));
        }
        object.cloned()
    }
}
