//! How near the server is to what the machine can do, measured side by side with what bounds it.

mod account;
mod bare;
mod baseline;
mod callgrind;
mod cli;
mod cores;
mod database;
mod error;
mod fill;
mod http;
mod machine;
mod markdown;
mod measure;
mod pgbench;
mod progress;
mod query;
mod report;
mod rounds;
mod run;
mod server;
mod stats;
mod targets;
mod wrk;

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
