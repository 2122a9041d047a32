//! Opening the database: the configured one, or the embedded Postgres.

use super::database_wait::wait_for_database;
use super::{Failure, embedded};
use crate::config::{CredentialCacheMode, DatabaseChoice, Settings};
use crate::db::{self, Database, DatabaseSettings, MigrateError, Migrated, Revocations, Schema};
use local_postgres::LocalPostgres;
use secrecy::SecretString;

/// A database whose schema is up to date, and the Postgres to stop when it is no longer needed.
pub(super) struct OpenDatabase {
    pub(super) database: Database,
    pub(super) schema: Schema,
    pub(super) embedded: Option<LocalPostgres>,
}

/// Who opens the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The server: it runs the embedded Postgres.
    Serve {
        /// Whether it applies pending migrations, or refuses to start.
        migrate: bool,
    },
    /// Any other command: a running server may run the embedded Postgres.
    Command,
}

/// Connects, starting the embedded Postgres if no database is configured, and applies the pending migrations.
pub(super) async fn open_database(settings: &Settings, purpose: Purpose) -> Result<OpenDatabase, Failure> {
    let (url, embedded) = find_url(settings, purpose).await?;
    let mut target = database_settings(settings, url);
    if let Purpose::Serve { .. } = purpose {
        wait_for_database(&target, settings.availability.database_wait).await?;
    }
    let migrated = migrated(&target, purpose).await?;
    target.revocations = revocations(settings, &migrated.schema, purpose);
    if let Revocations::Watched { .. } = target.revocations {
        // One connection receives the revocations.
        target.write_connections = target.write_connections.saturating_sub(1).max(1);
    }
    Ok(OpenDatabase { database: Database::connect(&target).await?, schema: migrated.schema, embedded })
}

/// Applies the pending migrations, where the purpose allows it. A server also checks its privileges.
async fn migrated(target: &DatabaseSettings, purpose: Purpose) -> Result<Migrated, MigrateError> {
    if purpose != (Purpose::Serve { migrate: false }) {
        let migrated = db::migrate(target).await?;
        for name in &migrated.applied {
            tracing::info!(migration = name, "applied a migration");
        }
        if purpose == Purpose::Command {
            return Ok(migrated);
        }
    }
    let checked = db::check(target).await?;
    if let Schema::Upstream { last_migration } = &checked.schema {
        let last_migration = last_migration.as_deref().unwrap_or("none");
        tracing::info!(last_migration, "using the database of upstream Immich in place");
    }
    for note in &checked.notes {
        tracing::warn!("{note}");
    }
    Ok(checked)
}

impl OpenDatabase {
    /// Closes the connections, and stops the embedded Postgres if this process runs it.
    pub(super) async fn close(self) -> Result<(), Failure> {
        self.database.close().await;
        match self.embedded {
            Some(embedded) => Ok(embedded.stop().await?),
            None => Ok(()),
        }
    }
}

/// Whether this process receives revocations of cached credentials, or waits for other processes to receive them.
///
/// Upstream's database has no triggers that report revocations, so nothing is cached there. A command waits for the
/// servers that may be running on the same database.
fn revocations(settings: &Settings, schema: &Schema, purpose: Purpose) -> Revocations {
    let revocations = revocations_of(settings, schema, purpose);
    let Revocations::Watched { strict } = revocations else { return revocations };
    if !settings.pooler.is_transaction_mode || settings.pooler.listen.is_some() {
        return revocations;
    }
    tracing::warn!(
        "the credential cache is off: revocations are not received through a pooler in transaction mode; to use the \
         cache, set DB_LISTEN_URL to a direct address of the database"
    );
    // Other processes may have a cache.
    if strict { Revocations::Awaited } else { Revocations::Unwatched }
}

fn revocations_of(settings: &Settings, schema: &Schema, purpose: Purpose) -> Revocations {
    match (schema, purpose, settings.credential_cache.mode) {
        (Schema::Own, Purpose::Command, _) => Revocations::Awaited,
        (Schema::Own, Purpose::Serve { .. }, CredentialCacheMode::On) => Revocations::Watched { strict: false },
        (Schema::Own, Purpose::Serve { .. }, CredentialCacheMode::Strict) => Revocations::Watched { strict: true },
        (Schema::Own, Purpose::Serve { .. }, CredentialCacheMode::Off)
        | (Schema::Upstream { .. }, Purpose::Command, _) => Revocations::Unwatched,
        (Schema::Upstream { .. }, Purpose::Serve { .. }, mode) => {
            if mode != CredentialCacheMode::Off {
                tracing::info!(
                    "the credential cache is off: the database of upstream Immich does not report revocations"
                );
            }
            Revocations::Unwatched
        }
    }
}

/// Finds the database's URL, starting the embedded Postgres if no database is configured.
pub(super) async fn find_url(
    settings: &Settings,
    purpose: Purpose,
) -> Result<(SecretString, Option<LocalPostgres>), Failure> {
    match &settings.database {
        DatabaseChoice::External { url, .. } => Ok((url.clone(), None)),
        DatabaseChoice::Embedded { data_dir, binaries } => {
            let embedded = embedded::open(data_dir.clone(), binaries.clone(), purpose).await?;
            Ok((SecretString::from(embedded.url()), Some(embedded)))
        }
    }
}

/// The settings for the database at this URL.
pub(super) fn database_settings(settings: &Settings, url: SecretString) -> DatabaseSettings {
    let mut target = DatabaseSettings::new(url);
    target.connection_max_age = settings.availability.connection_max_age;
    if let DatabaseChoice::External { tls, .. } = &settings.database {
        target.tls = tls.clone();
        target.transaction_pooler = settings.pooler.is_transaction_mode;
        if let Some(listen) = &settings.pooler.listen {
            let tls = listen.tls.as_ref().unwrap_or(tls);
            target.listen = Some((listen.url.clone(), tls.clone()));
        }
    }
    let connections = settings.limits.db_connections;
    // With few connections, lists share those of the other reads.
    target.list_connections = match connections {
        0..8 => 0,
        8..16 => 1,
        16.. => 2,
    };
    let reads = u32::try_from(target.read_connections + target.list_connections).unwrap_or(u32::MAX);
    target.write_connections = connections.saturating_sub(reads).max(1);
    target
}
