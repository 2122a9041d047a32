//! `immich-bench` benchmarks the server beside the programs that limit it, on one machine in one run.
//!
//! - `make bench` runs every part ([`measure::PARTS`]), prints each target ([`targets`]) with its figure, and writes
//!   `docs/benchmarks.md` ([`report`]). It starts a separate Postgres ([`database`]) and everything else that it needs.
//! - `make bench-instructions` counts instructions per request ([`measure::instructions`]) and fails when one figure has
//!   grown by more than 5 % ([`baseline`]). CI runs it: instruction counts do not depend on how busy the machine is.
//!
//! The server is a separate process ([`server`]), kept to a core ([`cores`]). It is compared with bare hyper
//! ([`bare`]), with pgbench making the same queries ([`pgbench`], [`query`]), and with bare bcrypt. Load comes from
//! [`wrk`] or from the connections in [`http`]. Everything that is compared runs in turn ([`rounds`]); a figure is the
//! median of the rounds ([`stats`]).

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
mod measure;
mod pgbench;
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
