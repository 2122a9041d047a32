//! The settings as flags and environment give them, before they are validated.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::Path;

use clap::parser::ValueSource;
use clap::{ArgMatches, Command};

use super::environment;
use super::setting::{Origin, Setting};
use super::table::SETTINGS;

/// The given values, each with its origin.
///
/// Its `Debug` names the settings but never shows a value: some are secrets.
#[derive(Clone, Default)]
pub struct Raw {
    values: BTreeMap<&'static str, (OsString, Origin)>,
    notes: Vec<String>,
}

impl Raw {
    /// Adds a value. An empty environment variable counts as unset, as in upstream.
    pub fn set(&mut self, setting: &Setting, value: impl Into<OsString>, origin: Origin) {
        self.set_variable(setting.variable, value.into(), origin);
    }

    /// Adds a file that contains the value. A setting that is not read from files ignores it.
    pub fn set_file(&mut self, setting: &Setting, path: impl Into<OsString>, origin: Origin) {
        if let Some(variable) = setting.file_variable {
            self.set_variable(variable, path.into(), origin);
        }
    }

    fn set_variable(&mut self, variable: &'static str, value: OsString, origin: Origin) {
        if origin == Origin::Environment && value.is_empty() {
            return;
        }
        self.values.insert(variable, (value, origin));
    }

    /// The given value, if any: never a default, nor the content of a file.
    #[must_use]
    pub fn given(&self, setting: &Setting) -> Option<&OsStr> {
        self.values.get(setting.variable).map(|(value, _)| value.as_os_str())
    }

    /// The given file that contains the value, if any, and the variable that names it.
    #[must_use]
    pub fn given_file(&self, setting: &Setting) -> Option<(&'static str, &Path)> {
        let variable = setting.file_variable?;
        self.values.get(variable).map(|(path, _)| (variable, Path::new(path)))
    }

    /// The variable that gives a value: that of the setting, or else that of the file that contains it.
    #[must_use]
    pub fn given_variable(&self, setting: &Setting) -> Option<&'static str> {
        let file = self.given_file(setting).map(|(variable, _)| variable);
        self.given(setting).map(|_| setting.variable).or(file)
    }

    /// Where the value of this setting, or the name of the file that contains it, comes from.
    #[must_use]
    pub fn origin(&self, setting: &Setting) -> Origin {
        let given = self.given_variable(setting).and_then(|variable| self.values.get(variable));
        given.map_or(Origin::Default, |&(_, origin)| origin)
    }

    /// Variables of the environment that have no effect, one line each.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Collects the values that the command line parser found, for the program and its subcommand.
    #[must_use]
    pub fn from_matches(program: &Command, matches: &ArgMatches) -> Self {
        let mut raw = Self { notes: environment::notes(&variables(program)), ..Self::default() };
        let mut level = Some(matches);
        while let Some(matches) = level {
            raw.collect(matches);
            level = matches.subcommand().map(|(_, matches)| matches);
        }
        raw.prefer_flags();
        raw
    }

    /// A flag has precedence over the environment, also if one of them names a file that contains the value.
    fn prefer_flags(&mut self) {
        for setting in SETTINGS {
            let Some(file_variable) = setting.file_variable else { continue };
            let pair = [setting.variable, file_variable];
            if pair.iter().any(|variable| self.values.get(variable).is_some_and(|(_, origin)| *origin == Origin::Flag))
            {
                self.values.retain(|variable, (_, origin)| !pair.contains(variable) || *origin == Origin::Flag);
            }
        }
    }

    fn collect(&mut self, matches: &ArgMatches) {
        let known = |variable: &&str| matches.try_contains_id(variable).is_ok();
        for variable in SETTINGS.iter().flat_map(|setting| setting.variables()).filter(known) {
            let origin = match matches.value_source(variable) {
                Some(ValueSource::CommandLine) => Origin::Flag,
                Some(ValueSource::EnvVariable) => Origin::Environment,
                _ => continue,
            };
            if let Ok(Some(mut values)) = matches.try_get_raw(variable)
                && let Some(value) = values.next()
            {
                if origin == Origin::Environment && environment::is_port_of_kubernetes(variable, value) {
                    self.notes.push(format!("{variable} is ignored: its value is that of a service of Kubernetes"));
                    continue;
                }
                self.set_variable(variable, value.to_owned(), origin);
            }
        }
    }
}

impl fmt::Debug for Raw {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_map().entries(self.values.iter().map(|(name, (_, origin))| (name, origin))).finish()
    }
}

/// The environment variables that a command or one below it reads.
fn variables(command: &Command) -> BTreeSet<&str> {
    let own = command.get_arguments().filter_map(|argument| argument.get_env()?.to_str());
    own.chain(command.get_subcommands().flat_map(variables)).collect()
}

/// Adds the flag of every setting to the commands that read it.
#[must_use]
pub fn add_flags(program: Command) -> Command {
    let global = SETTINGS.iter().filter(|setting| setting.commands.are_global());
    let program = program.args(global.flat_map(|setting| setting.arguments()).map(|argument| argument.global(true)));
    program.mut_subcommands(|command| {
        let name = command.get_name().to_owned();
        command.args(SETTINGS.iter().flat_map(|setting| {
            let (read, global) = (setting.commands.include(&name), setting.commands.are_global());
            // A global flag is accepted by every command, but not worth a line of help where it is not read.
            setting.arguments().filter(move |_| read != global).map(move |argument| argument.hide(global))
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
