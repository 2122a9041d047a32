//! The settings as flags and environment give them, before they are validated.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;

use clap::parser::ValueSource;
use clap::{ArgMatches, Command};

use super::setting::{Origin, Setting};
use super::table::SETTINGS;

/// The given values, each with its origin.
///
/// Its `Debug` names the settings but never shows a value: some are secrets.
#[derive(Clone, Default)]
pub struct Raw {
    values: BTreeMap<&'static str, (OsString, Origin)>,
}

impl Raw {
    /// Adds a value. An empty environment variable counts as unset, as in upstream.
    pub fn set(&mut self, setting: &Setting, value: impl Into<OsString>, origin: Origin) {
        let value = value.into();
        if origin == Origin::Environment && value.is_empty() {
            return;
        }
        self.values.insert(setting.variable, (value, origin));
    }

    /// The given value, if any: never a default.
    #[must_use]
    pub fn given(&self, setting: &Setting) -> Option<&OsStr> {
        self.values.get(setting.variable).map(|(value, _)| value.as_os_str())
    }

    /// Where the value of this setting comes from.
    #[must_use]
    pub fn origin(&self, setting: &Setting) -> Origin {
        self.values.get(setting.variable).map_or(Origin::Default, |&(_, origin)| origin)
    }

    /// Collects the values that the command line parser found, for the program and its subcommand.
    #[must_use]
    pub fn from_matches(matches: &ArgMatches) -> Self {
        let mut raw = Self::default();
        let mut level = Some(matches);
        while let Some(matches) = level {
            raw.collect(matches);
            level = matches.subcommand().map(|(_, matches)| matches);
        }
        raw
    }

    fn collect(&mut self, matches: &ArgMatches) {
        let known = |setting: &&&Setting| matches.try_contains_id(setting.variable).is_ok();
        for setting in SETTINGS.iter().filter(known) {
            let origin = match matches.value_source(setting.variable) {
                Some(ValueSource::CommandLine) => Origin::Flag,
                Some(ValueSource::EnvVariable) => Origin::Environment,
                _ => continue,
            };
            if let Ok(Some(mut values)) = matches.try_get_raw(setting.variable)
                && let Some(value) = values.next()
            {
                self.set(setting, value, origin);
            }
        }
    }
}

impl fmt::Debug for Raw {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_map().entries(self.values.iter().map(|(name, (_, origin))| (name, origin))).finish()
    }
}

/// Adds the flag of every setting to the commands that read it.
#[must_use]
pub fn add_flags(program: Command) -> Command {
    let global = SETTINGS.iter().filter(|setting| setting.commands.are_global());
    let program = program.args(global.map(|setting| setting.argument().global(true)));
    program.mut_subcommands(|command| {
        let name = command.get_name().to_owned();
        command.args(SETTINGS.iter().filter_map(|setting| {
            match (setting.commands.include(&name), setting.commands.are_global()) {
                (true, false) => Some(setting.argument()),
                // Accepted, because the flag is global, but not worth a line of help.
                (false, true) => Some(setting.argument().hide(true)),
                (true, true) | (false, false) => None,
            }
        }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::table::{DB_HOSTNAME, DB_PASSWORD, DB_USERNAME};

    #[test]
    fn an_empty_environment_variable_is_unset_and_an_empty_flag_is_not() {
        let mut raw = Raw::default();
        raw.set(DB_HOSTNAME, "", Origin::Environment);
        raw.set(DB_USERNAME, "", Origin::Flag);

        assert_eq!(raw.given(DB_HOSTNAME), None);
        assert_eq!(raw.origin(DB_HOSTNAME), Origin::Default);
        assert_eq!(raw.given(DB_USERNAME), Some(OsStr::new("")));
        assert_eq!(raw.origin(DB_USERNAME), Origin::Flag);
    }

    #[test]
    fn debug_names_a_secret_but_does_not_show_it() {
        let mut raw = Raw::default();
        raw.set(DB_PASSWORD, "canary", Origin::Flag);

        let shown = format!("{raw:?}");

        assert!(shown.contains("DB_PASSWORD"), "{shown}");
        assert!(!shown.contains("canary"), "{shown}");
    }
}
