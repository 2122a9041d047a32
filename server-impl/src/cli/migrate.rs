//! `immich-server migrate`: migrates the database and prints the applied migrations, or prints grants.

use super::Failure;
use super::args::Migrate;
use super::database_wait::wait_for_database;
use super::open_database::{Purpose, database_settings, find_url};
use crate::config::Settings;
use crate::db::{self, DatabaseSettings, MigrateError, Schema};

pub(super) async fn run(command: &Migrate, settings: &Settings) -> Result<(), Failure> {
    let (url, embedded) = find_url(settings, Purpose::Command).await?;
    let target = database_settings(settings, url);
    let waited = wait_for_database(&target, settings.availability.database_wait).await;
    let done = match (waited, &command.print_grants) {
        (Err(failure), _) => Err(failure),
        (Ok(()), Some(role)) => print_grants(&target, role).await.map_err(Failure::from),
        (Ok(()), None) if command.revert => revert_additions(&target).await.map_err(Failure::from),
        (Ok(()), None) => migrate(&target).await.map_err(Failure::from),
    };
    if let Some(embedded) = embedded {
        embedded.stop().await?;
    }
    done
}

async fn print_grants(target: &DatabaseSettings, role: &str) -> Result<(), MigrateError> {
    print!("{}", db::grants_for(target, role).await?);
    Ok(())
}

async fn migrate(target: &DatabaseSettings) -> Result<(), MigrateError> {
    let migrated = db::migrate(target).await?;
    if let Schema::Upstream { last_migration } = &migrated.schema {
        let last = last_migration.as_deref().unwrap_or("none");
        println!("using the database of upstream Immich in place; its last migration: {last}");
    }
    for name in &migrated.applied {
        println!("applied {name}");
    }
    for note in &migrated.notes {
        println!("note: {note}");
    }
    if migrated.applied.is_empty() {
        println!("the database is up to date");
    }
    Ok(())
}

async fn revert_additions(target: &DatabaseSettings) -> Result<(), MigrateError> {
    let removed = db::revert_additions(target).await?;
    for name in &removed {
        println!("removed {name}");
    }
    println!("the database of upstream Immich has no additions of this program left");
    Ok(())
}
