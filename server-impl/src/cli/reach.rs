//! Reaching the database, wherever it is.

use super::Failure;
use crate::config::{CredentialCacheMode, DatabaseChoice, Settings};
use crate::db::{self, Database, DatabaseSettings, Migrated, Revocations, Schema};
use local_postgres::{EmbeddedOptions, EmbeddedPostgres};
use secrecy::SecretString;

/// A database that is up to date, and what to stop when it is no longer needed.
pub(super) struct Reached {
    pub(super) database: Database,
    pub(super) embedded: Option<EmbeddedPostgres>,
}

/// Who needs the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The server: an embedded database is its own.
    Serve,
    /// Any other command: an embedded database may be a running server's.
    Command,
}

impl Reached {
    /// Connects, starting the embedded Postgres if no database is configured, and applies what migrations are left.
    pub(super) async fn open(settings: &Settings, purpose: Purpose) -> Result<Self, Failure> {
        let (url, embedded) = locate(settings, purpose).await?;
        let mut target = target(settings, url);
        let migrated = db::migrate(&target).await?;
        announce(&migrated, purpose);
        target.revocations = revocations(settings, &migrated.schema, purpose);
        if let Revocations::Watched { .. } = target.revocations {
            // The one on which revocations are heard of.
            target.write_connections = target.write_connections.saturating_sub(1).max(1);
        }
        Ok(Self { database: Database::connect(&target).await?, embedded })
    }

    /// Closes the connections, and stops the embedded Postgres if it was started for this.
    pub(super) async fn close(self) -> Result<(), Failure> {
        self.database.close().await;
        match self.embedded {
            Some(embedded) => Ok(embedded.stop().await?),
            None => Ok(()),
        }
    }
}

/// What there is to do about remembered credentials.
///
/// Upstream's database has no triggers of ours to tell of revocations, so nothing is remembered there. A command waits
/// for the servers that may be running on the same database.
fn revocations(settings: &Settings, schema: &Schema, purpose: Purpose) -> Revocations {
    match (schema, purpose, settings.credential_cache.mode) {
        (Schema::Own, Purpose::Command, _) => Revocations::Awaited,
        (Schema::Own, Purpose::Serve, CredentialCacheMode::On) => Revocations::Watched { strict: false },
        (Schema::Own, Purpose::Serve, CredentialCacheMode::Strict) => Revocations::Watched { strict: true },
        (Schema::Own, Purpose::Serve, CredentialCacheMode::Off) | (Schema::Upstream { .. }, Purpose::Command, _) => {
            Revocations::Unwatched
        }
        (Schema::Upstream { .. }, Purpose::Serve, mode) => {
            if mode != CredentialCacheMode::Off {
                tracing::info!("the credential cache is off: upstream's database does not tell of revocations");
            }
            Revocations::Unwatched
        }
    }
}

/// Tells the log what was done; of a server also what was found.
fn announce(migrated: &Migrated, purpose: Purpose) {
    for name in &migrated.applied {
        tracing::info!(migration = name, "applied");
    }
    if purpose == Purpose::Command {
        return;
    }
    if let Schema::Upstream { last_migration } = &migrated.schema {
        let last_migration = last_migration.as_deref().unwrap_or("none");
        tracing::info!(last_migration, "the database is upstream's and used in place");
    }
    for note in &migrated.notes {
        tracing::warn!("{note}");
    }
}

/// Finds the database's address, starting the embedded Postgres if no database is configured.
pub(super) async fn locate(
    settings: &Settings,
    purpose: Purpose,
) -> Result<(SecretString, Option<EmbeddedPostgres>), Failure> {
    match &settings.database {
        DatabaseChoice::External { url, .. } => Ok((url.clone(), None)),
        DatabaseChoice::Embedded { data_dir, binaries } => {
            let options = EmbeddedOptions { data_dir: data_dir.clone(), binaries: binaries.clone() };
            let embedded = match purpose {
                Purpose::Serve => local_postgres::start(&options).await?,
                Purpose::Command => local_postgres::reach(&options).await?,
            };
            Ok((SecretString::from(embedded.url()), Some(embedded)))
        }
    }
}

/// The settings for a database at this address.
pub(super) fn target(settings: &Settings, url: SecretString) -> DatabaseSettings {
    let mut target = DatabaseSettings::new(url);
    let reads = u32::try_from(target.read_connections).unwrap_or(u32::MAX);
    target.write_connections = settings.limits.db_connections.saturating_sub(reads).max(1);
    target
}
