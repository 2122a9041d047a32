//! Errors of settings: each says what is wrong with a value and which values are allowed.

use std::fmt;

use super::setting::Origin;

/// One problem in the configuration. Its `Display` is one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The environment variable of the setting.
    pub variable: &'static str,
    /// The given value; none for a secret, and where no value was given.
    pub value: Option<String>,
    /// Where the value comes from.
    pub origin: Origin,
    /// What is wrong with it.
    pub problem: String,
    /// What would be valid.
    pub allowed: String,
}

/// Longer values are cut in messages; in characters.
const MAX_SHOWN: usize = 120;

impl fmt::Display for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.variable)?;
        if let Some(value) = &self.value {
            // Escaped, so that a value with a line break is still one line.
            match value.char_indices().nth(MAX_SHOWN) {
                Some((end, _)) => write!(formatter, " = {:?}...", &value[..end])?,
                None => write!(formatter, " = {value:?}")?,
            }
        }
        if self.origin != Origin::Default {
            write!(formatter, " ({})", self.origin)?;
        }
        write!(formatter, ": {}; allowed: {}", one_line(&self.problem), self.allowed)
    }
}

impl std::error::Error for ConfigError {}

/// The text with line breaks and other invisible characters escaped, so that it fits on one line of a terminal.
#[must_use]
pub fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\'' | '"' | '\\' => line.push(c),
            _ => line.extend(c.escape_debug()),
        }
    }
    line
}

/// What is wrong with a value, without the setting it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) problem: String,
    /// What would be valid; none: what the setting allows.
    pub(super) allowed: Option<String>,
}

impl Problem {
    pub(super) fn new(problem: impl Into<String>) -> Self {
        Self { problem: problem.into(), allowed: None }
    }

    /// With what would be valid, where that is more precise than what the setting allows.
    pub(super) fn allowed(self, allowed: impl Into<String>) -> Self {
        Self { allowed: Some(allowed.into()), ..self }
    }
}

/// Everything that is wrong with a value; at least one problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problems(pub(super) Vec<Problem>);

impl Problems {
    /// The first problem, of an option of a URL. The value is not repeated.
    pub(super) fn about(self, option: &str) -> Problem {
        let first = self.0.into_iter().next();
        Problem::new(format!("its {option}: {}", first.map_or_else(|| "invalid".to_owned(), |first| first.problem)))
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

/// The setting is invalid: the reader recorded at least one [`ConfigError`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Invalid;

#[cfg(test)]
mod tests {
    use super::*;

    fn error(value: &str) -> ConfigError {
        ConfigError {
            variable: "IMMICH_PORT",
            value: Some(value.to_owned()),
            origin: Origin::Environment,
            problem: "not a whole number".to_owned(),
            allowed: "a whole number from 0 to 65535".to_owned(),
        }
    }

    #[test]
    fn an_error_shows_variable_value_origin_problem_and_allowed_values() {
        assert_eq!(
            error("abc").to_string(),
            "IMMICH_PORT = \"abc\" (environment): not a whole number; allowed: a whole number from 0 to 65535"
        );
    }

    #[test]
    fn an_error_is_one_line_whatever_the_value() {
        let shown = error(&"a\n\u{1b}[31m\u{e9}".repeat(100)).to_string();

        assert!(!shown.contains(['\n', '\u{1b}']), "{shown}");
        assert!(shown.chars().count() < 400, "{shown}");
    }
}
