//! The command line: one file per command.

pub mod args;
pub mod check_config;
mod conform;
mod import;
mod migrate;
mod reach;
mod serve;
mod user;

use crate::config::{Raw, Settings};
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
    if let Command::CheckConfig = command {
        return check_config::run(&raw, &mut stdout(), &mut stderr()).unwrap_or(ExitCode::FAILURE);
    }
    // Another server is asked, wherever it runs: the settings of this one do not matter.
    if let Command::Conform(arguments) = &command {
        return conform::run(arguments);
    }
    let settings = match Settings::from_raw(&raw) {
        Ok(settings) => settings,
        Err(faults) => {
            // Nothing is left to be done when even standard error is gone.
            let _ = check_config::print_faults(&faults, &mut stderr());
            return ExitCode::FAILURE;
        }
    };
    log::start(&settings.log);
    match run(command, settings, &raw) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("immich-server: {}", crate::config::one_line(&crate::error::chain(&*failure)));
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command, settings: Settings, raw: &Raw) -> Result<ExitCode, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match command {
            Command::Serve => serve::run(settings).await,
            Command::Migrate { revert } => migrate::run(revert, &settings).await.map(|()| ExitCode::SUCCESS),
            Command::Import(command) => import::run(command, &settings).await.map(|()| ExitCode::SUCCESS),
            Command::User(command) => user::run(command, &settings).await.map(|()| ExitCode::SUCCESS),
            Command::CheckConfig => Ok(check_config::run(raw, &mut stdout(), &mut stderr())?),
            Command::Conform(arguments) => Ok(conform::run(&arguments)),
        }
    })
}
