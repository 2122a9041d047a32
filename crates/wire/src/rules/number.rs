//! Numbers.

use std::borrow::Cow;

use serde_json::{Number as JsonNumber, Value};

use super::{Rule, Violations};

/// A whole number; `60.0` and `6e1` are whole numbers too.
///
/// The messages, in order: for a minimum of 1 `must be a positive number`, for another one `must not be less than
/// {min}`; `must not be greater than {max}`; `must be an integer number`. The bounds of `i64` always apply.
#[derive(Debug, Clone, Copy, Default)]
pub struct Integer {
    minimum: Option<i64>,
    maximum: Option<i64>,
}

impl Integer {
    /// Any whole number that fits into an `i64`.
    #[must_use]
    pub const fn new() -> Self {
        Self { minimum: None, maximum: None }
    }

    /// The minimum.
    #[must_use]
    pub const fn minimum(mut self, minimum: i64) -> Self {
        self.minimum = Some(minimum);
        self
    }

    /// The maximum.
    #[must_use]
    pub const fn maximum(mut self, maximum: i64) -> Self {
        self.maximum = Some(maximum);
        self
    }
}

impl Rule for Integer {
    type Output = i64;

    fn check(&self, name: &str, value: Option<&Value>, violations: &mut Violations) -> Option<i64> {
        let before = violations.len();
        let amount = match value {
            Some(Value::Number(number)) => Amount::of(number),
            _ => None,
        };
        match self.minimum {
            // 0.5 is below the minimum but positive; it is reported as not an integer instead.
            Some(1) if amount.is_none_or(|amount| !amount.is_positive()) => {
                violations.push(format!("{name} must be a positive number"));
            }
            Some(1) => {}
            Some(minimum) if amount.is_none_or(|amount| amount.is_below(minimum)) => {
                violations.push(format!("{name} must not be less than {minimum}"));
            }
            None if amount.is_some_and(|amount| amount.is_below(i64::MIN)) => {
                violations.push(format!("{name} must not be less than {}", i64::MIN));
            }
            _ => {}
        }
        let maximum = self.maximum.unwrap_or(i64::MAX);
        if amount.is_some_and(|amount| amount.is_above(maximum)) {
            violations.push(format!("{name} must not be greater than {maximum}"));
        }
        let whole = match amount {
            Some(Amount::Whole(whole)) => Some(whole),
            // Whole numbers, already reported as out of bounds.
            Some(Amount::BelowAll | Amount::AboveAll) => None,
            Some(Amount::Fraction { .. }) | None => {
                violations.push(format!("{name} must be an integer number"));
                None
            }
        };
        whole.filter(|_| violations.len() == before)
    }

    fn value_from_texts(&self, texts: &[Cow<'_, str>]) -> Value {
        number_from_texts(texts)
    }
}

/// A whole number that fits into an `i32`; the messages are those of [`Integer`] with the bounds of `i32`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Int32(Integer);

impl Int32 {
    /// Any whole number that fits into an `i32`.
    #[must_use]
    pub const fn new() -> Self {
        Self(Integer::new())
    }

    /// The minimum.
    #[must_use]
    pub const fn minimum(self, minimum: i64) -> Self {
        Self(self.0.minimum(minimum))
    }

    /// The maximum.
    #[must_use]
    pub const fn maximum(self, maximum: i64) -> Self {
        Self(self.0.maximum(maximum))
    }

    /// Adds the bounds of `i32`. For an absent value only a bound of the contract is reported, not the one of `i32`.
    fn bounds(self, value: Option<&Value>) -> Integer {
        let (least, greatest) = (i64::from(i32::MIN), i64::from(i32::MAX));
        let is_number = value.is_some_and(Value::is_number);
        let Integer { minimum, maximum } = self.0;
        Integer {
            minimum: minimum.map(|minimum| minimum.max(least)).or(is_number.then_some(least)),
            maximum: Some(maximum.map_or(greatest, |maximum| maximum.min(greatest))),
        }
    }
}

impl Rule for Int32 {
    type Output = i32;

    fn check(&self, name: &str, value: Option<&Value>, violations: &mut Violations) -> Option<i32> {
        let whole = self.bounds(value).check(name, value, violations)?;
        i32::try_from(whole).ok()
    }

    fn value_from_texts(&self, texts: &[Cow<'_, str>]) -> Value {
        number_from_texts(texts)
    }
}

/// Parses a number in the syntax of JSON: no plus sign, no leading zero, no white space, a dot for fractions. Any other
/// text stays a string, which rules for numbers reject.
fn number_from_texts(texts: &[Cow<'_, str>]) -> Value {
    match texts {
        // The parser would accept white space around the number.
        [text] if text.trim() == text.as_ref() => match serde_json::from_str::<JsonNumber>(text) {
            Ok(number) => Value::Number(number),
            Err(_) => Value::from(text.as_ref()),
        },
        several => several.iter().map(|text| Value::from(text.as_ref())).collect(),
    }
}

/// A JSON number relative to the range of `i64`.
#[derive(Clone, Copy)]
enum Amount {
    Whole(i64),
    /// Between `floor` and `floor + 1`.
    Fraction {
        floor: i64,
    },
    BelowAll,
    AboveAll,
}

impl Amount {
    /// 2^63, the smallest double above `i64::MAX`. Whole doubles below it convert to `i64` exactly.
    const BOUND: f64 = 9_223_372_036_854_775_808.0;

    fn of(number: &JsonNumber) -> Option<Self> {
        if let Some(whole) = number.as_i64() {
            return Some(Self::Whole(whole));
        }
        if number.is_u64() {
            return Some(Self::AboveAll);
        }
        let double = number.as_f64()?;
        if double >= Self::BOUND {
            return Some(Self::AboveAll);
        }
        if double < -Self::BOUND {
            return Some(Self::BelowAll);
        }
        #[allow(clippy::cast_possible_truncation, reason = "whole, and within the bounds just checked")]
        let floor = double.floor() as i64;
        Some(if double.fract() == 0.0 { Self::Whole(floor) } else { Self::Fraction { floor } })
    }

    fn is_positive(self) -> bool {
        match self {
            Self::Whole(whole) => whole > 0,
            Self::Fraction { floor } => floor >= 0,
            Self::BelowAll => false,
            Self::AboveAll => true,
        }
    }

    fn is_below(self, minimum: i64) -> bool {
        match self {
            Self::Whole(number) | Self::Fraction { floor: number } => number < minimum,
            Self::BelowAll => true,
            Self::AboveAll => false,
        }
    }

    fn is_above(self, maximum: i64) -> bool {
        match self {
            Self::Whole(whole) => whole > maximum,
            Self::Fraction { floor } => floor >= maximum,
            Self::BelowAll => false,
            Self::AboveAll => true,
        }
    }
}

/// A number that may have a fraction.
///
/// The messages, in order: `must not be less than {min}`, `must not be greater than {max}`, `must be a number
/// conforming to the specified constraints`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Number {
    minimum: Option<f64>,
    maximum: Option<f64>,
}

impl Number {
    /// Any number.
    #[must_use]
    pub const fn new() -> Self {
        Self { minimum: None, maximum: None }
    }

    /// The minimum.
    #[must_use]
    pub const fn minimum(mut self, minimum: f64) -> Self {
        self.minimum = Some(minimum);
        self
    }

    /// The maximum.
    #[must_use]
    pub const fn maximum(mut self, maximum: f64) -> Self {
        self.maximum = Some(maximum);
        self
    }
}

impl Rule for Number {
    type Output = f64;

    fn check(&self, name: &str, value: Option<&Value>, violations: &mut Violations) -> Option<f64> {
        let before = violations.len();
        let number = value.and_then(Value::as_f64);
        if let Some(minimum) = self.minimum
            && number.is_none_or(|number| number < minimum)
        {
            violations.push(format!("{name} must not be less than {minimum}"));
        }
        if let Some(maximum) = self.maximum
            && number.is_some_and(|number| number > maximum)
        {
            violations.push(format!("{name} must not be greater than {maximum}"));
        }
        if number.is_none() {
            violations.push(format!("{name} must be a number conforming to the specified constraints"));
        }
        number.filter(|_| violations.len() == before)
    }

    fn value_from_texts(&self, texts: &[Cow<'_, str>]) -> Value {
        number_from_texts(texts)
    }
}
