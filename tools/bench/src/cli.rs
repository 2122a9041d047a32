//! The command line.

use crate::account::Account;
use crate::bare;
use crate::baseline::{Baseline, Compared};
use crate::cores::Placement;
use crate::database::Databases;
use crate::error::BenchError;
use crate::machine::{self, compiler};
use crate::measure::{Bench, PARTS, Results, instructions};
use crate::report::Report;
use crate::server::Programs;
use crate::wrk::Wrk;
use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Benchmarks the server beside the programs that limit it: bare hyper, pgbench and bcrypt
#[derive(Parser)]
#[command(
    name = "immich-bench",
    after_help = "Exit status: 0 success; 1 the instruction counts have grown; 2 failure."
)]
struct Cli {
    #[command(subcommand)]
    command: Mode,
}

#[derive(Subcommand)]
enum Mode {
    /// Measure everything, and write docs/benchmarks.md
    Run {
        #[command(flatten)]
        programs: ProgramArgs,
        /// Measured rounds; a warm-up round precedes them
        #[arg(long, default_value_t = 7)]
        rounds: usize,
        /// Length of one measurement, in seconds
        #[arg(long, default_value_t = 1)]
        seconds: u64,
        /// Measure this part only, and write no report; may be repeated
        #[arg(long, value_name = "PART", value_parser = PossibleValuesParser::new(PARTS.map(|(name, _)| name)))]
        only: Vec<String>,
    },
    /// Count instructions per request, and compare them with the recorded ones
    Instructions {
        #[command(flatten)]
        programs: ProgramArgs,
        /// Cargo's profile that the program was built with
        #[arg(long)]
        profile: String,
        /// Record the counts as the new baseline
        #[arg(long)]
        accept: bool,
    },
    /// Bare hyper: answer every request with the bytes that the server sends for a ping
    #[command(hide = true)]
    Bare {
        /// Address and port of the server
        like: SocketAddr,
    },
}

#[derive(Args)]
struct ProgramArgs {
    /// The server's program
    #[arg(long)]
    server: PathBuf,
    /// Folder for logs and callgrind's files
    #[arg(long, default_value = "target/bench")]
    folder: PathBuf,
}

const BASELINE: &str = "tools/bench/instructions.json";
const NOTES: &str = "tools/bench/notes";
const PAGE: &str = "docs/benchmarks.md";

/// Runs the command. False when the instruction counts have grown.
pub(crate) fn main() -> Result<bool, BenchError> {
    match Cli::parse().command {
        Mode::Bare { like } => bare::serve(like).map(|()| true),
        Mode::Run { programs, rounds, seconds, only } => {
            run(&programs.absolute()?, rounds, Duration::from_secs(seconds), &only).map(|()| true)
        }
        Mode::Instructions { programs, profile, accept } => compare(&programs.absolute()?, &profile, accept),
    }
}

impl ProgramArgs {
    /// The programs run in that folder, so relative paths would not be found.
    fn absolute(&self) -> Result<Programs, BenchError> {
        let Self { server, folder } = self;
        fs::create_dir_all(folder).map_err(BenchError::file(folder))?;
        let absolute = |path: &Path| fs::canonicalize(path).map_err(BenchError::file(path));
        Ok(Programs { server: absolute(server)?, folder: absolute(folder)? })
    }
}

fn run(programs: &Programs, rounds: usize, turn: Duration, only: &[String]) -> Result<(), BenchError> {
    let begin = Instant::now();
    let placement = Placement::here()?;
    let databases = Databases::start(&placement.database, &placement.all)?;
    let database = databases.create("main")?;
    let account = Account::sign_up(&programs.serve(&placement.all, &database.url(), &[])?)?;
    let wrk = Wrk::new(placement.load.clone(), &programs.folder)?;
    let bench = Bench {
        programs,
        placement: &placement,
        databases: &databases,
        database: &database,
        account: &account,
        wrk: &wrk,
        rounds,
        turn,
    };
    let mut results = Results::default();
    for (name, measure) in PARTS {
        if only.is_empty() || only.iter().any(|part| part == name) {
            eprintln!("==> {name}");
            results.add(measure(&bench)?);
        }
    }
    for target in &results.targets {
        println!("{target}");
    }
    let met = results.targets.iter().filter(|target| target.is_met()).count();
    println!("{met} of {} targets met", results.targets.len());
    if !only.is_empty() {
        return Ok(());
    }
    let report = Report {
        date: time::OffsetDateTime::now_utc().date().to_string(),
        rounds,
        turn,
        took: begin.elapsed(),
        machine: machine::facts(&placement),
        top: Report::top_functions(&results.instructions)?,
        results,
    };
    report.write(Path::new(PAGE), Path::new(NOTES))?;
    println!("written: {PAGE}");
    Ok(())
}

fn compare(programs: &Programs, profile: &str, accept: bool) -> Result<bool, BenchError> {
    let placement = Placement::here()?;
    let databases = Databases::start(&placement.all, &placement.all)?;
    let counted = instructions::count(programs, &databases)?;
    let path = Path::new(BASELINE);
    let mut baseline = Baseline::read(path)?;
    let compiler = compiler();
    if accept {
        baseline.record(profile, &compiler, &counted);
        baseline.write(path)?;
    }
    let compared = baseline.compare(profile, &counted);
    for one in &compared {
        println!("{one}");
    }
    let passed = !compared.iter().any(Compared::fails);
    if !passed {
        eprintln!("If the growth is intended, record it: make bench-instructions ARGS=--accept");
        if let Some(recorded) = baseline.compiler(profile).filter(|recorded| *recorded != compiler) {
            eprintln!("The figures were recorded with {recorded}; this is {compiler}");
        }
    }
    Ok(passed)
}
