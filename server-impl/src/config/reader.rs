//! Reads settings one by one and gathers what is wrong, so that all of it can be told at once.

use std::ffi::{OsStr, OsString};
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use super::fault::{ConfigFault, Faulted, Problem};
use super::raw::Raw;
use super::setting::Setting;

/// Reads values out of a [`Raw`] and keeps the faults.
pub(super) struct Reader<'raw> {
    raw: &'raw Raw,
    faults: Vec<ConfigFault>,
}

impl<'raw> Reader<'raw> {
    pub(super) fn new(raw: &'raw Raw) -> Self {
        Self { raw, faults: Vec::new() }
    }

    pub(super) fn into_faults(self) -> Vec<ConfigFault> {
        self.faults
    }

    pub(super) fn raw(&self) -> &'raw Raw {
        self.raw
    }

    /// Records what is wrong with a setting.
    pub(super) fn fault(&mut self, setting: &Setting, problem: Problem) -> Faulted {
        let value = if setting.secret { None } else { self.raw.given(setting) };
        self.faults.push(ConfigFault {
            name: setting.name,
            value: value.map(|value| value.to_string_lossy().into_owned()),
            origin: self.raw.origin(setting),
            problem: problem.problem,
            allowed: problem.allowed,
        });
        Faulted
    }

    /// The value or its default, as the operating system gave it.
    pub(super) fn os(&self, setting: &Setting) -> Option<OsString> {
        self.raw.given(setting).map(OsStr::to_os_string).or_else(|| setting.default.value())
    }

    /// The value or its default, as text; none if it has neither.
    pub(super) fn text(&mut self, setting: &Setting) -> Result<Option<String>, Faulted> {
        self.os(setting)
            .map(OsString::into_string)
            .transpose()
            .map_err(|_| self.fault(setting, Problem::new("not valid UTF-8", "text in UTF-8")))
    }

    /// The value or its default, read by `parse`; none if it has neither.
    pub(super) fn optional<T>(
        &mut self,
        setting: &Setting,
        parse: impl FnOnce(&str) -> Result<T, Problem>,
    ) -> Result<Option<T>, Faulted> {
        self.text(setting)?.map(|text| parse(&text)).transpose().map_err(|problem| self.fault(setting, problem))
    }

    /// The value or its default, read by `parse`; a fault if it has neither.
    pub(super) fn value<T>(
        &mut self,
        setting: &Setting,
        parse: impl FnOnce(&str) -> Result<T, Problem>,
    ) -> Result<T, Faulted> {
        self.optional(setting, parse)?
            .ok_or_else(|| self.fault(setting, Problem::new("not set, and has no default here", setting.help)))
    }

    /// A whole number within `range`.
    pub(super) fn whole<T>(&mut self, setting: &Setting, range: RangeInclusive<T>) -> Result<T, Faulted>
    where
        T: Display + FromStr + PartialOrd,
    {
        self.value(setting, |text| whole_number(text, &range))
    }

    /// A duration given in whole seconds, from one second to `longest`.
    pub(super) fn seconds(&mut self, setting: &Setting, longest: u64) -> Result<Duration, Faulted> {
        self.value(setting, |text| {
            whole_number(text, &(1..=longest))
                .map(Duration::from_secs)
                .map_err(|problem| Problem::new(problem.problem, format!("whole seconds from 1 to {longest}")))
        })
    }

    /// One of some words, in any case.
    pub(super) fn word<T: Copy>(&mut self, setting: &Setting, words: &[(&str, T)]) -> Result<T, Faulted> {
        self.value(setting, |text| {
            words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)).map(|&(_, value)| value).ok_or_else(|| {
                let words: Vec<&str> = words.iter().map(|&(word, _)| word).collect();
                Problem::new("unknown word", words.join(", "))
            })
        })
    }
}

/// Reads a whole number within `range`.
pub(super) fn whole_number<T>(text: &str, range: &RangeInclusive<T>) -> Result<T, Problem>
where
    T: Display + FromStr + PartialOrd,
{
    let allowed = || format!("a whole number from {} to {}", range.start(), range.end());
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        _ if !digits => Err(Problem::new("not a whole number", allowed())),
        Ok(number) if range.contains(&number) => Ok(number),
        // Also digits that the type cannot hold.
        _ => Err(Problem::new("out of range", allowed())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_number_is_digits_within_the_range() {
        assert_eq!(whole_number("0", &(0..=65_535_u16)), Ok(0));
        assert_eq!(whole_number("65535", &(0..=65_535_u16)), Ok(65_535));
        for text in ["", "abc", "1.5", "-1", "+1", " 1", "1s", "0x10"] {
            let problem = whole_number(text, &(0..=65_535_u16)).unwrap_err();
            assert_eq!(problem.problem, "not a whole number", "{text:?}");
        }
        for text in ["65536", "99999999999999999999999"] {
            let problem = whole_number(text, &(0..=65_535_u16)).unwrap_err();
            assert_eq!(problem.problem, "out of range", "{text:?}");
            assert_eq!(problem.allowed, "a whole number from 0 to 65535");
        }
        assert_eq!(whole_number("0", &(1..=9_u64)).unwrap_err().problem, "out of range");
    }
}
