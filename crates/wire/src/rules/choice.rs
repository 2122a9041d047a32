//! Values out of a fixed set.

use std::borrow::Cow;
use std::marker::PhantomData;

use serde_json::Value;

use super::list::Size;
use super::{Rule, Violations};

/// An enumeration of the contract.
pub trait Choice: Sized + Copy + 'static {
    /// All values, in the contract's order.
    const ALL: &'static [Self];

    /// The values as they are written on the wire, in the same order.
    const TEXTS: &'static [&'static str];

    /// The value as it is written on the wire.
    fn as_str(&self) -> &'static str;

    /// The value that is written so, letter by letter.
    fn from_wire(text: &str) -> Option<Self> {
        Self::ALL.get(position(Self::TEXTS, text)?).copied()
    }
}

/// Where a text is among others. Not inlined: with the texts known, it becomes one comparison after the other, and the
/// compiler takes minutes to look whether one of them says something about the next.
#[inline(never)]
fn position(texts: &[&str], text: &str) -> Option<usize> {
    texts.iter().position(|one| *one == text)
}

fn chosen<E: Choice>(value: &Value) -> Option<E> {
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
        let choice = value.and_then(chosen);
        if choice.is_none() {
            let values = allowed_values::<E>();
            violations.push(format!("{name} must be one of the following values: {values}"));
        }
        choice
    }
}

/// A list of values of an enumeration; order and repetitions are kept.
///
/// The messages, in order: those of size (see [`List`](super::List)), `each value in {name} must be one of the
/// following values: {values}`. The last one is for a list with another member, and for a single value outside the
/// set; a single value of the set is no list either, and is refused by the minimum, or as `must be an array`.
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
            Some(Value::Array(members)) => members.iter().map(chosen).collect(),
            _ => None,
        };
        if choices.is_none() && value.and_then(chosen::<E>).is_none() {
            let values = allowed_values::<E>();
            violations.push(format!("each value in {name} must be one of the following values: {values}"));
        }
        if choices.is_none() && violations.len() == before {
            violations.push(format!("{name} must be an array"));
        }
        choices.filter(|_| violations.len() == before)
    }

    fn value_of(&self, texts: &[Cow<'_, str>]) -> Value {
        texts.iter().map(|text| Value::from(text.as_ref())).collect()
    }
}
