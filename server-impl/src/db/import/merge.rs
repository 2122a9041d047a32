//! Compares the rows of the source with those of the target, and writes them.

use futures_util::TryStreamExt;
use std::pin::pin;
use tokio_postgres::{Row, Transaction};

use super::tables::{TABLES, Table};
use super::{Conflict, ImportError, LISTED, Outcome, Report, TableReport};

/// Blocks other writers, so that the rows do not change between comparing and writing. Readers continue.
const LOCK: &str = r#"lock table "user", user_metadata, session, api_key, system_metadata in share row exclusive mode"#;

/// One table for the conflicts, and one for the rows that are left out.
const PREPARE: &str = r#"
    create temporary table import_conflict ("table" text not null, id text not null, reason text not null)
      on commit drop;
    create temporary table import_left_out
      ("table" text not null, id text not null, "isConflict" boolean not null, primary key ("table", id))
      on commit drop;
    alter table import_user add "isLowered" boolean not null default false;
    analyze import_user; analyze import_user_metadata; analyze import_session; analyze import_api_key;"#;

/// Lower-cases ASCII letters, independently of the collation of the database.
const LOWER_ASCII: &str = r#"
    update import_user set email = lower(email collate "C"), "isLowered" = true where email <> lower(email collate "C")"#;

const NOT_ASCII: &str = "select id::text, email from import_user where octet_length(email) <> char_length(email)";

const LOWER_ONE: &str = r#"update import_user set email = $2, "isLowered" = true where id = $1::text::uuid"#;

const LOWERED: &str = r#"select count(*) as lowered from import_user where "isLowered""#;

const LEFT_OUT: &str = include_str!("left_out.sql");

/// Determines which rows to insert, update or skip, and which conflict.
pub(super) async fn compare(transaction: &Transaction<'_>) -> Result<Report, ImportError> {
    compare_rows(transaction).await.map_err(ImportError::Write)
}

async fn compare_rows(transaction: &Transaction<'_>) -> Result<Report, tokio_postgres::Error> {
    transaction.batch_execute(LOCK).await?;
    transaction.batch_execute(PREPARE).await?;
    let lowered = lower_addresses(transaction).await?;
    for table in &TABLES {
        transaction.batch_execute(table.conflicts).await?;
    }
    transaction.batch_execute(LEFT_OUT).await?;
    let mut tables = Vec::with_capacity(TABLES.len());
    let mut newer = 0;
    for table in &TABLES {
        let counts = transaction.query_one(&table.classify(), &[]).await?;
        newer += count(&counts, "newer");
        tables.push(TableReport {
            table: table.name,
            read: count(&counts, "read"),
            inserted: count(&counts, "inserted"),
            updated: count(&counts, "updated"),
            unchanged: count(&counts, "unchanged"),
            skipped: count(&counts, "newer") + count(&counts, "left_out"),
            conflicts: count(&counts, "conflicts"),
        });
    }
    let nothing_to_do = tables.iter().all(|table| table.inserted + table.updated == 0);
    Ok(Report {
        outcome: if nothing_to_do { Outcome::NothingToDo } else { Outcome::Imported },
        conflicts_total: tables.iter().map(|table| table.conflicts).sum(),
        conflicts: conflicts(transaction).await?,
        notes: notes(lowered, newer),
        tables,
    })
}

/// Puts the e-mail addresses into lower case, as the server does with every address. Returns how many it changed.
async fn lower_addresses(transaction: &Transaction<'_>) -> Result<u64, tokio_postgres::Error> {
    transaction.execute(LOWER_ASCII, &[]).await?;
    let mut rest: Vec<(String, String)> = Vec::new();
    {
        let mut rows = pin!(transaction.query_raw(NOT_ASCII, std::iter::empty::<i32>()).await?);
        while let Some(row) = rows.try_next().await? {
            let email: String = row.get("email");
            if email != email.to_lowercase() {
                rest.push((row.get("id"), email.to_lowercase()));
            }
        }
    }
    for (id, email) in &rest {
        transaction.execute(LOWER_ONE, &[id, email]).await?;
    }
    Ok(count(&transaction.query_one(LOWERED, &[]).await?, "lowered"))
}

async fn conflicts(transaction: &Transaction<'_>) -> Result<Vec<Conflict>, tokio_postgres::Error> {
    let first = r#"select "table", id, reason from import_conflict order by "table" desc, id, reason limit $1"#;
    let rows = transaction.query(first, &[&LISTED]).await?;
    Ok(rows.iter().map(|row| Conflict { table: row.get(0), id: row.get(1), reason: row.get(2) }).collect())
}

fn notes(lowered: u64, newer: u64) -> Vec<String> {
    let mut notes = Vec::new();
    if lowered > 0 {
        notes.push(format!("e-mail addresses converted to lower case: {lowered}"));
    }
    if newer > 0 {
        notes.push(format!("rows skipped because the copy in the target is newer: {newer}"));
    }
    notes
}

/// Writes the rows of one table, and checks that their number is the one that [`compare`] determined.
pub(super) async fn write(
    transaction: &Transaction<'_>,
    table: &Table,
    counts: &TableReport,
) -> Result<(), ImportError> {
    let (updated, inserted) = write_rows(transaction, table, counts).await.map_err(ImportError::Write)?;
    for (written, expected) in [(updated, counts.updated), (inserted, counts.inserted)] {
        if written != expected {
            return Err(ImportError::Miscounted { table: table.name, written, expected });
        }
    }
    Ok(())
}

async fn write_rows(
    transaction: &Transaction<'_>,
    table: &Table,
    counts: &TableReport,
) -> Result<(u64, u64), tokio_postgres::Error> {
    let mut updated = 0;
    // Disables the trigger only if there is something to change.
    if let Some(update) = table.update().filter(|_| counts.updated > 0) {
        transaction.batch_execute(&update.before).await?;
        updated = transaction.execute(&update.statement, &[]).await?;
        transaction.batch_execute(&update.after).await?;
    }
    let inserted = if counts.inserted > 0 { transaction.execute(&table.insert(), &[]).await? } else { 0 };
    if inserted + updated > 0 {
        // So that the next query has a plan for the new size of the table.
        transaction.batch_execute(&format!("analyze \"{}\"", table.name)).await?;
    }
    Ok((updated, inserted))
}

fn count(row: &Row, column: &str) -> u64 {
    u64::try_from(row.get::<_, i64>(column)).unwrap_or_default()
}
