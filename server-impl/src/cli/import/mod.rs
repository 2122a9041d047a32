//! `immich-server import`: imports from a database of upstream, and prints a report.

mod progress;
mod table;

use super::Failure;
use super::args::Import;
use super::open_database::{Purpose, database_settings, find_url};
use crate::config::Settings;
use crate::db::import::{ImportOptions, Outcome, Report, import};
use crate::db::{self, DatabaseSettings, Schema};
use crate::telemetry::audit::{self, Counts};
use progress::Reporter;
use secrecy::SecretString;

pub(super) async fn run(command: Import, settings: &Settings) -> Result<(), Failure> {
    let (url, tls) = command.source()?;
    let from = DatabaseSettings { tls, ..DatabaseSettings::new(url) };
    let Import { dry_run, skip_conflicts, json, .. } = command;
    let (url, embedded) = find_url(settings, Purpose::Command).await?;
    let imported = into_database(settings, url, &from, ImportOptions { dry_run, skip_conflicts }).await;
    if let Some(embedded) = embedded {
        embedded.stop().await?;
    }
    let report = imported?;
    if matches!(report.outcome, Outcome::Imported | Outcome::NothingToDo) {
        audit::commanded_for_many("import", Some(counts(&report)));
    }
    if json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print!("{}", table::text(&report));
    }
    match report.outcome {
        Outcome::Imported | Outcome::NothingToDo | Outcome::Tried => Ok(()),
        Outcome::Refused => Err(format!(
            "nothing was imported: rows in conflict: {}; resolve the conflicts, or pass --skip-conflicts",
            report.conflicts_total
        )
        .into()),
    }
}

/// How many rows were inserted or updated.
fn counts(report: &Report) -> Counts {
    let written = |table| report.tables.iter().filter(|of| of.table == table).map(|of| of.inserted + of.updated).sum();
    Counts { users: written("user"), sessions: written("session"), api_keys: Some(written("api_key")) }
}

async fn into_database(
    settings: &Settings,
    url: SecretString,
    from: &DatabaseSettings,
    options: ImportOptions,
) -> Result<Report, Failure> {
    let target = database_settings(settings, url);
    if let Schema::Upstream { .. } = db::migrate(&target).await?.schema {
        return Err(
            "the configured database was created by upstream Immich and is used in place: configure another database \
             to import into"
                .into(),
        );
    }
    let mut reporter = Reporter::new();
    let report = import(&target, from, options, &mut |progress| reporter.report(progress)).await;
    reporter.finish();
    Ok(report?)
}
