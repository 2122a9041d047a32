//! `immich-contract`: see `immich-contract --help`.

use anstyle::AnsiColor;
use clap::{Args, Parser, Subcommand};
use immich_contract::diff::render::{self, Report};
use immich_contract::diff::source::Source;
use immich_contract::diff::{Choice, Verdict, rules};
use immich_contract::without_prose;
use immich_contract_cli::accept::{Refusal, accept};
use immich_contract_cli::contracts::{self, Contract, ContractError};
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
        /// OpenAPI documents in JSON or YAML: one to compare with the accepted contract instead of the one in spec/, or
        /// the older and the newer one.
        #[arg(num_args = 0..=2, value_name = "DOCUMENT")]
        documents: Vec<PathBuf>,
        #[command(flatten)]
        choice: ChoiceFlags,
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

/// Which changes are reported.
#[derive(Debug, Default, Args)]
struct ChoiceFlags {
    /// Prints breaking changes only. The exit status remains that of all changes.
    #[arg(long)]
    breaking: bool,
    /// Compares only the operations that the older contract has.
    #[arg(long)]
    only_known: bool,
    /// A TOML file with the levels of rules: `rule = "breaking"`, or "warning", "compatible", "ignore".
    #[arg(long, value_name = "FILE")]
    severities: Option<PathBuf>,
}

impl ChoiceFlags {
    fn choice(&self) -> Choice<'_> {
        let Self { breaking, only_known, ref severities } = *self;
        Choice { breaking, only_known, severities: severities.as_deref() }
    }
}

#[derive(Debug, Args)]
#[group(multiple = false)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag, and clap allows one")]
struct Form {
    /// Prints Markdown.
    #[arg(long)]
    markdown: bool,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
    /// Prints SARIF 2.1.0.
    #[arg(long)]
    sarif: bool,
    /// Prints annotations for GitHub Actions.
    #[arg(long)]
    annotations: bool,
}

impl Form {
    fn form(&self) -> render::Form {
        match self {
            Self { markdown: true, .. } => render::Form::Markdown,
            Self { json: true, .. } => render::Form::Json,
            Self { sarif: true, .. } => render::Form::Sarif,
            Self { annotations: true, .. } => render::Form::Annotations,
            _ => render::Form::Text,
        }
    }
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
        Subcommands::Diff { documents, choice, form } => diff(&cli.root, &documents, &choice.choice(), &form),
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

fn diff(root: &Path, documents: &[PathBuf], choice: &Choice<'_>, form: &Form) -> Result<ExitCode, Failure> {
    let (old, new) = match documents {
        [old, new] => (contracts::plain(old)?, contracts::plain(new)?),
        [other] => (contracts::accepted(root)?, contracts::other(root, other)?),
        _ => (contracts::accepted(root)?, contracts::current(root)?),
    };
    Ok(ExitCode::from(print(&old, &new, choice, form)?.exit_status()))
}

fn accepting(root: &Path, yes: bool, form: &Form) -> Result<ExitCode, Failure> {
    let old = contracts::accepted(root)?;
    let new = contracts::current(root)?;
    if old.document == without_prose(&new.document) {
        writeln!(anstream::stderr(), "Nothing to accept: {} is already accepted", new.origin)?;
        return Ok(ExitCode::SUCCESS);
    }
    print(&old, &new, &Choice::default(), form)?;
    accept(root, &new.document, yes)?;
    writeln!(
        anstream::stderr(),
        "Accepted: {} now matches the contract in spec/; commit it",
        immich_contract::pins::ACCEPTED
    )?;
    Ok(ExitCode::SUCCESS)
}

/// Prints what changed. Returns the verdict on all changes, printed or not.
fn print(old: &Contract, new: &Contract, choice: &Choice<'_>, form: &Form) -> Result<Verdict, Failure> {
    let comparison = choice.compare(&old.document, &new.document).map_err(ContractError::from)?;
    let source = new.source.as_ref().map(|(name, text)| Source { name, text, document: &new.document });
    let report =
        Report { changes: &comparison.reported, from: &old.origin, to: &new.origin, note: new.note.as_deref(), source };
    let text = render::render(&report, form.form());
    let mut out = anstream::stdout();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(comparison.all.verdict())
}

fn list_rules() -> Result<ExitCode, Failure> {
    let mut out = anstream::stdout();
    for rule in rules() {
        writeln!(out, "{:10}  {}", rule.level.to_string(), rule.id)?;
    }
    Ok(ExitCode::SUCCESS)
}
