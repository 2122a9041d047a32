//! Which changes are reported, and as what.

use super::files::{FileError, severities};
use super::{Changes, Level, compare};
use serde_json::Value;
use std::path::Path;

/// Which changes are reported, and as what. The default is all, at the levels of their rules.
#[derive(Debug, Clone, Copy, Default)]
pub struct Choice<'a> {
    /// Report breaking changes only.
    pub breaking: bool,
    /// Compare only the operations that the older contract has.
    pub only_known: bool,
    /// A file with the levels of rules.
    pub severities: Option<&'a Path>,
}

/// A comparison: what decides the verdict, and what is reported.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// All changes that are compared.
    pub all: Changes,
    /// Those to report.
    pub reported: Changes,
}

impl Choice<'_> {
    /// Compares two effective contracts.
    ///
    /// # Errors
    /// The file with the levels cannot be used.
    pub fn compare(&self, old: &Value, new: &Value) -> Result<Comparison, FileError> {
        let mut all = compare(old, new);
        if let Some(path) = self.severities {
            severities(path)?.apply(&mut all);
        }
        if self.only_known {
            all.keep_known();
        }
        let mut reported = all.clone();
        if self.breaking {
            reported.keep_level(Level::Breaking);
        }
        Ok(Comparison { all, reported })
    }
}
