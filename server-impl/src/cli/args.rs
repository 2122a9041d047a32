//! The command line.

mod cleanup;
mod conform;
mod diff;
mod routes;
mod session;
mod user;

pub use cleanup::Cleanup;
pub use conform::{Conform, Reports};
pub use diff::Diff;
pub use routes::{Proxy, Routes};
pub use session::{ListSessions, RevokeSessions, SessionCommand};
pub use user::{CreateUser, ListUsers, ResetPassword, UpdateUser, UserCommand, UserName};

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::{FalseyValueParser, NonEmptyStringValueParser};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use secrecy::{ExposeSecret, SecretString};

use crate::config::{DatabaseTls, Raw, add_flags, one_line, parse_database_url, read_secret};

#[derive(Parser)]
#[command(
    name = "immich-server",
    version,
    about = "Immich-compatible server for login, sessions, API keys, users and server information",
    after_help = "Every setting is a flag and an environment variable; `immich-server serve --help` lists all settings of \
                  the server.\n\
                  Exit status: 0 success; 1 failure, with the reason on standard error; 2 invalid command line."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// The command to run.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Run the server: migrate the database, then answer requests until stopped
    Serve {
        /// Do not migrate: refuse to start if a migration is pending, so that a role that does not own the tables is
        /// sufficient (`docs/roles.md`)
        #[arg(long, env = "DB_SKIP_MIGRATIONS", value_parser = FalseyValueParser::new())]
        no_migrate: bool,
    },
    /// Run the mock: answer requests with examples from the contract, without a database, until stopped
    Mock,
    /// Migrate the database, then exit
    Migrate(Migrate),
    /// Validate the configuration: print every problem, or the effective settings
    CheckConfig,
    /// Import users, sessions, API keys and the system configuration from a database of upstream Immich
    #[command(after_help = IMPORT_HELP)]
    Import(Import),
    /// Create, list, show, update, delete and restore users, and reset passwords
    #[command(subcommand)]
    User(UserCommand),
    /// List and end sessions of a user
    #[command(subcommand)]
    Session(SessionCommand),
    /// Remove expired and unused sessions, and users who were deleted long ago
    #[command(after_help = cleanup::HELP)]
    Cleanup(Cleanup),
    /// Check whether a server, this one or any other, conforms to the contract
    #[command(
        after_help = "Exit status: 0 the server conforms; 1 it does not; 2 the check could not be completed, with the \
                      reason on standard error."
    )]
    Conform(Box<Conform>),
    /// Print what changed between two OpenAPI documents, and whether it breaks clients
    #[command(after_help = "Exit status: 0 nothing changed; 1 compatible changes; 2 breaking changes; 3 error.")]
    Diff(Diff),
    /// Print the configuration of a reverse proxy that sends the operations of the contract to this server, and all
    /// other requests to upstream Immich
    Routes(Routes),
}

/// `migrate`
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Migrate {
    /// Remove the indexes that this program added to a database of upstream Immich; fails on any other database
    #[arg(long)]
    pub revert: bool,
    /// Change nothing, and print the SQL that grants this role what `serve --no-migrate` needs
    #[arg(long, value_name = "ROLE", conflicts_with = "revert", value_parser = NonEmptyStringValueParser::new())]
    pub print_grants: Option<String>,
}

const IMPORT_HELP: &str = "\
The source is read in one read-only transaction. A row that is in both databases is updated if the copy in the source \
is newer; no row is deleted. If any row conflicts (for example, another user of the target has its e-mail address), \
the conflicts are listed and nothing is written.\n\
Exit status: 0 imported, or nothing to import; 1 conflicts or failure, with the reason on standard error.";

/// `import`
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Import {
    /// Database to import from, as postgres://user:password@host:port/name; safer in a file or in the environment,
    /// because other users of the machine can see flags
    #[arg(
        long,
        value_name = "URL",
        env = "IMMICH_IMPORT_FROM",
        hide_env_values = true,
        required_unless_present = "from_file",
        conflicts_with = "from_file"
    )]
    pub from: Option<SourceUrl>,
    /// File that contains the value of `IMMICH_IMPORT_FROM`
    #[arg(long, value_name = "FILE", env = "IMMICH_IMPORT_FROM_FILE")]
    pub from_file: Option<PathBuf>,
    /// Import, print the result, and roll back
    #[arg(long)]
    pub dry_run: bool,
    /// Skip rows in conflict and the rows that belong to them, and import the rest
    #[arg(long)]
    pub skip_conflicts: bool,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

impl Import {
    /// The URL of the database to import from, given or read from the file, and how its connection is encrypted.
    ///
    /// # Errors
    /// The file cannot be read, or the URL is not valid. The message does not repeat it: it may contain a password.
    pub fn source(&self) -> Result<(SecretString, DatabaseTls), String> {
        let (name, url) = match (&self.from, &self.from_file) {
            (Some(SourceUrl(url)), _) => ("--from".to_owned(), url.clone()),
            (None, Some(file)) => {
                let name = format!("--from-file {}", one_line(&file.display().to_string()));
                let url = read_secret(file).map_err(|problem| format!("{name}: {problem}"))?;
                (name, url)
            }
            (None, None) => return Err("--from is missing".to_owned()),
        };
        parse_database_url(url.expose_secret())
            .map_err(|problem| format!("the URL of the source database ({name}): {problem}"))
    }
}

/// The URL of the database to import from. Its `Debug` does not show it.
#[derive(Clone)]
pub struct SourceUrl(pub SecretString);

impl From<String> for SourceUrl {
    fn from(url: String) -> Self {
        Self(url.into())
    }
}

impl std::fmt::Debug for SourceUrl {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SourceUrl(..)")
    }
}

impl PartialEq for SourceUrl {
    fn eq(&self, other: &Self) -> bool {
        self.0.expose_secret() == other.0.expose_secret()
    }
}

impl Eq for SourceUrl {}

/// A valid command line.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// The command to run.
    pub command: Command,
    /// The settings as flags and environment give them, not yet validated.
    pub raw: Raw,
}

/// No command runs, because the command line asks for help or is invalid.
#[derive(Debug)]
pub enum EarlyExit {
    /// Help, the version, or the error in the command line.
    Usage(clap::Error),
    /// The subcommand is missing. Contains the help.
    NoCommand(String),
}

impl EarlyExit {
    /// Prints it to standard output or standard error, and returns the exit status: 0 for requested help, otherwise 2.
    #[must_use = "the process should end with this status"]
    pub fn print(self) -> ExitCode {
        let status = self.status();
        // When this output fails, there is no other to report it to.
        match self {
            Self::Usage(error) => drop(error.print()),
            Self::NoCommand(help) => {
                drop(std::io::Write::write_all(&mut std::io::stderr(), help.as_bytes()));
            }
        }
        ExitCode::from(status)
    }

    fn status(&self) -> u8 {
        match self {
            Self::Usage(error) => u8::from(error.use_stderr()) * 2,
            Self::NoCommand(_) => 2,
        }
    }
}

/// Parses the command line, and the environment where flags are missing.
///
/// # Errors
///
/// The command line asks for help, or is invalid.
pub fn parse<I, T>(arguments: I) -> Result<Invocation, EarlyExit>
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    let mut program = command_line();
    let matches = program.try_get_matches_from_mut(arguments).map_err(EarlyExit::Usage)?;
    let incomplete = match matches.subcommand() {
        None => Some(&mut program),
        Some((group @ ("user" | "session"), given)) if given.subcommand().is_none() => {
            program.find_subcommand_mut(group)
        }
        Some(_) => None,
    };
    if let Some(command) = incomplete {
        return Err(EarlyExit::NoCommand(command.render_help().to_string()));
    }
    let cli = Cli::from_arg_matches(&matches).map_err(|error| EarlyExit::Usage(error.format(&mut program)))?;
    Ok(Invocation { command: cli.command, raw: Raw::from_matches(&program, &matches) })
}

/// The commands with their options and the flags of all settings.
fn command_line() -> clap::Command {
    // `clap` itself prints help in place of a missing subcommand only when the environment gives no setting at all.
    let without = |command: clap::Command| command.subcommand_required(false).arg_required_else_help(false);
    add_flags(without(Cli::command()).mut_subcommand("user", without).mut_subcommand("session", without))
}

#[cfg(test)]
mod configuration_page;
#[cfg(test)]
mod tests;
