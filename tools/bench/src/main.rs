//! How near the server is to what the machine can do, measured side by side with what bounds it.

mod account;
mod bare;
mod baseline;
mod builds;
mod cli;
mod cores;
mod database;
mod error;
mod fill;
mod goals;
mod http;
mod machine;
mod markdown;
mod measure;
mod progress;
mod query;
mod report;
mod sample;
mod server;
mod stats;
mod tool;

use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::main() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}
