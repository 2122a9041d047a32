//! Objects within objects.

use std::marker::PhantomData;

use serde_json::Value;

use super::{FromObject, Rule, Violations};

/// An object of another type of the contract.
///
/// The messages: `must be an object`, or those of the object, each after `{name}.`.
#[derive(Debug, Clone, Copy)]
pub struct Nested<T>(PhantomData<T>);

impl<T> Nested<T> {
    /// An object that can be read as a `T`.
    #[must_use]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T> Default for Nested<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: FromObject> Rule for Nested<T> {
    type Output = T;

    fn check(&self, name: &str, value: Option<&Value>, violations: &mut Violations) -> Option<T> {
        let Some(Value::Object(object)) = value else {
            violations.push(format!("{name} must be an object"));
            return None;
        };
        let mut found = Violations::new();
        let outcome = T::from_object(object, &mut found);
        let valid = found.is_empty();
        for message in found.into_vec() {
            violations.push(format!("{name}.{message}"));
        }
        outcome.filter(|_| valid)
    }
}
