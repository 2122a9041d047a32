//! Validation rules for fields and parameters, with the messages of upstream, word for word and in the same order.
//!
//! A generated type implements [`FromObject`]: it reads each of its fields with [`Fields`] and a [`Rule`], which checks a
//! JSON value and converts it. All [`Violations`] of a body are reported together, field by field in the contract's
//! order.
//!
//! - Values are not coerced unless a rule documents it, nothing is trimmed, and unknown fields are ignored.
//! - An optional field may be absent; it may be null only if its rule is [`OrNull`].
//! - Lower bounds are also reported for absent values and values of the wrong type, as in upstream. Upper bounds do not
//!   exist in upstream's rules and are reported only for values that have a size.

mod any;
mod choice;
mod date_time;
mod email;
mod flag;
mod list;
mod map;
mod nested;
mod number;
mod or_null;
mod text;
mod union;
mod uuid_text;

use std::borrow::Cow;

use serde_json::Value;

use crate::body::Object;

pub use any::{AnyObject, AnyValue};
pub use choice::{Choice, Choices, OneOf};
pub use date_time::{DateTime, Day};
pub use email::{Email, is_email};
pub use flag::Flag;
pub use list::List;
pub use map::Map;
pub use nested::Nested;
pub use number::{Int32, Integer, Number};
pub use or_null::OrNull;
pub use text::{SecretText, Text};
pub use union::{tag, unknown_tag};
pub use uuid_text::{UuidText, parse_uuid_v4};

/// Validation messages for the client, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Violations(Vec<String>);

impl Violations {
    /// No violations.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a message.
    pub fn push(&mut self, message: String) {
        self.0.push(message);
    }

    /// Whether there is no violation.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The messages.
    #[must_use]
    pub fn into_vec(self) -> Vec<String> {
        self.0
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    /// Adds the messages that do not occur yet from index `start` on.
    fn append_once(&mut self, found: Self, start: usize) {
        for message in found.0 {
            if !self.0.iter().skip(start).any(|known| *known == message) {
                self.0.push(message);
            }
        }
    }
}

/// Validates a JSON value and converts it.
pub trait Rule {
    /// The type of a valid value.
    type Output;

    /// Validates a value (`None` if it is absent), which messages call `name`.
    ///
    /// Returns `None` exactly if it added a violation.
    fn check(&self, name: &str, value: Option<&Value>, violations: &mut Violations) -> Option<Self::Output>;

    /// The JSON value of a parameter: paths, queries and headers contain only text.
    ///
    /// One text is a string; several are a list, which rules for single values reject. Rules for numbers parse the syntax
    /// of JSON, rules for lists accept one text as a list with one item.
    fn value_from_texts(&self, texts: &[Cow<'_, str>]) -> Value {
        match texts {
            [text] => Value::from(text.as_ref()),
            several => several.iter().map(|text| Value::from(text.as_ref())).collect(),
        }
    }
}

/// Reads the fields of an object, one call per field, in the order in which violations are reported.
///
/// A call returns `None` exactly if it added a violation. Read all fields before returning on a `None`, so that all
/// violations are reported.
#[derive(Debug)]
pub struct Fields<'a> {
    object: &'a Object,
    violations: &'a mut Violations,
}

impl<'a> Fields<'a> {
    /// Reads from `object`, reports to `violations`.
    pub fn new(object: &'a Object, violations: &'a mut Violations) -> Self {
        Self { object, violations }
    }

    /// A required field.
    pub fn required<R: Rule>(&mut self, name: &'static str, rule: &R) -> Option<R::Output> {
        rule.check(name, self.object.get(name), self.violations)
    }

    /// An optional field; `Some(None)` if it is absent. Null is not absent.
    #[allow(clippy::option_option, reason = "the outer option means valid, the inner one present")]
    pub fn optional<R: Rule>(&mut self, name: &'static str, rule: &R) -> Option<Option<R::Output>> {
        match self.object.get(name) {
            None => Some(None),
            value => rule.check(name, value, self.violations).map(Some),
        }
    }
}

/// A type of the contract that can be read from the fields of an object.
pub trait FromObject: Sized {
    /// Reads the fields with [`Fields`]; returns `None` exactly if it added a violation.
    fn from_object(object: &Object, violations: &mut Violations) -> Option<Self>;
}

/// Reads and validates a type of the contract from the fields of a body.
///
/// # Errors
/// The messages of all violations, in order.
pub fn read_object<T: FromObject>(object: &Object) -> Result<T, Vec<String>> {
    let mut violations = Violations::new();
    match T::from_object(object, &mut violations) {
        Some(value) if violations.is_empty() => Ok(value),
        _ => Err(violations.into_vec()),
    }
}

/// Whether a value violates upstream's "should not be empty".
fn is_empty(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.is_empty(),
        Some(_) => false,
    }
}

#[cfg(test)]
mod tests;
