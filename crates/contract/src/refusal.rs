//! A refusal: an unsupported place is reported, never ignored.

use std::fmt;

/// A place in the effective contract that the templates do not support.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// JSON pointer (RFC 6901) of the place.
    pub pointer: String,
    /// What was found there.
    pub found: String,
    /// What to do about it.
    pub advice: String,
}

impl Refusal {
    /// Refuses what was `found` at `pointer`.
    pub fn new(pointer: impl Into<String>, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), found: found.into(), advice: advice.into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.pointer, self.found, self.advice)
    }
}
