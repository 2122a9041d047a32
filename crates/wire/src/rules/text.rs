//! Strings.

use serde_json::Value;

use super::{Rule, Violations, is_empty};
use crate::secret::Secret;

/// A string. Lengths are in code points; the minimum does not count variation selectors.
///
/// The messages, in order: `must be shorter than or equal to {max} characters`, `must be longer than or equal to {min}
/// characters` (for a minimum above 1), `should not be empty` (for a minimum of at least 1), `must be a string`,
/// `must not contain a NUL character`. With [`type_first`](Text::type_first), `must be a string` is the first.
#[derive(Debug, Clone, Copy)]
pub struct Text {
    min_length: usize,
    max_length: usize,
    without_nul: bool,
    lowercase: bool,
    type_first: bool,
}

impl Text {
    /// Any string, the empty one included.
    #[must_use]
    pub const fn new() -> Self {
        Self { min_length: 0, max_length: usize::MAX, without_nul: false, lowercase: false, type_first: false }
    }

    /// The minimum length in code points; 1 means "not empty".
    #[must_use]
    pub const fn min_length(mut self, code_points: usize) -> Self {
        self.min_length = code_points;
        self
    }

    /// The maximum length in code points.
    #[must_use]
    pub const fn max_length(mut self, code_points: usize) -> Self {
        self.max_length = code_points;
        self
    }

    /// Rejects U+0000, which `PostgreSQL` cannot store in a text.
    #[must_use]
    pub const fn without_nul(mut self) -> Self {
        self.without_nul = true;
        self
    }

    /// Converts the string to lower case before it is validated.
    #[must_use]
    pub const fn lowercase(mut self) -> Self {
        self.lowercase = true;
        self
    }

    /// Reports a wrong type before everything else.
    #[must_use]
    pub const fn type_first(mut self) -> Self {
        self.type_first = true;
        self
    }
}

impl Default for Text {
    fn default() -> Self {
        Self::new()
    }
}

impl Rule for Text {
    type Output = String;

    fn check(&self, name: &str, value: Option<&Value>, violations: &mut Violations) -> Option<String> {
        let before = violations.len();
        let text = value
            .and_then(Value::as_str)
            .map(|text| if self.lowercase { text.to_lowercase() } else { text.to_owned() });
        let Self { min_length: min, max_length: max, .. } = self;
        let wrong_type = text.is_none().then(|| format!("{name} must be a string"));
        let (first, last) = if self.type_first { (wrong_type, None) } else { (None, wrong_type) };
        if let Some(violation) = first {
            violations.push(violation);
        }
        if text.as_ref().is_some_and(|text| text.chars().count() > *max) {
            violations.push(format!("{name} must be shorter than or equal to {max} characters"));
        }
        if *min > 1 && text.as_deref().is_none_or(|text| visible_length(text) < *min) {
            violations.push(format!("{name} must be longer than or equal to {min} characters"));
        }
        if *min > 0 && is_empty(value) {
            violations.push(format!("{name} should not be empty"));
        }
        if let Some(violation) = last {
            violations.push(violation);
        }
        if self.without_nul && text.as_ref().is_some_and(|text| text.contains('\0')) {
            violations.push(format!("{name} must not contain a NUL character"));
        }
        text.filter(|_| violations.len() == before)
    }
}

/// The length by upstream's validator: a variation selector after a character does not count.
fn visible_length(text: &str) -> usize {
    text.chars().filter(|c| !matches!(c, '\u{FE0E}' | '\u{FE0F}')).count()
}

/// A secret string; validated like [`Text`], returned as [`Secret`].
#[derive(Debug, Clone, Copy, Default)]
pub struct SecretText(Text);

impl SecretText {
    /// Any string, the empty one included.
    #[must_use]
    pub const fn new() -> Self {
        Self(Text::new())
    }

    /// See [`Text::min_length`].
    #[must_use]
    pub const fn min_length(self, code_points: usize) -> Self {
        Self(self.0.min_length(code_points))
    }

    /// See [`Text::max_length`].
    #[must_use]
    pub const fn max_length(self, code_points: usize) -> Self {
        Self(self.0.max_length(code_points))
    }

    /// See [`Text::without_nul`].
    #[must_use]
    pub const fn without_nul(self) -> Self {
        Self(self.0.without_nul())
    }

    /// See [`Text::lowercase`].
    #[must_use]
    pub const fn lowercase(self) -> Self {
        Self(self.0.lowercase())
    }

    /// See [`Text::type_first`].
    #[must_use]
    pub const fn type_first(self) -> Self {
        Self(self.0.type_first())
    }
}

impl Rule for SecretText {
    type Output = Secret;

    fn check(&self, name: &str, value: Option<&Value>, violations: &mut Violations) -> Option<Secret> {
        self.0.check(name, value, violations).map(Secret::from)
    }
}
