//! The command line.

mod conform;

pub use conform::Conform;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use secrecy::{ExposeSecret, SecretString};

use crate::config::{CommonFlags, MockFlags, Raw, ServeFlags};

#[derive(Parser)]
#[command(
    name = "immich-server",
    version,
    about = "Server that answers as Immich does for login, sessions, API keys, users and server information",
    after_help = "Every setting may also be given in the environment. Those of the server itself are listed by \
                  `immich-server serve --help`.\n\
                  Exit status: 0 done, 1 failed, with the reason on standard error, 2 wrong usage."
)]
struct Cli {
    #[command(flatten)]
    common: CommonFlags,
    #[command(subcommand)]
    command: Option<CliCommand>,
}

#[derive(Subcommand)]
enum CliCommand {
    /// Bring the database up to date and answer requests until stopped
    Serve(ServeFlags),
    /// Answer requests with examples from the contract until stopped; needs no database
    Mock(MockFlags),
    /// Bring the database up to date, and end
    Migrate(MigrateOptions),
    /// Tell everything that is wrong with the configuration, or what it amounts to; changes nothing
    CheckConfig(ServeFlags),
    /// Copy users, sessions, API keys and the server's settings from a database that upstream made
    #[command(after_help = IMPORT_HELP)]
    Import(Import),
    /// Manage users in the database
    User {
        #[command(subcommand)]
        command: Option<UserCommand>,
    },
    /// Check a server against the contract, whoever wrote it
    #[command(
        after_help = "Exit status: 0 conforming, 1 not conforming, 2 no verdict, with the reason on standard error."
    )]
    Conform(Box<Conform>),
}

/// What to do.
#[derive(Clone, Debug)]
pub enum Command {
    /// Answer requests until stopped.
    Serve,
    /// Answer requests with examples until stopped.
    Mock,
    /// Bring the database up to date, and end.
    Migrate {
        /// Take out of upstream's database what was added to it instead.
        revert: bool,
    },
    /// Judge the configuration, and end.
    CheckConfig,
    /// Copy from a database that upstream made.
    Import(Import),
    /// Manage users.
    User(UserCommand),
    /// Check a server against the contract.
    Conform(Box<Conform>),
}

/// `migrate`
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::Args)]
struct MigrateOptions {
    /// Take out of a database that upstream made what was added to it; refused for any other database
    #[arg(long)]
    revert: bool,
}

const IMPORT_HELP: &str = "\
The source is read as of one moment and never written. What is in both databases is updated when the source has the \
newer row; nothing is deleted here. Everything is written, or nothing: a conflict (for example an e-mail address that \
another user has here) is listed, and nothing is written.\n\
Exit status: 0 done, or nothing to do; 1 conflicts, or failed.";

/// `import`
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Import {
    /// The database to copy from, as postgres://user:password@host:port/name; better given in the environment, as
    /// flags are visible to other users of the machine
    #[arg(long, value_name = "URL", env = "IMMICH_IMPORT_FROM", hide_env_values = true)]
    pub from: SourceUrl,
    /// Do everything, tell what was done, and undo it
    #[arg(long)]
    pub dry_run: bool,
    /// Leave out what is in conflict, with what belongs to it, and write the rest
    #[arg(long)]
    pub skip_conflicts: bool,
    /// Print the outcome as JSON
    #[arg(long)]
    pub json: bool,
}

/// The URL of the database to copy from. Its `Debug` does not show it.
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

/// What to do with users.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum UserCommand {
    /// Create a user
    Create(CreateUser),
    /// List the users
    List(ListUsers),
    /// Give a user a new password
    ResetPassword(ResetPassword),
    /// Delete a user; `restore` takes it back
    Delete(UserName),
    /// Take back the deletion of a user
    Restore(UserName),
}

/// `user create`
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct CreateUser {
    /// E-mail address to log in with
    #[arg(long)]
    pub email: String,
    /// Name shown to other users
    #[arg(long)]
    pub name: String,
    /// Make the user an administrator
    #[arg(long)]
    pub admin: bool,
    /// Read the password from standard input
    #[arg(long, required = true)]
    pub password_stdin: bool,
    /// Print the new user as JSON
    #[arg(long)]
    pub json: bool,
}

/// `user list`
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::Args)]
pub struct ListUsers {
    /// Print the users as JSON
    #[arg(long)]
    pub json: bool,
    /// List deleted users too
    #[arg(long)]
    pub all: bool,
}

/// `user reset-password`
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct ResetPassword {
    /// E-mail address of the user
    #[arg(long)]
    pub email: String,
    /// Read the password from standard input
    #[arg(long, required = true)]
    pub password_stdin: bool,
}

/// `user delete` and `user restore`
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct UserName {
    /// E-mail address of the user
    #[arg(long)]
    pub email: String,
}

/// A command line that was understood.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// What to do.
    pub command: Command,
    /// The settings as they were given by flags and environment, not yet judged.
    pub raw: Raw,
}

/// Why the program ends before it has begun: help was asked for, or the command line is wrong.
#[derive(Debug)]
pub enum Stop {
    /// Help, the version, or what is wrong with the command line.
    Usage(clap::Error),
    /// No subcommand was named. Holds the help.
    NoCommand(String),
}

impl Stop {
    /// Prints it where it belongs, and gives the exit status: 0 for help that was asked for, otherwise 2.
    #[must_use = "the process should end with this status"]
    pub fn print(self) -> ExitCode {
        let status = self.status();
        // Nothing can be told to somebody who cannot be written to.
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

/// Reads the command line, and the environment where flags are missing.
///
/// # Errors
///
/// Help was asked for, or the command line is wrong.
pub fn parse<I, T>(arguments: I) -> Result<Invocation, Stop>
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    let cli = Cli::try_parse_from(arguments).map_err(Stop::Usage)?;
    let CommonFlags(common) = cli.common;
    let (command, raw) = match cli.command {
        Some(CliCommand::Serve(ServeFlags(raw))) => (Command::Serve, common.with(raw)),
        Some(CliCommand::Mock(MockFlags(raw))) => (Command::Mock, common.with(raw)),
        Some(CliCommand::CheckConfig(ServeFlags(raw))) => (Command::CheckConfig, common.with(raw)),
        Some(CliCommand::Migrate(MigrateOptions { revert })) => (Command::Migrate { revert }, common),
        Some(CliCommand::Import(import)) => (Command::Import(import), common),
        Some(CliCommand::User { command: Some(command) }) => (Command::User(command), common),
        Some(CliCommand::Conform(conform)) => (Command::Conform(conform), common),
        Some(CliCommand::User { command: None }) => return Err(no_command(&["user"])),
        None => return Err(no_command(&[])),
    };
    Ok(Invocation { command, raw })
}

/// Help on the (sub)command that lacks a subcommand.
///
/// `clap` can do this itself, but only when no setting at all is given in the environment.
fn no_command(path: &[&str]) -> Stop {
    let mut root = Cli::command();
    // Carries the flags of the root down to the subcommands.
    root.build();
    let help = match path.first().and_then(|name| root.find_subcommand_mut(name)) {
        Some(command) => command.render_help(),
        None => root.render_help(),
    };
    Stop::NoCommand(help.to_string())
}

#[cfg(test)]
mod tests;
