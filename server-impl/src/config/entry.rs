//! An entry of the table of settings: a [`Setting`] and how its text becomes a value of type `T`.

use std::ffi::{OsStr, OsString};
use std::ops::{Deref, RangeInclusive};
use std::path::Path;
use std::time::Duration;

use super::error::{Problem, Problems};
use super::setting::{Allowed, Commands, DefaultValue, Setting};

/// One entry of the table in [`super::table`].
pub(super) struct Entry<T: 'static> {
    setting: Setting,
    values: Values<T>,
}

impl<T> Deref for Entry<T> {
    type Target = Setting;

    fn deref(&self) -> &Setting {
        &self.setting
    }
}

/// The values that an entry accepts, and how they are parsed.
enum Values<T: 'static> {
    Number { noun: &'static str, least: u64, most: u64, convert: fn(u64) -> Option<T> },
    Words(&'static [(&'static str, T)]),
    Text { allowed: &'static str, parse: fn(&str) -> Result<T, Problems> },
    Path { allowed: &'static str, parse: fn(&Path) -> Result<T, Problems> },
}

/// A whole number that `T` can hold.
pub(super) const fn number<T: TryFrom<u64>>(placeholder: &'static str, range: RangeInclusive<u64>) -> Entry<T> {
    let (least, most) = (*range.start(), *range.end());
    entry(
        placeholder,
        Values::Number { noun: "a whole number", least, most, convert: |number| T::try_from(number).ok() },
    )
}

/// A duration in whole seconds, from one second to `longest`.
pub(super) const fn seconds(longest: u64) -> Entry<Duration> {
    let convert = |seconds| Some(Duration::from_secs(seconds));
    entry("SECONDS", Values::Number { noun: "whole seconds", least: 1, most: longest, convert })
}

/// A duration in whole seconds, up to `longest`; 0 for none.
pub(super) const fn seconds_or_none(longest: u64) -> Entry<Duration> {
    let convert = |seconds| Some(Duration::from_secs(seconds));
    entry("SECONDS", Values::Number { noun: "whole seconds", least: 0, most: longest, convert })
}

/// One of these words, in any case.
pub(super) const fn words<T>(placeholder: &'static str, words: &'static [(&'static str, T)]) -> Entry<T> {
    entry(placeholder, Values::Words(words))
}

/// Text that `parse` understands.
pub(super) const fn text<T>(
    placeholder: &'static str,
    allowed: &'static str,
    parse: fn(&str) -> Result<T, Problems>,
) -> Entry<T> {
    entry(placeholder, Values::Text { allowed, parse })
}

/// Text of any kind.
pub(super) const fn any_text(placeholder: &'static str) -> Entry<String> {
    text(placeholder, "any text", |text| Ok(text.to_owned()))
}

/// The path of a file or folder that `parse` accepts. It need not be UTF-8.
pub(super) const fn path<T>(
    placeholder: &'static str,
    allowed: &'static str,
    parse: fn(&Path) -> Result<T, Problems>,
) -> Entry<T> {
    entry(placeholder, Values::Path { allowed, parse })
}

const fn entry<T>(placeholder: &'static str, values: Values<T>) -> Entry<T> {
    let setting = Setting {
        variable: "",
        file_variable: None,
        heading: "",
        commands: Commands::All,
        help: "",
        placeholder,
        default: DefaultValue::Unset,
        secret: false,
        allowed: || Allowed::Words(Vec::new()),
    };
    Entry { setting, values }
}

impl<T> Entry<T> {
    /// The setting, without the type of its value.
    pub(super) const fn setting(&self) -> &Setting {
        &self.setting
    }

    /// With a default, in the same form as a given value.
    pub(super) const fn default(mut self, text: &'static str) -> Self {
        self.setting.default = DefaultValue::Text(text);
        self
    }

    /// With a default that depends on the machine.
    pub(super) const fn computed(
        mut self,
        description: &'static str,
        compute: fn() -> Result<OsString, String>,
    ) -> Self {
        self.setting.default = DefaultValue::Computed { description, compute };
        self
    }

    /// With a value that must never be printed.
    pub(super) const fn secret(mut self) -> Self {
        self.setting.secret = true;
        self
    }

    /// With a second variable, named with `_FILE` at its end, for a file that contains the value.
    pub(super) const fn or_file(mut self) -> Self {
        self.setting.file_variable = Some("");
        self
    }

    /// With what the macro [`settings`] knows of it.
    pub(super) const fn listed(
        mut self,
        [variable, file_variable]: [&'static str; 2],
        heading: &'static str,
        commands: Commands,
        help: &'static str,
        allowed: fn() -> Allowed,
    ) -> Self {
        self.setting.variable = variable;
        if self.setting.file_variable.is_some() {
            self.setting.file_variable = Some(file_variable);
        }
        self.setting.heading = heading;
        self.setting.commands = commands;
        // Every line of a doc comment begins with a space.
        self.setting.help = help.trim_ascii_start();
        self.setting.allowed = allowed;
        self
    }

    /// The values that are accepted.
    pub(super) fn allowed_values(&self) -> Allowed {
        match self.values {
            Values::Number { noun, least, most, .. } => Allowed::Text(format!("{noun} from {least} to {most}")),
            Values::Words(words) => Allowed::Words(words.iter().map(|(word, _)| *word).collect()),
            Values::Text { allowed, .. } | Values::Path { allowed, .. } => Allowed::Text(allowed.to_owned()),
        }
    }
}

impl<T: Clone> Entry<T> {
    /// The value that this text stands for.
    pub(super) fn parse(&self, value: &OsStr) -> Result<T, Problems> {
        if let Values::Path { parse, .. } = self.values {
            return parse(Path::new(value));
        }
        let text = value.to_str().ok_or_else(|| Problem::new("not valid UTF-8").allowed("text in UTF-8"))?;
        match self.values {
            Values::Number { least, most, convert, .. } => {
                Ok(convert(whole_number(text, least..=most)?).ok_or_else(|| Problem::new("out of range"))?)
            }
            Values::Words(words) => {
                let word = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text));
                Ok(word.map(|(_, value)| value.clone()).ok_or_else(|| Problem::new("unknown value"))?)
            }
            Values::Text { parse, .. } => parse(text),
            Values::Path { parse, .. } => parse(Path::new(text)),
        }
    }
}

fn whole_number(text: &str, range: RangeInclusive<u64>) -> Result<u64, Problem> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Problem::new("not a whole number"));
    }
    // Digits that do not fit 64 bits are out of range as well.
    text.parse().ok().filter(|number| range.contains(number)).ok_or_else(|| Problem::new("out of range"))
}

/// Defines the table of settings.
///
/// A section is a heading and the [`Commands`] that read its settings. An entry is the help as a doc comment, the
/// environment variable, the type of the value, and how it is parsed. Each becomes a constant named as the variable;
/// the list `SETTINGS` contains all of them. The list does not use the constants, so that the compiler reports a setting
/// that nothing reads.
macro_rules! settings {
    ($($heading:literal, $commands:ident {
        $($(#[doc = $help:literal])+ $variable:ident: $type:ty = $entry:expr;)+
    })+) => {
        /// Every setting, in the order in which they are listed.
        pub static SETTINGS: &[&Setting] = &[$($(entries::$variable.setting()),+),+];

        $($(
            $(#[doc = $help])+
            pub(super) const $variable: &Entry<$type> = &entries::$variable;
        )+)+

        mod entries {
            use super::*;

            $($(pub(super) static $variable: Entry<$type> = $entry.listed(
                [stringify!($variable), concat!(stringify!($variable), "_FILE")],
                $heading,
                Commands::$commands,
                concat!($($help),+),
                || $variable.allowed_values(),
            );)+)+
        }
    };
}
pub(super) use settings;

#[cfg(test)]
mod tests {
    use super::*;

    fn port(text: &str) -> Result<u16, String> {
        const PORT: Entry<u16> = number("PORT", 0..=65_535);
        PORT.parse(OsStr::new(text)).map_err(|Problems(problems)| problems[0].problem.clone())
    }

    #[test]
    fn a_whole_number_is_digits_within_the_range() {
        assert_eq!(port("0"), Ok(0));
        assert_eq!(port("65535"), Ok(65_535));
        for text in ["", "abc", "1.5", "-1", "+1", " 1", "1s", "0x10"] {
            assert_eq!(port(text).unwrap_err(), "not a whole number", "{text:?}");
        }
        for text in ["65536", "99999999999999999999999"] {
            assert_eq!(port(text).unwrap_err(), "out of range", "{text:?}");
        }
        assert_eq!(seconds(9).parse(OsStr::new("0")).unwrap_err().0[0].problem, "out of range");
        assert_eq!(number::<u16>("PORT", 0..=65_535).allowed_values().to_string(), "a whole number from 0 to 65535");
        assert_eq!(seconds(9).allowed_values().to_string(), "whole seconds from 1 to 9");
    }

    #[test]
    fn a_number_that_the_type_cannot_hold_is_out_of_range() {
        let entry: Entry<u8> = number("COUNT", 0..=1_000);

        assert_eq!(entry.parse(OsStr::new("256")).unwrap_err().0[0].problem, "out of range");
    }
}
