//! `immich-server conform`: checks whether a server conforms to the contract.

mod files;

use super::Failure;
use super::args::Conform;
use files::ReportFiles;
use immich_conform::{Contract, ContractFile, Control, Progress, Stop, read_source};
use std::io::{IsTerminal as _, Write as _, stderr, stdout};
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};

/// The exit status if the server could not be checked.
const NOT_CHECKED: u8 = 2;
/// The contract that the program contains, as reports name it.
const CONTRACT_FILE: &str = "openapi.json";

/// Checks the server and prints the report. The exit status is 0 if it conforms, 1 if not, 2 if it could not be
/// checked.
pub(super) fn run(arguments: &Conform) -> ExitCode {
    match check(arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("immich-server: {}", crate::config::one_line(&crate::error::chain(&*failure)));
            ExitCode::from(NOT_CHECKED)
        }
    }
}

fn check(arguments: &Conform) -> Result<bool, Failure> {
    let reports = &arguments.reports;
    let waivers = reports.accepted()?;
    let options = arguments.options()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let file = match &arguments.spec {
        Some(source) => {
            let text = runtime.block_on(read_source(source, &options.transport, options.timeout))?;
            ContractFile { path: source.clone(), text }
        }
        None => ContractFile { path: CONTRACT_FILE.to_owned(), text: immich_api::CONTRACT.to_owned() },
    };
    let mut contract = Contract::parse(&file.text)?;
    if options.transport.takes_authorization(&options.url) {
        contract.leave_out_authorization();
    }
    let (files, baseline) = (ReportFiles::open(reports, &file)?, ReportFiles::baseline(reports)?);
    let report = runtime.block_on(async {
        let control = Control {
            progress: progress(arguments),
            stop: stop_on_signals()?,
            // Only the last report must be written.
            snapshots: if files.is_empty() { None } else { Some(Box::new(|report| drop(files.write(report)))) },
        };
        Ok::<_, Failure>(immich_conform::run(&contract, &options, &waivers, control).await?)
    })?;
    // The files come first: they must be written even if standard output is closed early.
    files.write(&report)?;
    stdout().write_all(report.to_text(stdout().is_terminal()).as_bytes())?;
    if reports.github_annotations {
        stdout().write_all(report.to_annotations().as_bytes())?;
    }
    if let Some(reason) = report.incomplete {
        return Err(format!("the run is incomplete: {reason}").into());
    }
    baseline.write(&report)?;
    // What the baseline has from now on is accepted.
    Ok(report.problems.is_empty() && (report.conforming || !baseline.is_empty()))
}

fn progress(arguments: &Conform) -> Progress {
    if arguments.quiet {
        Progress::default()
    } else if stderr().is_terminal() {
        Progress::bar()
    } else {
        Progress::lines()
    }
}

/// The first SIGINT or SIGTERM ends the run, with a report; the second ends the program.
fn stop_on_signals() -> Result<Stop, Failure> {
    let stop = Stop::default();
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let ends = stop.clone();
    tokio::spawn(async move {
        let mut next = async || {
            tokio::select! {
                _ = interrupt.recv() => "SIGINT",
                _ = terminate.recv() => "SIGTERM",
            }
        };
        let name = next().await;
        ends.stop(format!("it was ended by {name}"));
        next().await;
        std::process::exit(NOT_CHECKED.into());
    });
    Ok(stop)
}
