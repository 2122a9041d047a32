//! `immich-contract`: see `immich-contract --help`.

use anstyle::AnsiColor;
use clap::{Args, Parser, Subcommand};
use immich_contract::diff::{Changes, Verdict, compare, rules};
use immich_contract::without_prose;
use immich_contract_cli::accept::{Refusal, accept};
use immich_contract_cli::contracts::{self, Contract, ContractError};
use immich_contract_cli::render::{self, Report};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Reports how the contract changed, and accepts a change.
#[derive(Debug, Parser)]
#[command(name = "immich-contract", version)]
struct Cli {
    /// The root of the repository.
    #[arg(long, global = true, default_value = ".")]
    root: PathBuf,
    #[command(subcommand)]
    command: Subcommands,
}

#[derive(Debug, Subcommand)]
enum Subcommands {
    /// Prints what changed since the contract was accepted.
    ///
    /// Exit status: 0 no change, 1 compatible, 2 breaking, 3 error.
    Diff {
        /// An OpenAPI document in JSON to compare instead of the one in spec/.
        spec: Option<PathBuf>,
        #[command(flatten)]
        form: Form,
    },
    /// Prints what changed, and accepts it if the implementation compiles.
    ///
    /// Exit status: 0 accepted, or nothing to accept; 1 not accepted; 3 error.
    Accept {
        /// Accepts without asking.
        #[arg(long, short)]
        yes: bool,
        #[command(flatten)]
        form: Form,
    },
    /// Lists the rules that classify changes.
    Rules,
}

#[derive(Debug, Args)]
#[group(multiple = false)]
struct Form {
    /// Prints Markdown.
    #[arg(long)]
    markdown: bool,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Contract(#[from] ContractError),
    #[error(transparent)]
    Refusal(#[from] Refusal),
    #[error("could not write the output: {0}")]
    Write(#[from] io::Error),
}

fn main() -> ExitCode {
    // Clap's exit status for a usage error is 2, which means a breaking change here.
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // If printing fails, there is no other output to report it to.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(3) } else { ExitCode::SUCCESS };
        }
    };
    let result = match cli.command {
        Subcommands::Diff { spec, form } => diff(&cli.root, spec.as_deref(), &form),
        Subcommands::Accept { yes, form } => accepting(&cli.root, yes, &form),
        Subcommands::Rules => list_rules(),
    };
    match result {
        Ok(status) => status,
        Err(Failure::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(3),
        Err(failure) => {
            let style = AnsiColor::Red.on_default().bold();
            // If printing fails, there is no other output to report it to.
            let _ = writeln!(anstream::stderr(), "{style}error:{style:#} {failure}");
            ExitCode::from(if matches!(&failure, Failure::Refusal(refusal) if refusal.is_rejection()) { 1 } else { 3 })
        }
    }
}

fn diff(root: &Path, spec: Option<&Path>, form: &Form) -> Result<ExitCode, Failure> {
    let old = contracts::accepted(root)?;
    let new = spec.map_or_else(|| contracts::current(root), |path| contracts::other(root, path))?;
    let changes = print(&old, &new, form)?;
    Ok(ExitCode::from(match changes.verdict() {
        Verdict::Same => 0,
        Verdict::Compatible => 1,
        Verdict::Breaking => 2,
    }))
}

fn accepting(root: &Path, yes: bool, form: &Form) -> Result<ExitCode, Failure> {
    let old = contracts::accepted(root)?;
    let new = contracts::current(root)?;
    if old.document == without_prose(&new.document) {
        writeln!(anstream::stderr(), "Nothing to accept: {} is already accepted", new.origin)?;
        return Ok(ExitCode::SUCCESS);
    }
    print(&old, &new, form)?;
    accept(root, &new.document, yes)?;
    writeln!(
        anstream::stderr(),
        "Accepted: {} now matches the contract in spec/; commit it",
        immich_contract::pins::ACCEPTED
    )?;
    Ok(ExitCode::SUCCESS)
}

fn print(old: &Contract, new: &Contract, form: &Form) -> Result<Changes, Failure> {
    let changes = compare(&old.document, &new.document);
    let report = Report { changes: &changes, from: &old.origin, to: &new.origin, note: new.note.as_deref() };
    let text = if form.markdown {
        render::markdown(&report)
    } else if form.json {
        format!("{:#}\n", render::json(&report))
    } else {
        render::text(&report)
    };
    let mut out = anstream::stdout();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(changes)
}

fn list_rules() -> Result<ExitCode, Failure> {
    let mut out = anstream::stdout();
    for rule in rules() {
        writeln!(out, "{:10}  {}", rule.level.to_string(), rule.id)?;
    }
    Ok(ExitCode::SUCCESS)
}
