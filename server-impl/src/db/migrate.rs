//! Updating the schema with the migrations that are built into the program, and checking that it can be used.
//!
//! Any number of servers may start at once: with an advisory lock, they check one after the other what is pending.
//! Where nothing is pending, nothing is written, so that a role may start that must not change the schema.

use std::time::Duration;

use diesel::deserialize::QueryableByName;
use diesel::migration::Migration;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_migrations::MigrationHarness;

use super::applied::{Differences, Migrations, known, may_migrate};
use super::connect::Target;
use super::connect_error::ConnectError;
use super::grants;
use super::migration_lock::locked;
use super::pooler;
use super::session_options::Purpose;
use super::settings::DatabaseSettings;
use super::upstream::{self, Additions, Adopted, UpstreamError};

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
    /// Migrations are pending, and may not be applied now.
    #[error("the database lacks {} of this program, up to {last}; run `immich-server migrate` with the role that owns \
             the tables, then start again", plural(*count))]
    Pending {
        /// How many.
        count: usize,
        /// The name of the last one.
        last: String,
    },
    /// A newer release has migrated the database in a way that this program does not support.
    #[error(
        "a newer release of this program has migrated the database, up to {last}, and this one cannot use it: {}; \
         start the newer release",
        faults.join("; ")
    )]
    Newer {
        /// The version of the last migration.
        last: String,
        /// What this program needs and does not find.
        faults: Vec<String>,
    },
    /// The role lacks privileges.
    #[error(
        "the role {role:?} lacks privileges: {}; as the owner of the tables, run what `immich-server migrate \
         --print-grants {role}` prints",
        missing.join(", ")
    )]
    Privileges {
        /// Its name.
        role: String,
        /// What it lacks.
        missing: Vec<String>,
    },
    /// The privileges are unreadable.
    #[error("could not read the privileges of the role: {0}")]
    Grants(#[source] diesel::result::Error),
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

#[derive(QueryableByName)]
struct Role {
    #[diesel(sql_type = Text)]
    role: String,
}

/// Applies the pending migrations, oldest first. To upstream's database, which is detected, only missing indexes are
/// added. A database that a newer release has migrated is left as it is.
///
/// # Errors
/// See [`MigrateError`]. Migrations before the failed one stay applied.
pub async fn migrate(settings: &DatabaseSettings) -> Result<Migrated, MigrateError> {
    with_lock(settings, |harness, lock| {
        if upstream::is_upstream(harness)? {
            return locked(lock, harness, |harness| adopt(harness, Additions::Create));
        }
        let found = Differences::read(harness)?;
        let notes = Vec::from_iter(found.note_if_newer(harness)?);
        if found.pending.is_empty() {
            return Ok(Migrated { schema: Schema::Own, applied: Vec::new(), notes });
        }
        if !may_migrate(harness)? {
            check_privileges(harness, false)?;
            found.must_be_complete()?;
        }
        locked(lock, harness, |harness| {
            // Before anything is written: the first migration would fail and leave its list of migrations.
            if let Some(table) = upstream::foreign_table(harness)? {
                return Err(MigrateError::ForeignTable(table));
            }
            // Creates the list of migrations.
            harness.applied_migrations().map_err(MigrateError::List)?;
            // Another process may have migrated since.
            let Differences { pending, .. } = Differences::read(harness)?;
            let applied = each(&pending, |migration| harness.run_migration(migration).map(|_| ()))?;
            Ok(Migrated { schema: Schema::Own, applied, notes })
        })
    })
    .await
}

/// Checks that a server can use the database with this role. Changes nothing.
///
/// # Errors
/// See [`MigrateError`]: the role lacks privileges, or migrations are pending.
pub async fn check(settings: &DatabaseSettings) -> Result<Migrated, MigrateError> {
    connected(settings, |harness| {
        let is_upstream = upstream::is_upstream(harness)?;
        check_privileges(harness, is_upstream)?;
        if is_upstream { adopt(harness, Additions::Report) } else { check_own(harness) }
    })
    .await
}

fn check_own(harness: &mut Harness) -> Result<Migrated, MigrateError> {
    let found = Differences::read(harness)?;
    let notes = Vec::from_iter(found.note_if_newer(harness)?);
    found.must_be_complete()?;
    Ok(Migrated { schema: Schema::Own, applied: Vec::new(), notes })
}

fn check_privileges(harness: &mut Harness, is_upstream: bool) -> Result<(), MigrateError> {
    let missing = grants::missing(harness, is_upstream).map_err(MigrateError::Grants)?;
    if missing.is_empty() {
        return Ok(());
    }
    let role = diesel::sql_query("select current_user::text as role").get_result(harness);
    let Role { role } = role.map_err(MigrateError::Grants)?;
    Err(MigrateError::Privileges { role, missing })
}

fn adopt(harness: &mut Harness, additions: Additions) -> Result<Migrated, MigrateError> {
    let Adopted { last_migration, added, notes } = upstream::adopt(harness, additions)?;
    Ok(Migrated { schema: Schema::Upstream { last_migration }, applied: added, notes })
}

/// The statements that grant `role` what a server needs. Changes nothing.
///
/// # Errors
/// See [`MigrateError`]: migrations are pending.
pub async fn grants_for(settings: &DatabaseSettings, role: &str) -> Result<String, MigrateError> {
    let role = role.to_owned();
    connected(settings, move |harness| {
        let is_upstream = upstream::is_upstream(harness)?;
        if !is_upstream {
            check_own(harness)?;
        }
        grants::statements(harness, is_upstream, &role).map_err(MigrateError::Grants)
    })
    .await
}

/// Removes from upstream's database what was added to it, and returns the names.
///
/// # Errors
/// [`MigrateError::NotUpstream`] for a database of our own, else see [`MigrateError`].
pub async fn revert_additions(settings: &DatabaseSettings) -> Result<Vec<String>, MigrateError> {
    with_lock(settings, |harness, lock| {
        if !upstream::is_upstream(harness)? {
            return Err(MigrateError::NotUpstream);
        }
        locked(lock, harness, |harness| Ok(upstream::remove(harness)?))
    })
    .await
}

/// Reverts every migration of our own, newest first, with all data, and returns the names. For tests.
///
/// # Errors
/// See [`MigrateError`].
pub async fn revert_all(settings: &DatabaseSettings) -> Result<Vec<String>, MigrateError> {
    with_lock(settings, |harness, lock| {
        locked(lock, harness, |harness| {
            let done = harness.applied_migrations().map_err(MigrateError::List)?;
            let mut known = known()?;
            known.retain(|migration| done.contains(&migration.name().version()));
            known.reverse();
            each(&known, |migration| harness.revert_migration(migration).map(|_| ()))
        })
    })
    .await
}

/// The names of the migrations that are pending for a database of our own. Changes nothing.
///
/// # Errors
/// See [`MigrateError`].
pub async fn pending(settings: &DatabaseSettings) -> Result<Vec<String>, MigrateError> {
    connected(settings, |harness| {
        let Differences { pending, .. } = Differences::read(harness)?;
        Ok(pending.iter().map(|migration| migration.name().to_string()).collect())
    })
    .await
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

/// Does `work` on a new connection.
async fn connected<T: Send + 'static>(
    settings: &DatabaseSettings,
    work: impl FnOnce(&mut Harness) -> Result<T, MigrateError> + Send + 'static,
) -> Result<T, MigrateError> {
    let target = Target::new(settings)?;
    pooler::check(&target).await?;
    on_connection_to(&target, work).await
}

async fn on_connection_to<T: Send + 'static>(
    target: &Target,
    work: impl FnOnce(&mut Harness) -> Result<T, MigrateError> + Send + 'static,
) -> Result<T, MigrateError> {
    let (connection, driver) = target.open(Purpose::Migrate, CONNECT_LIMIT).await?.into_parts();
    // diesel's migrations block.
    let done = tokio::task::spawn_blocking(move || {
        let mut harness = Harness::from(connection);
        let result = work(&mut harness);
        drop(harness);
        drop(driver);
        result
    });
    done.await?
}

/// As [`connected`]; the second connection is for the lock of migrations.
async fn with_lock<T: Send + 'static>(
    settings: &DatabaseSettings,
    work: impl FnOnce(&mut Harness, &mut Harness) -> Result<T, MigrateError> + Send + 'static,
) -> Result<T, MigrateError> {
    let target = Target::new(settings)?;
    pooler::check(&target).await?;
    let (lock, driver) = target.open(Purpose::MigrationLock, CONNECT_LIMIT).await?.into_parts();
    on_connection_to(&target, move |harness| {
        let mut lock = Harness::from(lock);
        let result = work(harness, &mut lock);
        drop(lock);
        drop(driver);
        result
    })
    .await
}

fn plural(migrations: usize) -> String {
    if migrations == 1 { "a migration".to_owned() } else { format!("{migrations} migrations") }
}
