//! `immich-server cleanup`: does the nightly cleanup now, and prints what it removed.

use super::Failure;
use super::args::Cleanup as Arguments;
use super::open_database::{OpenDatabase, Purpose, open_database};
use crate::config::{Settings, SystemSource};
use crate::service::cleanup::{Cleanup, Outcome, Report, UserRemoval};

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
    let file = match &settings.system {
        SystemSource::Database => None,
        SystemSource::File(config) => Some(config),
    };
    let cleanup = Cleanup::prepare(&opened.database, file, UserRemoval::from(&opened.schema)).await?;
    Ok(if arguments.dry_run { cleanup.dry_run().await? } else { cleanup.run().await? })
}

fn print(report: &Report) {
    let Report { outcome, sessions, users, users_left_to_upstream, delete_delay_days } = report;
    let verb = match outcome {
        Outcome::DryRun => "to remove",
        Outcome::Done | Outcome::Busy => "removed",
    };
    let deleted = format!("deleted more than {delete_delay_days} days ago");
    println!("sessions {verb}: {sessions} (expired, or not used for 90 days)");
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
