//! Imports the users, sessions, API keys and server settings of upstream Immich: from its database, the *source*, into
//! a database that this program created, the *target*.
//!
//! The source is read in one read-only transaction with one snapshot. Its rows are copied unparsed, as binary COPY,
//! into temporary tables of the target, so that the memory of this process does not grow with them. There they are
//! compared with the rows of the target, and written in one transaction: all, or nothing.

mod copy;
mod merge;
mod report;
mod tables;

use futures_util::future::{Either, select};
use std::pin::pin;
use std::time::Duration;
use tokio_postgres::{Client, IsolationLevel, Transaction};

use super::connect::Target;
use super::connect_error::ConnectError;
use super::connection::Driver;
use super::session_options::Purpose;
use super::settings::DatabaseSettings;
use super::upstream::{COLUMNS, LAST_MIGRATION, note_if_newer};
use report::LISTED;
use tables::TABLES;

pub use report::{Conflict, Outcome, Progress, Report, TableReport};

/// How long a connection may take to open.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// The time between two reports of progress during a long statement.
const TICK: Duration = Duration::from_secs(1);

/// How to import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// Do everything, then roll it back.
    pub dry_run: bool,
    /// Leave out rows in conflict, instead of writing nothing.
    pub skip_conflicts: bool,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// There is no connection to the source.
    #[error("could not connect to the source database (--from): {0}")]
    Source(#[source] ConnectError),
    /// There is no connection to the database to import into.
    #[error(transparent)]
    Target(#[from] ConnectError),
    /// The schema of the source is not supported.
    #[error(
        "the schema of the source database differs from those of upstream Immich 2.0 to 3.2: {}; if it is older, \
         start upstream 2.5 on it once; if it is newer, update this program",
        .0.join("; ")
    )]
    Schema(Vec<String>),
    /// Reading failed.
    #[error("nothing was imported: could not read the source database: {}", super::error::chain(.0))]
    Read(#[source] tokio_postgres::Error),
    /// Writing failed.
    #[error("nothing was imported: could not write to the target database: {}", super::error::chain(.0))]
    Write(#[source] tokio_postgres::Error),
    /// The number of rows that were written differs from the number that the comparison determined.
    #[error(
        "nothing was imported: {written} rows of {table} were written instead of {expected}, so the import was \
         rolled back; run it again"
    )]
    Miscounted {
        /// The table.
        table: &'static str,
        /// The number of rows written.
        written: u64,
        /// The number of rows to write.
        expected: u64,
    },
}

/// Imports the database `source` into `target`, and reports to `progress`.
///
/// # Errors
/// See [`ImportError`]. Then nothing was written.
pub async fn import(
    target: &DatabaseSettings,
    source: &DatabaseSettings,
    options: ImportOptions,
    progress: &mut dyn FnMut(Progress),
) -> Result<Report, ImportError> {
    // Options of a session would reach other clients of a pooler. What a pooler needs is right without one, too.
    let source = DatabaseSettings { transaction_pooler: true, ..source.clone() };
    let (mut source, _source_driver) = connect(&source, Purpose::Export).await.map_err(ImportError::Source)?;
    let (mut target, _target_driver) = connect(target, Purpose::Import).await?;
    let snapshot = source.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
    let snapshot = snapshot.start().await.map_err(ImportError::Read)?;
    let faults = snapshot.query(COLUMNS, &[]).await.map_err(ImportError::Read)?;
    if !faults.is_empty() {
        return Err(ImportError::Schema(faults.iter().map(|fault| fault.get(0)).collect()));
    }
    let newer = last_migration(&snapshot).await?.as_deref().and_then(note_if_newer);
    // Rolled back unless it is committed.
    let transaction = target.transaction().await.map_err(ImportError::Write)?;
    for table in &TABLES {
        copy::gather(table, &snapshot, &transaction, progress).await?;
    }
    drop(snapshot);
    progress(Progress::Comparing);
    let mut report = ticking(merge::compare(&transaction), progress).await?;
    report.notes.extend(newer);
    if report.conflicts_total > 0 && !options.skip_conflicts {
        report.outcome = Outcome::Refused;
        return Ok(report);
    }
    for (table, counts) in TABLES.iter().zip(&report.tables) {
        progress(Progress::Writing { table: table.name });
        ticking(merge::write(&transaction, table, counts), progress).await?;
    }
    if options.dry_run {
        report.outcome = Outcome::Tried;
        return Ok(report);
    }
    ticking(transaction.commit(), progress).await.map_err(ImportError::Write)?;
    Ok(report)
}

/// The name of upstream's last migration; none if there is no list of them, or it is not readable.
async fn last_migration(source: &Transaction<'_>) -> Result<Option<String>, ImportError> {
    let readable = "select coalesce(has_table_privilege(to_regclass('kysely_migrations'), 'select'), false)";
    if !source.query_one(readable, &[]).await.map_err(ImportError::Read)?.get::<_, bool>(0) {
        return Ok(None);
    }
    Ok(source.query_one(LAST_MIGRATION, &[]).await.map_err(ImportError::Read)?.get(0))
}

async fn connect(settings: &DatabaseSettings, purpose: Purpose) -> Result<(Client, Driver), ConnectError> {
    Target::new(settings)?.open_client(purpose, CONNECT_LIMIT).await
}

/// Awaits `work`, and reports regularly that it is still running.
async fn ticking<T>(work: impl Future<Output = T>, progress: &mut dyn FnMut(Progress)) -> T {
    let mut work = pin!(work);
    loop {
        match select(work, pin!(tokio::time::sleep(TICK))).await {
            Either::Left((done, _)) => return done,
            Either::Right(((), unfinished)) => work = unfinished,
        }
        progress(Progress::Waiting);
    }
}
