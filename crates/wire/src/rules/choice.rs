//! Enumerations.

use std::borrow::Cow;
use std::marker::PhantomData;

use serde_json::Value;

use super::list::Size;
use super::{Rule, Violations};

/// An enumeration of the contract: a string out of a fixed set.
pub trait Choice: Sized + Copy + 'static {
    /// All values, in the contract's order.
    const ALL: &'static [Self];

    /// The strings of the values, in the same order.
    const TEXTS: &'static [&'static str];

    /// The string of the value.
    fn as_str(&self) -> &'static str;

    /// The value of this string; case matters.
    fn from_wire(text: &str) -> Option<Self> {
        Self::ALL.get(position(Self::TEXTS, text)?).copied()
    }
}

/// The position of a text in a list. Not inlined: with constant texts the loop would be unrolled into hundreds of
/// comparisons, which take the compiler minutes to optimize.
#[inline(never)]
fn position(texts: &[&str], text: &str) -> Option<usize> {
    texts.iter().position(|candidate| *candidate == text)
}

fn parse<E: Choice>(value: &Value) -> Option<E> {
    value.as_str().and_then(E::from_wire)
}

fn allowed_values<E: Choice>() -> String {
    E::TEXTS.join(", ")
}

/// One value of an enumeration.
///
/// The message: `must be one of the following values: {values}`.
#[derive(Debug, Clone, Copy)]
pub struct OneOf<E>(PhantomData<E>);

impl<E> OneOf<E> {
    /// Any value of the enumeration.
    #[must_use]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<E> Default for OneOf<E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E: Choice> Rule for OneOf<E> {
    type Output = E;

    fn check(&self, name: &str, value: Option<&Value>, violations: &mut Violations) -> Option<E> {
        let choice = value.and_then(parse);
        if choice.is_none() {
            let values = allowed_values::<E>();
            violations.push(format!("{name} must be one of the following values: {values}"));
        }
        choice
    }
}

/// A list of values of an enumeration; order and repetitions are kept.
///
/// The messages, in order: those about the size (see [`List`](super::List)), then `each value in {name} must be one of
/// the following values: {values}`, which is reported for a list with an invalid item and for a value that is neither a
/// list nor in the set. A single value of the set is not a list: it violates the minimum, or is reported as `must be an
/// array`.
#[derive(Debug, Clone, Copy)]
pub struct Choices<E> {
    size: Size,
    choice: PhantomData<E>,
}

impl<E> Choices<E> {
    /// Any list of values of the enumeration.
    #[must_use]
    pub const fn new() -> Self {
        Self { size: Size::ANY, choice: PhantomData }
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

impl<E> Default for Choices<E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E: Choice> Rule for Choices<E> {
    type Output = Vec<E>;

    fn check(&self, name: &str, value: Option<&Value>, violations: &mut Violations) -> Option<Vec<E>> {
        let before = violations.len();
        self.size.check(name, value, violations);
        let choices = match value {
            Some(Value::Array(items)) => items.iter().map(parse).collect(),
            _ => None,
        };
        if choices.is_none() && value.and_then(parse::<E>).is_none() {
            let values = allowed_values::<E>();
            violations.push(format!("each value in {name} must be one of the following values: {values}"));
        }
        if choices.is_none() && violations.len() == before {
            violations.push(format!("{name} must be an array"));
        }
        choices.filter(|_| violations.len() == before)
    }

    fn value_from_texts(&self, texts: &[Cow<'_, str>]) -> Value {
        texts.iter().map(|text| Value::from(text.as_ref())).collect()
    }
}
