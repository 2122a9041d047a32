//! Nested objects.

use std::marker::PhantomData;

use serde_json::Value;

use super::{FromObject, Rule, Violations};

/// A nested object of a contract type.
///
/// The messages: `must be an object`, or those of the object, each prefixed with `{name}.`.
#[derive(Debug, Clone, Copy)]
pub struct Nested<T>(PhantomData<T>);

impl<T> Nested<T> {
    /// An object of type `T`.
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
        let object = T::from_object(object, &mut found);
        let valid = found.is_empty();
        for message in found.into_vec() {
            violations.push(format!("{name}.{message}"));
        }
        object.filter(|_| valid)
    }
}
