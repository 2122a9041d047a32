//! What a setting is: its names, its default, and how it looks on the command line.

use std::ffi::OsString;
use std::fmt;

use clap::builder::ValueParser;

/// One setting of the program.
///
/// The command line, the environment, `--help`, `check-config` and the fault messages are all made from this
/// description, so that they cannot disagree.
#[derive(Debug)]
pub struct Setting {
    /// The environment variable, which is also the name used in messages. Upstream's name where upstream has one.
    pub name: &'static str,
    /// The long flag, without the leading dashes.
    pub flag: &'static str,
    /// The heading it is listed under in `--help`.
    pub heading: &'static str,
    /// What stands for the value in `--help`.
    pub placeholder: &'static str,
    /// What it is for, in one sentence.
    pub help: &'static str,
    /// What holds when nobody sets it.
    pub default: DefaultValue,
    /// Whether the value must never be printed.
    pub secret: bool,
}

/// What a setting is when neither a flag nor the environment gives a value.
#[derive(Debug)]
pub enum DefaultValue {
    /// Nothing: the setting is optional.
    Unset,
    /// This text, read in the same way as a given value.
    Text(&'static str),
    /// A value that depends on the machine.
    Computed {
        /// How `--help` describes it.
        words: &'static str,
        /// Finds it; none where the machine does not tell.
        value: fn() -> Option<OsString>,
    },
}

impl DefaultValue {
    /// The value on this machine.
    #[must_use]
    pub fn value(&self) -> Option<OsString> {
        match self {
            Self::Unset => None,
            Self::Text(text) => Some(OsString::from(text)),
            Self::Computed { value, .. } => value(),
        }
    }
}

impl Setting {
    /// The command line argument of this setting. Any text is taken: the settings are validated together later,
    /// while the command line parser would stop at the first bad one.
    pub(super) fn argument(&self) -> clap::Arg {
        let argument = clap::Arg::new(self.name)
            .long(self.flag)
            .env(self.name)
            .help_heading(self.heading)
            .value_name(self.placeholder)
            .value_parser(ValueParser::os_string())
            .hide_env_values(self.secret);
        match self.default {
            DefaultValue::Unset => argument.help(self.help),
            DefaultValue::Text(text) => argument.help(self.help).default_value(text),
            DefaultValue::Computed { words, .. } => argument.help(format!("{} [default: {words}]", self.help)),
        }
    }
}

/// Where the value of a setting came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A command line flag.
    Flag,
    /// An environment variable.
    Environment,
    /// Nobody set it.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Flag => "flag",
            Self::Environment => "environment",
            Self::Default => "default",
        })
    }
}
