//! Rules for the fields of a request, with the messages clients of upstream know, word for word and in their order.
//!
//! All violations of a body are reported together, field by field in the contract's order. Nothing is coerced but what
//! a rule says, nothing is trimmed, and unknown fields are ignored: nobody asks for them.
//!
//! An absent field and an explicit `null` are different things: only the absent one is optional.
//!
//! Lower bounds are reported for absent and wrongly typed values too, as upstream does. Upper bounds are the
//! contract's own addition and are reported only for a value that has a size.

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

/// The messages for the client, in order.
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

    /// Whether nothing was violated.
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

    /// Adds those messages that have not been added since there were `start` of them.
    fn append_once(&mut self, found: Self, start: usize) {
        for message in found.0 {
            if !self.0.iter().skip(start).any(|known| *known == message) {
                self.0.push(message);
            }
        }
    }
}

/// What a value must be, and what it becomes.
pub trait Rule {
    /// The value once it is checked.
    type Output;

    /// Checks a value (`None` stands for an absent one) and names it in the messages.
    ///
    /// Gives `None` exactly if it added a violation.
    fn check(&self, name: &str, value: Option<&Value>, violations: &mut Violations) -> Option<Self::Output>;

    /// The value that is meant where a request carries nothing but texts: in its path, its query and its headers.
    ///
    /// One text is itself, several are a list, which a rule for a single value refuses. Rules for numbers read a
    /// number as JSON writes it, rules for lists take one text for a list of one.
    fn value_of(&self, texts: &[Cow<'_, str>]) -> Value {
        match texts {
            [text] => Value::from(text.as_ref()),
            several => several.iter().map(|text| Value::from(text.as_ref())).collect(),
        }
    }
}

/// Reads the fields of an object, one call per field, in the order their violations are to be reported.
///
/// Each call gives `None` exactly if it added a violation. Read all fields before giving up on one.
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

    /// A field that must be there.
    pub fn required<R: Rule>(&mut self, name: &'static str, rule: &R) -> Option<R::Output> {
        rule.check(name, self.object.get(name), self.violations)
    }

    /// A field that may be absent (`Some(None)`), but not null.
    #[allow(clippy::option_option, reason = "the outer one says valid, the inner one present")]
    pub fn optional<R: Rule>(&mut self, name: &'static str, rule: &R) -> Option<Option<R::Output>> {
        match self.object.get(name) {
            None => Some(None),
            value => rule.check(name, value, self.violations).map(Some),
        }
    }
}

/// A type of the contract that can be read from the fields of an object.
pub trait FromObject: Sized {
    /// Reads the fields with [`Fields`]; gives `None` exactly if it added a violation.
    fn from_object(object: &Object, violations: &mut Violations) -> Option<Self>;
}

/// Reads a type of the contract from a body.
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

/// Whether upstream's "should not be empty" applies.
fn is_empty(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.is_empty(),
        Some(_) => false,
    }
}

#[cfg(test)]
mod tests;
