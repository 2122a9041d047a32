//! The command line: one file per command.

pub mod args;
pub mod check_config;
mod conform;
mod embedded;
mod import;
mod migrate;
mod mock;
mod open_database;
mod serve;
mod signals;
mod user;

use crate::config::{ConfigFault, Log, MockSettings, Raw, Settings};
use crate::telemetry::log;
use args::{Command, Invocation};
use std::error::Error;
use std::ffi::OsString;
use std::io::{stderr, stdout};
use std::process::ExitCode;

/// Why a command did not do what it was asked to; one line for the person who asked.
type Failure = Box<dyn Error + Send + Sync>;

/// Runs the program. Exit status 0: done; 1: it failed, and one line on standard error says why; 2: wrong usage.
pub fn main(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let Invocation { command, raw } = match args::parse(arguments) {
        Ok(invocation) => invocation,
        Err(stop) => return stop.print(),
    };
    let done = |()| ExitCode::SUCCESS;
    let outcome = match command {
        Command::CheckConfig => check_config::run(&raw, &mut stdout(), &mut stderr()).map_err(Failure::from),
        // Another server is asked, wherever it runs: the settings of this one do not matter.
        Command::Conform(arguments) => Ok(conform::run(&arguments)),
        Command::Mock => with(MockSettings::from_raw(&raw), |settings| &settings.log, mock::run),
        Command::Serve => with_settings(&raw, serve::run),
        Command::Migrate { revert } => {
            with_settings(&raw, async |settings| migrate::run(revert, &settings).await.map(done))
        }
        Command::Import(command) => {
            with_settings(&raw, async |settings| import::run(command, &settings).await.map(done))
        }
        Command::User(command) => with_settings(&raw, async |settings| user::run(command, &settings).await.map(done)),
    };
    outcome.unwrap_or_else(|failure| {
        eprintln!("immich-server: {}", crate::config::one_line(&crate::error::chain(&*failure)));
        ExitCode::FAILURE
    })
}

/// Runs what needs the server's settings.
fn with_settings<R>(raw: &Raw, run: R) -> Result<ExitCode, Failure>
where
    R: AsyncFnOnce(Settings) -> Result<ExitCode, Failure>,
{
    with(Settings::from_raw(raw), |settings| &settings.log, run)
}

/// Starts the log and runs a command; or fails, and prints what is wrong with the settings.
fn with<S, R>(settings: Result<S, Vec<ConfigFault>>, log_of: fn(&S) -> &Log, run: R) -> Result<ExitCode, Failure>
where
    R: AsyncFnOnce(S) -> Result<ExitCode, Failure>,
{
    let settings = match settings {
        Ok(settings) => settings,
        Err(faults) => {
            // Nothing is left to be done when even standard error is gone.
            let _ = check_config::print_faults(&faults, &mut stderr());
            return Ok(ExitCode::FAILURE);
        }
    };
    log::start(log_of(&settings));
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run(settings))
}
