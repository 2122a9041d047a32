//! The command line: one file per command.

pub mod args;
pub mod check_config;
mod cleanup;
mod conform;
mod database_wait;
mod diff;
mod embedded;
mod import;
mod migrate;
mod mock;
mod open_database;
mod open_files;
mod routes;
mod serve;
mod session;
mod signals;
mod user;

use crate::config::{ConfigError, Log, MockSettings, Raw, Settings};
use crate::telemetry::log;
use args::{Command, Invocation};
use std::error::Error;
use std::ffi::OsString;
use std::io::{stderr, stdout};
use std::process::ExitCode;

/// Why a command failed; one line for the operator.
type Failure = Box<dyn Error + Send + Sync>;

/// Runs the program. Exit status 0: success; 1: failure, with one line on standard error; 2: invalid command line.
pub fn main(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let Invocation { command, raw } = match args::parse(arguments) {
        Ok(invocation) => invocation,
        Err(exit) => return exit.print(),
    };
    let done = |()| ExitCode::SUCCESS;
    let result = match command {
        Command::CheckConfig => check_config::run(&raw, &mut stdout(), &mut stderr()).map_err(Failure::from),
        // Checks another server: the settings of this one do not apply.
        Command::Conform(arguments) => Ok(conform::run(&arguments)),
        // Compares two files: the settings of the server do not apply.
        Command::Diff(arguments) => Ok(diff::run(&arguments)),
        Command::Routes(arguments) => routes::run(&arguments).map(done),
        Command::Mock => with(&raw, MockSettings::from_raw(&raw), |settings| &settings.log, mock::run),
        Command::Serve { no_migrate } => with_settings(&raw, async |settings| serve::run(!no_migrate, settings).await),
        Command::Migrate(command) => {
            with_settings(&raw, async |settings| migrate::run(&command, &settings).await.map(done))
        }
        Command::Import(command) => {
            with_settings(&raw, async |settings| import::run(command, &settings).await.map(done))
        }
        Command::Cleanup(command) => {
            with_settings(&raw, async |settings| cleanup::run(command, &settings).await.map(done))
        }
        Command::Session(command) => {
            with_settings(&raw, async |settings| session::run(command, &settings).await.map(done))
        }
        Command::User(command) => with_settings(&raw, async |settings| user::run(command, &settings).await.map(done)),
    };
    result.unwrap_or_else(|failure| {
        eprintln!("immich-server: {}", crate::config::one_line(&crate::error::chain(&*failure)));
        ExitCode::FAILURE
    })
}

/// Runs a command with the server's settings.
fn with_settings<R>(raw: &Raw, run: R) -> Result<ExitCode, Failure>
where
    R: AsyncFnOnce(Settings) -> Result<ExitCode, Failure>,
{
    with(raw, Settings::from_raw(raw), |settings| &settings.log, run)
}

/// Starts the log and runs a command; with invalid settings, prints every problem and fails.
fn with<S, R>(
    raw: &Raw,
    settings: Result<S, Vec<ConfigError>>,
    log_of: fn(&S) -> &Log,
    run: R,
) -> Result<ExitCode, Failure>
where
    R: AsyncFnOnce(S) -> Result<ExitCode, Failure>,
{
    let settings = match settings {
        Ok(settings) => settings,
        Err(errors) => {
            // When standard error is closed, there is no other output to report it to.
            let _ = check_config::print_errors(&errors, raw, &mut stderr());
            return Ok(ExitCode::FAILURE);
        }
    };
    let _writes_the_rest = log::start(log_of(&settings));
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run(settings))
}
