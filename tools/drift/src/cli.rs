//! The command line.

use crate::mutant::{Mutant, Source, Sources};
use crate::mutate::{MutateError, Sieve, candidates};
use crate::report;
use crate::run::{self, Outcome, RunError, Tried};
use crate::seed::Seed;
use crate::select::{Quota, rotated};
use crate::verdict::Mechanism;
use crate::workshop::{self, Workshop, WorkshopError};
use clap::{Parser, Subcommand};
use serde_json::Value;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DriftError {
    #[error(transparent)]
    Mutate(#[from] MutateError),
    #[error(transparent)]
    Workshop(#[from] WorkshopError),
    #[error(transparent)]
    Run(#[from] RunError),
    #[error("{path}: {source}", path = .path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("{path}: not JSON: {source}", path = .path.display())]
    Json { path: PathBuf, source: serde_json::Error },
    #[error("cargo metadata: {0}")]
    Metadata(&'static str),
    #[error("the contract as it is does not compile ({mechanism}): {message}")]
    Unchanged { mechanism: Mechanism, message: String },
    #[error("no mutant has {0:?} in its name: `immich-drift list` lists them")]
    NoSuchMutant(String),
    #[error("OPENAPI_GENERATOR_JAR is not set: `make drift` sets it")]
    NoJar,
}

/// Changes the contract in every way, one at a time, and sees whether the compiler notices
#[derive(Parser)]
#[command(
    name = "immich-drift",
    after_help = "Exit status: 0 all as promised, 1 a change went unnoticed or prose broke something, 2 no result."
)]
struct Cli {
    /// How many mutants are tried at a time; each needs about 1 GB of memory and 1 GB of disk [default: one per core, at most 4]
    #[arg(long, global = true)]
    jobs: Option<usize>,
    #[command(subcommand)]
    command: Mode,
}

#[derive(Subcommand)]
enum Mode {
    /// Try one mutant of each kind, as many as the time allows
    Sample {
        /// Which of each kind; another one on every commit [default: the number of commits]
        #[arg(long)]
        seed: Option<usize>,
        /// No mutant is begun after this time, building included
        #[arg(long, default_value_t = 200)]
        seconds: u64,
    },
    /// Try mutants of every kind, and write the report
    All {
        /// At most so many of each kind; 0 for all there are
        #[arg(long, default_value_t = 12)]
        of_each_kind: usize,
        /// The folder for drift.md and drift-mutants.md
        #[arg(long)]
        report: Option<PathBuf>,
    },
    /// Try those whose names contain a text, and show what each changes
    Only {
        /// The text
        text: String,
    },
    /// List all mutants
    List,
}

/// Runs it. Says whether all was as promised.
pub(crate) fn main() -> Result<bool, DriftError> {
    let cli = Cli::parse();
    let begun = Instant::now();
    let place = Place::find()?;
    let sources = place.sources()?;
    let all = candidates(&sources);
    let jobs = cli.jobs.unwrap_or_else(|| available_parallelism().map_or(1, usize::from).min(4)).max(1);
    match cli.command {
        Mode::List => {
            let mut sieve = Sieve::new(&sources)?;
            for mutant in &all {
                if sieve.passes(mutant)? {
                    println!("{}", mutant.name);
                }
            }
            Ok(true)
        }
        Mode::Only { text } => {
            let chosen: Vec<&Mutant> = all.iter().filter(|mutant| mutant.name.contains(&text)).collect();
            if chosen.is_empty() {
                return Err(DriftError::NoSuchMutant(text));
            }
            for mutant in &chosen {
                println!("{}\n  {}", mutant.name, mutant.edit);
            }
            let outcome = place.run(&sources, &chosen, jobs, None)?;
            Ok(finish(&outcome, chosen.len()))
        }
        Mode::Sample { seed, seconds } => {
            let seed = seed.map_or_else(|| place.commits(), Ok)?;
            eprintln!("seed {seed}");
            let chosen = choose(&sources, &all, seed, Quota::new(1, false))?;
            let outcome = place.run(&sources, &chosen, jobs, Some((begun, Duration::from_secs(seconds))))?;
            Ok(finish(&outcome, chosen.len()))
        }
        Mode::All { of_each_kind, report } => {
            let limit = if of_each_kind == 0 { usize::MAX } else { of_each_kind };
            let chosen = choose(&sources, &all, 0, Quota::new(limit, true))?;
            let outcome = place.run(&sources, &chosen, jobs, None)?;
            if let Some(folder) = report {
                let settings = report::Settings { all: all.len(), of_each_kind, jobs };
                for (name, text) in report::files(&outcome, settings) {
                    let path = folder.join(name);
                    fs::write(&path, text).map_err(|source| DriftError::File { path, source })?;
                }
            }
            Ok(finish(&outcome, chosen.len()))
        }
    }
}

/// Those that the quota wants, without those that are none.
fn choose<'m>(
    sources: &Sources,
    all: &'m [Mutant],
    seed: usize,
    mut quota: Quota,
) -> Result<Vec<&'m Mutant>, MutateError> {
    let mut sieve = Sieve::new(sources)?;
    let mut chosen = Vec::new();
    for mutant in rotated(all, seed) {
        if quota.wants(mutant) && sieve.passes(mutant)? {
            quota.take(mutant);
            chosen.push(mutant);
        }
    }
    Ok(chosen)
}

/// Prints the table. Says whether all was as promised.
fn finish(outcome: &Outcome<'_>, chosen: usize) -> bool {
    print!("{}", report::table(outcome));
    let left = chosen - outcome.tried.len();
    if left > 0 {
        println!("{left} more were not begun: the time was over");
    }
    outcome.tried.iter().all(Tried::is_as_promised)
}

/// Where things are.
struct Place {
    /// The repository.
    root: PathBuf,
    /// Where all that is made here is put.
    folder: PathBuf,
    /// What was built already.
    seed: Seed,
}

impl Place {
    fn find() -> Result<Self, DriftError> {
        let mut cargo = Command::new(workshop::cargo());
        cargo.args(["metadata", "--format-version", "1", "--no-deps", "--offline"]);
        let text = workshop::printed("cargo metadata", &mut cargo)?;
        let metadata: Value = serde_json::from_str(&text).map_err(|_| DriftError::Metadata("not JSON"))?;
        let path = |key: &str| metadata[key].as_str().map(PathBuf::from);
        let root = path("workspace_root").ok_or(DriftError::Metadata("no workspace_root"))?;
        let target = path("target_directory").ok_or(DriftError::Metadata("no target_directory"))?;
        Ok(Self { root, folder: target.join("drift"), seed: Seed::new(&target, &metadata) })
    }

    fn sources(&self) -> Result<Sources, DriftError> {
        let read = |source: Source| read_json(&self.root.join(source.path()));
        Ok(Sources { contract: read(Source::Contract)?, overlay: read(Source::Overlay)? })
    }

    /// The number of commits, which is another one after every commit.
    fn commits(&self) -> Result<usize, DriftError> {
        let mut git = Command::new("git");
        git.current_dir(&self.root).args(["rev-list", "--count", "HEAD"]);
        Ok(workshop::printed("git rev-list", &mut git)?.trim().parse().unwrap_or_default())
    }

    /// Makes workshops, sees that the contract as it is compiles in each, and tries the mutants. The time begins at the
    /// given instant.
    fn run<'m>(
        &self,
        sources: &Sources,
        mutants: &[&'m Mutant],
        jobs: usize,
        time: Option<(Instant, Duration)>,
    ) -> Result<Outcome<'m>, DriftError> {
        let jar = std::env::var_os("OPENAPI_GENERATOR_JAR").ok_or(DriftError::NoJar)?;
        let classes = self.folder.join("generator.jsa");
        let mut workshops: Vec<Workshop> = Vec::new();
        for job in 1..=jobs {
            let workshop = Workshop::new(&self.root, &self.folder.join(job.to_string()), &classes, &jar)?;
            workshop.take_over(workshops.first(), &self.seed)?;
            eprintln!("compiling the contract as it is (workshop {job} of {jobs})");
            let verdict = workshop.check_unchanged()?;
            if verdict.mechanism != Mechanism::Nothing {
                return Err(DriftError::Unchanged { mechanism: verdict.mechanism, message: verdict.message });
            }
            eprintln!("{:.1} s", verdict.elapsed.as_secs_f64());
            workshops.push(workshop);
        }
        let time = time.map(|(begun, time)| time.saturating_sub(begun.elapsed()));
        Ok(run::run(&workshops, sources, mutants, time)?)
    }
}

fn read_json(path: &Path) -> Result<Value, DriftError> {
    let text = fs::read_to_string(path).map_err(|source| DriftError::File { path: path.to_owned(), source })?;
    serde_json::from_str(&text).map_err(|source| DriftError::Json { path: path.to_owned(), source })
}
