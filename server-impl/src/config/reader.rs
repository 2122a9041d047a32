//! Reads settings one by one and collects every error, so that all of them are reported at once.

use std::ffi::OsStr;

use super::entry::Entry;
use super::error::{ConfigError, Invalid, Problem};
use super::raw::Raw;
use super::setting::Setting;

/// Reads values from a [`Raw`] and keeps the errors.
pub(super) struct Reader<'raw> {
    raw: &'raw Raw,
    errors: Vec<ConfigError>,
}

impl<'raw> Reader<'raw> {
    /// Reads everything, then returns the settings or all errors.
    pub(super) fn read_all<T>(
        raw: &'raw Raw,
        read: impl FnOnce(&mut Self) -> Result<T, Invalid>,
    ) -> Result<T, Vec<ConfigError>> {
        let mut reader = Self { raw, errors: Vec::new() };
        read(&mut reader).map_err(|Invalid| reader.errors)
    }

    /// Whether a flag or the environment gives this setting a value.
    pub(super) fn is_given(&self, setting: &Setting) -> bool {
        self.raw.given(setting).is_some()
    }

    /// The value, or else the default; an error if there is no default.
    pub(super) fn required<T: Clone>(&mut self, entry: &Entry<T>) -> Result<T, Invalid> {
        self.optional(entry)?.ok_or_else(|| self.reject(entry, Problem::new("not set")))
    }

    /// The value or its default; none if it has neither.
    pub(super) fn optional<T: Clone>(&mut self, entry: &Entry<T>) -> Result<Option<T>, Invalid> {
        let value = match self.raw.given(entry).map(OsStr::to_os_string) {
            Some(value) => Some(value),
            None => entry
                .default
                .value()
                .map_err(|reason| self.reject(entry, Problem::new(format!("not set, and {reason}"))))?,
        };
        let parsed = value.map(|value| entry.parse(&value)).transpose();
        parsed.map_err(|problems| {
            for problem in problems.0 {
                self.reject(entry, problem);
            }
            Invalid
        })
    }

    /// Records what is wrong with a setting.
    pub(super) fn reject(&mut self, setting: &Setting, problem: Problem) -> Invalid {
        let value = if setting.secret { None } else { self.raw.given(setting) };
        self.errors.push(ConfigError {
            variable: setting.variable,
            value: value.map(|value| value.to_string_lossy().into_owned()),
            origin: self.raw.origin(setting),
            problem: problem.problem,
            allowed: problem.allowed.unwrap_or_else(|| (setting.allowed)().to_string()),
        });
        Invalid
    }
}

/// Builds a struct from fields that are read one by one. All fields are read before the first error returns, so that
/// the reader records every error. A field may use the [`Result`]s of the fields before it.
macro_rules! read_fields {
    ($type:ident { $($field:ident: $value:expr),+ $(,)? }) => {{
        $(let $field = $value;)+
        Ok($type { $($field: $field?),+ })
    }};
}
pub(super) use read_fields;
