//! What a setting is: its names, its default and its allowed values.

use std::ffi::OsString;
use std::fmt;

use clap::builder::ValueParser;

/// One setting of the program, whatever its type. The command line, `--help`, `check-config`, error messages and
/// `docs/configuration.md` are all made of this description.
#[derive(Debug)]
pub struct Setting {
    /// The environment variable, which is also the name used in messages. Upstream's name where upstream has one.
    pub variable: &'static str,
    /// The environment variable that names a file with the value, such as `DB_PASSWORD_FILE`; none where there is no
    /// such variable.
    pub file_variable: Option<&'static str>,
    /// The heading it is listed under.
    pub heading: &'static str,
    /// The commands that read it.
    pub commands: Commands,
    /// What it is for, as Markdown.
    pub help: &'static str,
    /// The placeholder of its value in `--help`.
    pub placeholder: &'static str,
    /// The value when neither a flag nor the environment gives one.
    pub default: DefaultValue,
    /// Whether the value must never be printed.
    pub secret: bool,
    /// The values that it accepts.
    pub allowed: fn() -> Allowed,
}

impl Setting {
    /// The environment variables that give a value: its own, and that of a file with the value.
    pub fn variables(&self) -> impl Iterator<Item = &'static str> + use<> {
        [self.variable].into_iter().chain(self.file_variable)
    }

    /// The long flag, without the leading dashes: the variable without `IMMICH_`, in kebab case.
    #[must_use]
    pub fn flag(&self) -> String {
        flag_of(self.variable)
    }

    /// The long flag for a file with the value.
    #[must_use]
    pub fn file_flag(&self) -> Option<String> {
        self.file_variable.map(flag_of)
    }

    /// The command line arguments of this setting: one for the value, and one for a file with the value, if it has one.
    pub(super) fn arguments(&self) -> impl Iterator<Item = clap::Arg> {
        let file = self.file_variable.map(|variable| self.file_argument(variable));
        [self.argument()].into_iter().chain(file)
    }

    /// It accepts any text: the settings are validated together later, while the command line parser would stop at the
    /// first invalid one.
    fn argument(&self) -> clap::Arg {
        let help = match (self.allowed)() {
            Allowed::Words(words) => format!("{} [possible values: {}]", self.help, words.join(", ")),
            Allowed::Text(_) => self.help.to_owned(),
        };
        let help = help.replace('`', "");
        let argument = clap::Arg::new(self.variable)
            .long(self.flag())
            .env(self.variable)
            .help_heading(self.heading)
            .value_name(self.placeholder)
            .value_parser(ValueParser::os_string())
            .hide_env_values(self.secret);
        match self.default {
            DefaultValue::Unset => argument.help(help),
            DefaultValue::Text(text) => argument.help(help).default_value(text),
            DefaultValue::Computed { description, .. } => argument.help(format!("{help} [default: {description}]")),
        }
    }

    fn file_argument(&self, variable: &'static str) -> clap::Arg {
        clap::Arg::new(variable)
            .long(flag_of(variable))
            .env(variable)
            .help_heading(self.heading)
            .value_name("FILE")
            .value_parser(ValueParser::os_string())
            .help(format!("File that contains the value of {}", self.variable))
    }
}

fn flag_of(variable: &str) -> String {
    let name = variable.strip_prefix("IMMICH_").unwrap_or(variable);
    name.to_ascii_lowercase().replace('_', "-")
}

/// The commands that read a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Commands {
    /// Every command that uses the database.
    OnDatabase,
    /// The same, and `mock`.
    All,
    /// `serve`, which `check-config` validates.
    Serve,
    /// The same, and `mock`.
    ServeAndMock,
    /// `serve`, `check-config` and `cleanup`.
    ServeAndCleanup,
    /// `mock`.
    Mock,
}

impl Commands {
    /// Their names.
    #[must_use]
    pub fn names(self) -> &'static [&'static str] {
        match self {
            Self::OnDatabase => &["serve", "check-config", "migrate", "import", "user", "session", "cleanup"],
            Self::All => &["serve", "check-config", "migrate", "import", "user", "session", "cleanup", "mock"],
            Self::Serve => &["serve", "check-config"],
            Self::ServeAndMock => &["serve", "check-config", "mock"],
            Self::ServeAndCleanup => &["serve", "check-config", "cleanup"],
            Self::Mock => &["mock"],
        }
    }

    /// Whether this command reads the setting.
    #[must_use]
    pub fn include(self, command: &str) -> bool {
        self.names().contains(&command)
    }

    /// Whether the flag may also come before the command. Then every command accepts it.
    #[must_use]
    pub fn are_global(self) -> bool {
        matches!(self, Self::OnDatabase | Self::All)
    }
}

/// What a setting is when neither a flag nor the environment gives a value.
#[derive(Debug)]
pub enum DefaultValue {
    /// Nothing: the setting is optional.
    Unset,
    /// This text, parsed like a given value.
    Text(&'static str),
    /// A value that depends on the machine.
    Computed {
        /// How `--help` describes it.
        description: &'static str,
        /// Computes it, or says why it cannot.
        compute: fn() -> Result<OsString, String>,
    },
}

impl DefaultValue {
    /// The default on this machine; none for an optional setting.
    ///
    /// # Errors
    ///
    /// Why this machine has no default.
    pub fn value(&self) -> Result<Option<OsString>, String> {
        match self {
            Self::Unset => Ok(None),
            Self::Text(text) => Ok(Some(OsString::from(text))),
            Self::Computed { compute, .. } => compute().map(Some),
        }
    }
}

/// The values that a setting accepts. Its `Display` is what error messages and `docs/configuration.md` say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// One of these, in any case.
    Words(Vec<&'static str>),
    /// Text that this describes.
    Text(String),
}

impl fmt::Display for Allowed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Words(words) => formatter.write_str(&words.join(", ")),
            Self::Text(text) => formatter.write_str(text),
        }
    }
}

/// Where the value of a setting comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A command line flag.
    Flag,
    /// An environment variable.
    Environment,
    /// The default.
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
