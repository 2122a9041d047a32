//! Reads settings one by one and collects every error, so that all of them are reported at once.

use std::ffi::OsString;

use super::entry::Entry;
use super::error::{ConfigError, Invalid, Problem, Problems};
use super::file;
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

    /// Whether a flag or the environment gives this setting a value, or a file that contains it.
    pub(super) fn is_given(&self, setting: &Setting) -> bool {
        self.given_variable(setting).is_some()
    }

    /// The variable that gives a value: that of the setting, or else that of the file that contains it.
    pub(super) fn given_variable(&self, setting: &Setting) -> Option<&'static str> {
        self.raw.given_variable(setting)
    }

    /// Variables of the environment that have no effect, one line each.
    pub(super) fn notes(&self) -> &[String] {
        self.raw.notes()
    }

    /// The value, or else the default; an error if there is no default.
    pub(super) fn required<T: Clone>(&mut self, entry: &Entry<T>) -> Result<T, Invalid> {
        self.optional(entry)?.ok_or_else(|| self.reject(entry, Problem::new("not set")))
    }

    /// The value or its default; none if it has neither.
    pub(super) fn optional<T: Clone>(&mut self, entry: &Entry<T>) -> Result<Option<T>, Invalid> {
        let value = self.value(entry);
        let parsed = value.map_err(Problems::from).and_then(|value| value.map(|value| entry.parse(&value)).transpose());
        parsed.map_err(|problems| {
            for problem in problems.0 {
                self.reject(entry, problem);
            }
            Invalid
        })
    }

    /// The text of the value, from the environment, a flag or a file, or else of the default.
    fn value(&self, setting: &Setting) -> Result<Option<OsString>, Problem> {
        match (self.raw.given(setting), self.raw.given_file(setting)) {
            (Some(_), Some((file, _))) => {
                Err(Problem::new(format!("{file} is set as well")).allowed("one of the two variables"))
            }
            (Some(value), None) => Ok(Some(value.to_os_string())),
            (None, Some((_, path))) => Ok(Some(file::read_value(path)?)),
            (None, None) => setting.default.value().map_err(|reason| Problem::new(format!("not set, and {reason}"))),
        }
    }

    /// Records what is wrong with a setting.
    pub(super) fn reject(&mut self, setting: &Setting, problem: Problem) -> Invalid {
        // The content of a file is not shown: the setting may name the wrong file.
        let value = match (self.raw.given(setting), self.raw.given_file(setting)) {
            (Some(_), _) if setting.secret => None,
            (Some(value), _) => Some(value),
            (None, file) => file.map(|(_, path)| path.as_os_str()),
        };
        self.errors.push(ConfigError {
            variable: self.given_variable(setting).unwrap_or(setting.variable),
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
