//! A setting that cannot be used, told so that it can be put right at once.

use std::fmt;

use super::setting::Origin;

/// One thing that is wrong with the configuration. Its `Display` is one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFault {
    /// The setting, by its environment variable.
    pub name: &'static str,
    /// The value that was given; none for a secret, and where nothing was given.
    pub value: Option<String>,
    /// Where the value came from.
    pub origin: Origin,
    /// What is wrong with it.
    pub problem: String,
    /// What would be right.
    pub allowed: String,
}

/// Values longer than this are cut in messages; in characters.
const LONGEST_SHOWN: usize = 120;

impl fmt::Display for ConfigFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)?;
        if let Some(value) = &self.value {
            // Escaped, so that a value with a line break still makes one line.
            match value.char_indices().nth(LONGEST_SHOWN) {
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

impl std::error::Error for ConfigFault {}

/// The text with line breaks and other characters that cannot be seen written as escapes, so that it can be shown on
/// one line of a terminal.
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

/// What is wrong with a value, before it is known which setting it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) problem: String,
    pub(super) allowed: String,
}

impl Problem {
    pub(super) fn new(problem: impl Into<String>, allowed: impl Into<String>) -> Self {
        Self { problem: problem.into(), allowed: allowed.into() }
    }
}

/// Says that a value cannot be had because a fault was recorded in the reader.
#[derive(Clone, Copy, Debug)]
pub(super) struct Faulted;

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(value: &str) -> ConfigFault {
        ConfigFault {
            name: "IMMICH_PORT",
            value: Some(value.to_owned()),
            origin: Origin::Environment,
            problem: "not a whole number".to_owned(),
            allowed: "a whole number from 0 to 65535".to_owned(),
        }
    }

    #[test]
    fn a_fault_tells_name_value_origin_problem_and_what_is_allowed() {
        assert_eq!(
            fault("abc").to_string(),
            "IMMICH_PORT = \"abc\" (environment): not a whole number; allowed: a whole number from 0 to 65535"
        );
    }

    #[test]
    fn a_fault_is_one_line_whatever_the_value() {
        let shown = fault(&"a\n\u{1b}[31m\u{e9}".repeat(100)).to_string();

        assert!(!shown.contains(['\n', '\u{1b}']), "{shown}");
        assert!(shown.chars().count() < 400, "{shown}");
    }
}
