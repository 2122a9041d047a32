//! `immich-server cleanup`: does the nightly cleanup now, and prints what it removed.

use super::Failure;
use super::args::Cleanup as Arguments;
use super::open_database::{OpenDatabase, Purpose, open_database};
use crate::config::Settings;
use crate::service::cleanup::{Cleanup, Outcome, Report, UserRemoval};
use crate::telemetry::audit::{self, Counts};

pub(super) async fn run(arguments: Arguments, settings: &Settings) -> Result<(), Failure> {
    let opened = open_database(settings, Purpose::Command).await?;
    let result = clean_up(arguments, settings, &opened).await;
    opened.close().await?;
    let report = result?;
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print(&report);
    }
    Ok(())
}

async fn clean_up(arguments: Arguments, settings: &Settings, opened: &OpenDatabase) -> Result<Report, Failure> {
    let users = UserRemoval::from(&opened.schema);
    let cleanup = Cleanup::prepare(&opened.database, &settings.system, users).await?;
    if arguments.dry_run {
        return Ok(cleanup.dry_run().await?);
    }
    let result = cleanup.run().await;
    let counts = result.as_ref().ok().map(|&Report { users, sessions, .. }| Counts { users, sessions, api_keys: None });
    audit::commanded_for_many("cleanup", counts);
    Ok(result?)
}

fn print(report: &Report) {
    let Report { outcome, sessions, users, users_left_to_upstream, delete_delay_days } = report;
    let verb = match outcome {
        Outcome::DryRun => "to remove",
        Outcome::Done | Outcome::Busy => "removed",
    };
    println!("sessions {verb}: {sessions} (expired, or not used for 90 days)");
    let deleted = match delete_delay_days {
        Some(days) => format!("deleted more than {days} days ago"),
        None => "user.deleteDelay in the system configuration is invalid: correct it".to_owned(),
    };
    println!("users {verb}: {users} ({deleted})");
    if *users_left_to_upstream > 0 {
        println!(
            "users left: {users_left_to_upstream} ({deleted}; in the database of upstream Immich, which removes them \
             with their files)"
        );
    }
    if *outcome == Outcome::Busy {
        println!("another process is cleaning up this database, and removes the rest");
    }
}
