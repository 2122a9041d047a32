//! The command line.

use crate::account::Account;
use crate::bare;
use crate::baseline::Baseline;
use crate::cores::Placement;
use crate::database::Databases;
use crate::error::BenchError;
use crate::machine::{Machine, compiler};
use crate::markdown::{self, Places};
use crate::measure::builds::{self, Builds};
use crate::measure::{self, Bench, instructions};
use crate::progress::Progress;
use crate::report::{self, Report};
use crate::server::Programs;
use crate::targets::Finding;
use crate::wrk::Wrk;
use clap::{Args, Parser, Subcommand};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Measures how near the server is to what the machine can do
#[derive(Parser)]
#[command(name = "immich-bench", after_help = "Exit status: 0 done, 1 instructions have grown, 2 no result.")]
struct Cli {
    #[command(subcommand)]
    command: Mode,
}

#[derive(Subcommand)]
enum Mode {
    /// Measure everything side by side, and write the report
    Run {
        #[command(flatten)]
        place: Place,
        /// Rounds that count
        #[arg(long, default_value_t = 7)]
        rounds: usize,
        /// Seconds that one turn lasts
        #[arg(long, default_value_t = 1)]
        seconds: u64,
    },
    /// Count instructions per request, and compare them with the recorded ones
    Instructions {
        #[command(flatten)]
        place: Place,
        /// Cargo's profile that the program was built with
        #[arg(long)]
        profile: String,
        /// Record them instead
        #[arg(long)]
        accept: bool,
    },
    /// Measure how long building takes, on a copy of the repository
    Builds {
        /// Rounds that count
        #[arg(long, default_value_t = 7)]
        rounds: usize,
        /// Where the copy and the results go
        #[arg(long, default_value = "target/bench")]
        folder: PathBuf,
    },
    /// Write docs/benchmarks.md from the last run
    Report {
        /// Where the results are
        #[arg(long, default_value = "target/bench")]
        folder: PathBuf,
        /// Where the document goes
        #[arg(long, default_value = "docs")]
        docs: PathBuf,
    },
    /// The baseline: answer every request as that server answers a ping
    #[command(hide = true)]
    Bare {
        /// Address and port of the server
        like: SocketAddr,
    },
}

#[derive(Args)]
struct Place {
    /// The server's program
    #[arg(long)]
    server: PathBuf,
    /// Where logs and results go
    #[arg(long, default_value = "target/bench")]
    folder: PathBuf,
}

const BASELINE: &str = "tools/bench/instructions.json";
const REPORT: &str = "report.json";
const DOCS: &str = "docs";
const BUILDS: &str = "builds.json";

/// Does what the command line says. False when instructions have grown.
pub(crate) fn main() -> Result<bool, BenchError> {
    match Cli::parse().command {
        Mode::Bare { like } => bare::serve(like).map(|()| true),
        Mode::Run { place, rounds, seconds } => {
            run(&place.programs()?, rounds, Duration::from_secs(seconds)).map(|()| true)
        }
        Mode::Instructions { place, profile, accept } => compare(&place.programs()?, &profile, accept),
        Mode::Builds { rounds, folder } => build(&folder, rounds).map(|()| true),
        Mode::Report { folder, docs } => document(&folder, &docs, &report::read(&folder.join(REPORT))?).map(|()| true),
    }
}

impl Place {
    fn programs(&self) -> Result<Programs, BenchError> {
        let Self { server, folder } = self;
        fs::create_dir_all(folder).map_err(BenchError::file(folder))?;
        // The programs run in that folder.
        let absolute = |path: &Path| fs::canonicalize(path).map_err(BenchError::file(path));
        Ok(Programs { server: absolute(server)?, folder: absolute(folder)? })
    }
}

fn run(programs: &Programs, rounds: usize, turn: Duration) -> Result<(), BenchError> {
    let begin = Instant::now();
    let placement = Placement::here()?;
    let progress = Progress::new(measure::steps(rounds) + instructions::STEPS);
    progress.part("a database");
    let databases = Databases::start(&placement.database, &placement.all)?;
    let database = databases.create("main")?;
    let server = programs.serve(&placement.all, &database.url(), &[])?;
    let account = Account::sign_up(&server)?;
    server.stop();
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
        progress: &progress,
    };
    let found = measure::all(&bench)?;
    progress.part("instructions");
    let counted = instructions::count(programs, &databases, &progress)?;
    let report = Report::new(rounds, (turn, begin.elapsed()), Machine::here(&placement), found, counted);
    progress.finish();
    let path = programs.folder.join(REPORT);
    report::write(&path, &report)?;
    println!("written: {}", path.display());
    tell(&report.findings);
    document(&programs.folder, Path::new(DOCS), &report)
}

fn tell(findings: &[Finding]) {
    for finding in findings {
        println!("{finding}");
    }
    let met = findings.iter().filter(|finding| finding.met).count();
    println!("{met} of {} targets met", findings.len());
}

fn document(folder: &Path, docs: &Path, report: &Report) -> Result<(), BenchError> {
    let path = folder.join(BUILDS);
    let builds: Option<Builds> = if path.exists() { Some(report::read(&path)?) } else { None };
    let places = Places { notes: Path::new("tools/bench/notes"), docs };
    markdown::write(&places, report, builds.as_ref())?;
    println!("written: {}", docs.join("benchmarks.md").display());
    Ok(())
}

fn compare(programs: &Programs, profile: &str, accept: bool) -> Result<bool, BenchError> {
    let placement = Placement::here()?;
    let progress = Progress::new(instructions::STEPS);
    progress.part("instructions");
    let databases = Databases::start(&placement.all, &placement.all)?;
    let counted = instructions::count(programs, &databases, &progress)?;
    progress.finish();
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
    let passed = !compared.iter().any(crate::baseline::Compared::has_grown);
    if !passed {
        eprintln!("If that is what it has to cost, record it: make bench-instructions ARGS=--accept");
        if baseline.compiler(profile).is_some_and(|recorded| recorded != compiler) {
            eprintln!("The recorded figures are of another compiler; this is {compiler}");
        }
    }
    Ok(passed)
}

fn build(folder: &Path, rounds: usize) -> Result<(), BenchError> {
    fs::create_dir_all(folder).map_err(BenchError::file(folder))?;
    let folder = fs::canonicalize(folder).map_err(BenchError::file(folder))?;
    let progress = Progress::new(builds::steps(rounds));
    let builds = builds::measure(&folder.join("copy"), rounds, &progress)?;
    progress.finish();
    report::write(&folder.join(BUILDS), &builds)?;
    tell(&builds.findings);
    let last = folder.join(REPORT);
    if last.exists() { document(&folder, Path::new(DOCS), &report::read(&last)?) } else { Ok(()) }
}
