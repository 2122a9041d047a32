//! The settings as they were given, before anything is judged.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;

use clap::parser::ValueSource;
use clap::{ArgMatches, Command};

use super::catalogue;
use super::database;
use super::setting::{Origin, Setting};

/// The values that flags and environment gave, each with where it came from.
///
/// Its `Debug` names the settings but never shows a value: some are secrets.
#[derive(Clone, Default)]
pub struct Raw {
    values: BTreeMap<&'static str, (OsString, Origin)>,
}

impl Raw {
    /// Notes a value. An empty environment variable counts as unset, as upstream has it.
    pub fn set(&mut self, setting: &Setting, value: impl Into<OsString>, origin: Origin) {
        let value = value.into();
        if origin == Origin::Environment && value.is_empty() {
            return;
        }
        self.values.insert(setting.name, (value, origin));
    }

    /// The value that was given, if any: never a default.
    #[must_use]
    pub fn given(&self, setting: &Setting) -> Option<&OsStr> {
        self.values.get(setting.name).map(|(value, _)| value.as_os_str())
    }

    /// Where the value of this setting comes from.
    #[must_use]
    pub fn origin(&self, setting: &Setting) -> Origin {
        self.values.get(setting.name).map_or(Origin::Default, |&(_, origin)| origin)
    }

    /// These values and those of `other`; where both have one, that of `other`.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        self.values.extend(other.values);
        self
    }

    fn collect(matches: &ArgMatches, settings: &[&'static Setting]) -> Self {
        let mut raw = Self::default();
        for setting in settings {
            let origin = match matches.value_source(setting.name) {
                Some(ValueSource::CommandLine) => Origin::Flag,
                Some(ValueSource::EnvVariable) => Origin::Environment,
                _ => continue,
            };
            if let Ok(Some(mut values)) = matches.try_get_raw(setting.name)
                && let Some(value) = values.next()
            {
                raw.set(setting, value, origin);
            }
        }
        raw
    }
}

impl fmt::Debug for Raw {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_map().entries(self.values.iter().map(|(name, (_, origin))| (name, origin))).finish()
    }
}

/// The flags that every subcommand takes: the database and the log.
#[derive(Clone, Debug)]
pub struct CommonFlags(pub Raw);

/// The flags of the server itself.
#[derive(Clone, Debug)]
pub struct ServeFlags(pub Raw);

/// The flags of the mock.
#[derive(Clone, Debug)]
pub struct MockFlags(pub Raw);

impl clap::Args for CommonFlags {
    fn augment_args(command: Command) -> Command {
        catalogue::COMMON.iter().fold(command, |command, setting| command.arg(setting.argument().global(true)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl clap::FromArgMatches for CommonFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(Self(Raw::collect(matches, &catalogue::COMMON)))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl clap::Args for ServeFlags {
    fn augment_args(command: Command) -> Command {
        catalogue::SERVE.iter().fold(command, |command, setting| command.arg(setting.argument()))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl clap::FromArgMatches for ServeFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(Self(Raw::collect(matches, &catalogue::SERVE)))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl clap::Args for MockFlags {
    fn augment_args(command: Command) -> Command {
        let command = catalogue::MOCK.iter().fold(command, |command, setting| command.arg(setting.argument()));
        // What every subcommand takes is taken, but it is not worth a line of help where there is no database.
        let is_of_database = |setting: &&&Setting| setting.heading == database::HEADING;
        catalogue::COMMON
            .iter()
            .filter(is_of_database)
            .fold(command, |command, setting| command.arg(setting.argument().hide(true)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl clap::FromArgMatches for MockFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(Self(Raw::collect(matches, &catalogue::MOCK)))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::database;

    #[test]
    fn an_empty_environment_variable_is_unset_and_an_empty_flag_is_not() {
        let mut raw = Raw::default();
        raw.set(&database::HOSTNAME, "", Origin::Environment);
        raw.set(&database::USERNAME, "", Origin::Flag);

        assert_eq!(raw.given(&database::HOSTNAME), None);
        assert_eq!(raw.origin(&database::HOSTNAME), Origin::Default);
        assert_eq!(raw.given(&database::USERNAME), Some(OsStr::new("")));
        assert_eq!(raw.origin(&database::USERNAME), Origin::Flag);
    }

    #[test]
    fn debug_names_a_secret_but_does_not_show_it() {
        let mut raw = Raw::default();
        raw.set(&database::PASSWORD, "canary", Origin::Flag);

        let shown = format!("{raw:?}");

        assert!(shown.contains("DB_PASSWORD"), "{shown}");
        assert!(!shown.contains("canary"), "{shown}");
    }
}
