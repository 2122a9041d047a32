//! Bringing the schema up to date with the migrations built into the program.
//!
//! Any number of servers may start at once: an advisory lock lets one after the other look what is left to do.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::connect::{ConnectError, Purpose, Target};
use super::schema::__diesel_schema_migrations as applied;
use super::settings::DatabaseSettings;
use super::upstream::{self, Adopted, UpstreamError};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../migrations");

/// The key of the advisory lock, one for all versions of this program: "immich" in ASCII.
const LOCK: i64 = 0x696d_6d69_6368;

/// How long the connection may take to open.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// How long to wait for another server that migrates.
const OTHERS: &str = "set lock_timeout = '120s'";

/// How long a migration may wait for a table. While it waits, all others wait behind it.
const TABLES: &str = "set lock_timeout = '5s'";

/// Why the schema is not up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// There is no connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// Another server has been migrating for too long, or the lock cannot be had.
    #[error("the lock for migrations cannot be had: {0}")]
    Lock(#[source] diesel::result::Error),
    /// The list of what was applied cannot be read.
    #[error("the list of applied migrations cannot be read: {0}")]
    List(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A migration failed. It left nothing behind; those before it stay.
    #[error("migration {name} failed: {reason}")]
    Failed {
        /// Its name.
        name: String,
        /// What the database says.
        #[source]
        reason: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Upstream's database cannot be used.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
    /// Upstream did not make the database.
    #[error("upstream did not make this database: nothing was added to it that could be taken back")]
    NotUpstream,
    /// The work was broken off.
    #[error("migrating was broken off: {0}")]
    BrokenOff(#[from] tokio::task::JoinError),
}

type Migrations = Vec<Box<dyn Migration<Pg>>>;

/// The connection as diesel's migrations want it.
pub(super) type Harness = AsyncConnectionWrapper<AsyncPgConnection>;

/// What was done to bring the schema up to date.
#[derive(Debug)]
pub struct Migrated {
    /// Whose schema it is.
    pub schema: Schema,
    /// The names of what was applied now.
    pub applied: Vec<String>,
    /// What an operator should know although nothing is wrong, one line each.
    pub notes: Vec<String>,
}

/// Whose schema a database has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schema {
    /// Made by this program's migrations.
    Own,
    /// Made by upstream, and used as it is.
    Upstream {
        /// The name of the last migration of upstream's.
        last_migration: Option<String>,
    },
}

/// Applies what is left to apply, oldest first. A database that upstream made is told from our own, and only what is
/// missing there is added.
///
/// # Errors
/// As [`MigrateError`] says. What was applied before the failure stays applied.
pub async fn migrate(settings: &DatabaseSettings) -> Result<Migrated, MigrateError> {
    locked(settings, |harness| {
        if upstream::is_upstream(harness)? {
            let Adopted { last_migration, added, notes } = upstream::adopt(harness)?;
            return Ok(Migrated { schema: Schema::Upstream { last_migration }, applied: added, notes });
        }
        let left = harness.pending_migrations(MIGRATIONS).map_err(MigrateError::List)?;
        let applied = each(&left, |migration| harness.run_migration(migration).map(|_| ()))?;
        Ok(Migrated { schema: Schema::Own, applied, notes: Vec::new() })
    })
    .await
}

/// Takes out of a database that upstream made what was added to it, and gives the names.
///
/// # Errors
/// [`MigrateError::NotUpstream`] for a database of our own, else as [`MigrateError`] says.
pub async fn revert_additions(settings: &DatabaseSettings) -> Result<Vec<String>, MigrateError> {
    locked(settings, |harness| {
        if !upstream::is_upstream(harness)? {
            return Err(MigrateError::NotUpstream);
        }
        Ok(upstream::remove(harness)?)
    })
    .await
}

/// Takes back every migration of our own, newest first, with all data, and gives the names. For tests.
///
/// # Errors
/// As [`MigrateError`] says.
pub async fn revert_all(settings: &DatabaseSettings) -> Result<Vec<String>, MigrateError> {
    locked(settings, |harness| {
        let done = harness.applied_migrations().map_err(MigrateError::List)?;
        let mut known = known()?;
        known.retain(|migration| done.contains(&migration.name().version()));
        known.reverse();
        each(&known, |migration| harness.revert_migration(migration).map(|_| ()))
    })
    .await
}

/// The names of the migrations left to apply to a database of our own. Changes nothing.
///
/// # Errors
/// As [`MigrateError`] says.
pub async fn pending(settings: &DatabaseSettings) -> Result<Vec<String>, MigrateError> {
    let link = Target::new(settings)?.open(Purpose::Read, CONNECT_LIMIT).await?;
    let done = applied_versions(link.shared()).await.map_err(|error| MigrateError::List(error.into()))?;
    let mut left = known()?;
    left.retain(|migration| !done.contains(&migration.name().version().to_string()));
    Ok(left.iter().map(|migration| migration.name().to_string()).collect())
}

async fn applied_versions(mut connection: &AsyncPgConnection) -> QueryResult<Vec<String>> {
    // Asking diesel would make the table.
    let exists = diesel::select(
        diesel::dsl::sql::<Bool>("to_regclass(").bind::<Text, _>("__diesel_schema_migrations").sql(") is not null"),
    );
    if exists.get_result(&mut connection).await? {
        applied::table.select(applied::version).load(&mut connection).await
    } else {
        Ok(Vec::new())
    }
}

fn known() -> Result<Migrations, MigrateError> {
    let mut known: Migrations = MIGRATIONS.migrations().map_err(MigrateError::List)?;
    known.sort_by(|a, b| a.name().version().cmp(&b.name().version()));
    Ok(known)
}

fn each(
    migrations: &Migrations,
    mut step: impl FnMut(&dyn Migration<Pg>) -> diesel::migration::Result<()>,
) -> Result<Vec<String>, MigrateError> {
    let mut names = Vec::with_capacity(migrations.len());
    for migration in migrations {
        let name = migration.name().to_string();
        step(&**migration).map_err(|reason| MigrateError::Failed { name: name.clone(), reason })?;
        names.push(name);
    }
    Ok(names)
}

/// Does `work` while holding the advisory lock, on the connection that holds it.
async fn locked<T: Send + 'static>(
    settings: &DatabaseSettings,
    work: impl FnOnce(&mut Harness) -> Result<T, MigrateError> + Send + 'static,
) -> Result<T, MigrateError> {
    let link = Target::new(settings)?.open(Purpose::Migrate, CONNECT_LIMIT).await?;
    // One statement after the other: the time limit for the tables is not that for the other servers.
    for statement in [OTHERS, &format!("select pg_advisory_lock({LOCK})"), TABLES] {
        link.shared().batch_execute(statement).await.map_err(MigrateError::Lock)?;
    }
    let (connection, driver) = link.into_parts();
    // diesel's migrations are made for threads.
    let worked = tokio::task::spawn_blocking(move || {
        let mut harness = Harness::from(connection);
        let worked = work(&mut harness);
        // The end of the connection releases the lock as well, only a little later.
        let _ = SimpleConnection::batch_execute(&mut harness, &format!("select pg_advisory_unlock({LOCK})"));
        drop(harness);
        drop(driver);
        worked
    });
    worked.await?
}
