//! Updating the schema with the migrations that are built into the program.
//!
//! Any number of servers may start at once: with an advisory lock, they check one after the other what is pending.

use std::time::Duration;

use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::connect::Target;
use super::connect_error::ConnectError;
use super::migration_lock;
use super::pooler;
use super::schema::__diesel_schema_migrations as applied;
use super::session_options::Purpose;
use super::settings::DatabaseSettings;
use super::upstream::{self, Adopted, UpstreamError};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../migrations");

/// How long the connection may take to open.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// Why the schema is not up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// There is no connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The database rejected the lock.
    #[error(
        "could not acquire the migration lock: {0}; wait until no other process migrates this database, then retry"
    )]
    Lock(#[source] diesel::result::Error),
    /// Another server has been migrating for too long.
    #[error("another process has been migrating this database for {0:?}; wait until it is done, then retry")]
    Locked(Duration),
    /// The list of applied migrations is unreadable.
    #[error("could not read the list of applied migrations: {0}")]
    List(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A migration failed and was rolled back; those before it stay applied.
    #[error("migration {name} failed and was rolled back: {reason}")]
    Failed {
        /// Its name.
        name: String,
        /// The error of the database.
        #[source]
        reason: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Upstream's database is not usable.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
    /// The database has tables that neither this program nor upstream can have created.
    #[error(
        "the database has a table {0:?}, but neither the list of migrations of this program nor that of upstream Immich: \
         set DB_URL to an empty database, or restore the list; nothing was changed"
    )]
    ForeignTable(String),
    /// The database is not upstream's.
    #[error("this database was not created by upstream Immich: it has no additions to remove; nothing was changed")]
    NotUpstream,
    /// The thread of the migrations failed.
    #[error("the migrations were aborted: {0}")]
    Aborted(#[from] tokio::task::JoinError),
}

type Migrations = Vec<Box<dyn Migration<Pg>>>;

/// The connection as diesel's migrations take it.
pub(super) type Harness = AsyncConnectionWrapper<AsyncPgConnection>;

/// What was done to update the schema.
#[derive(Debug)]
pub struct Migrated {
    /// Which schema it is.
    pub schema: Schema,
    /// The names of the migrations that were applied now.
    pub applied: Vec<String>,
    /// Notes for the operator that are not errors, one line each.
    pub notes: Vec<String>,
}

/// Which schema a database has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schema {
    /// Created by this program's migrations.
    Own,
    /// Created by upstream, and used in place.
    Upstream {
        /// The name of upstream's last migration.
        last_migration: Option<String>,
    },
}

/// Applies the pending migrations, oldest first. To upstream's database, which is detected, only missing indexes are
/// added.
///
/// # Errors
/// See [`MigrateError`]. Migrations before the failed one stay applied.
pub async fn migrate(settings: &DatabaseSettings) -> Result<Migrated, MigrateError> {
    locked(settings, |harness| {
        if upstream::is_upstream(harness)? {
            let Adopted { last_migration, added, notes } = upstream::adopt(harness)?;
            return Ok(Migrated { schema: Schema::Upstream { last_migration }, applied: added, notes });
        }
        // Before anything is written: the first migration would fail and leave its list of migrations.
        if let Some(table) = upstream::foreign_table(harness)? {
            return Err(MigrateError::ForeignTable(table));
        }
        let left = harness.pending_migrations(MIGRATIONS).map_err(MigrateError::List)?;
        let applied = each(&left, |migration| harness.run_migration(migration).map(|_| ()))?;
        Ok(Migrated { schema: Schema::Own, applied, notes: Vec::new() })
    })
    .await
}

/// Removes from upstream's database what was added to it, and returns the names.
///
/// # Errors
/// [`MigrateError::NotUpstream`] for a database of our own, else see [`MigrateError`].
pub async fn revert_additions(settings: &DatabaseSettings) -> Result<Vec<String>, MigrateError> {
    locked(settings, |harness| {
        if !upstream::is_upstream(harness)? {
            return Err(MigrateError::NotUpstream);
        }
        Ok(upstream::remove(harness)?)
    })
    .await
}

/// Reverts every migration of our own, newest first, with all data, and returns the names. For tests.
///
/// # Errors
/// See [`MigrateError`].
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

/// The names of the migrations that are pending for a database of our own. Changes nothing.
///
/// # Errors
/// See [`MigrateError`].
pub async fn pending(settings: &DatabaseSettings) -> Result<Vec<String>, MigrateError> {
    let connection = Target::new(settings)?.open(Purpose::Read, CONNECT_LIMIT).await?;
    let done = applied_versions(connection.shared()).await.map_err(|error| MigrateError::List(error.into()))?;
    let mut left = known()?;
    left.retain(|migration| !done.contains(&migration.name().version().to_string()));
    Ok(left.iter().map(|migration| migration.name().to_string()).collect())
}

async fn applied_versions(mut connection: &AsyncPgConnection) -> QueryResult<Vec<String>> {
    // diesel's own query would create the table.
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

/// Does `work` while another connection holds the advisory lock.
async fn locked<T: Send + 'static>(
    settings: &DatabaseSettings,
    work: impl FnOnce(&mut Harness) -> Result<T, MigrateError> + Send + 'static,
) -> Result<T, MigrateError> {
    let target = Target::new(settings)?;
    pooler::check(&target).await?;
    let (lock, lock_driver) = target.open(Purpose::MigrationLock, CONNECT_LIMIT).await?.into_parts();
    let (connection, driver) = target.open(Purpose::Migrate, CONNECT_LIMIT).await?.into_parts();
    // diesel's migrations block.
    let done = tokio::task::spawn_blocking(move || {
        let (mut lock, mut harness) = (Harness::from(lock), Harness::from(connection));
        let result = migration_lock::locked(&mut lock, &mut harness, work);
        drop((harness, lock));
        drop((driver, lock_driver));
        result
    });
    done.await?
}
