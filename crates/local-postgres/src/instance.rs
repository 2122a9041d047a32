//! The handle on a running Postgres.

use std::{process::ExitStatus, sync::Arc};

use super::{
    connection::ConnectionTarget,
    data_dir::{DataDir, Entry},
    error::PostgresError,
    lock::{DataLock, Role},
    options::Options,
    postmaster,
    process::Supervised,
    socket,
};

/// A running Postgres, as long as the handle lives.
///
/// Call [`stop`](Self::stop) at the end. Dropping the handle signals Postgres to stop and does not wait.
#[derive(Debug)]
pub struct LocalPostgres {
    target: ConnectionTarget,
    url: String,
    /// None if another process runs the database.
    pub(super) owned: Option<Owned>,
}

#[derive(Debug)]
pub(super) struct Owned {
    pub(super) data_dir: DataDir,
    lock: Arc<DataLock>,
    server: Supervised,
}

impl LocalPostgres {
    /// Starts Postgres for a server: locks the data folder for this process, creates the database if there is none,
    /// recovers it if it was not stopped cleanly, and waits until it accepts connections.
    ///
    /// # Errors
    /// Each is one line for the operator. If another server uses the folder, it fails at once.
    pub async fn start(options: &Options) -> Result<Self, PostgresError> {
        Self::open(options, Role::Server).await
    }

    /// Opens the database for a command: attaches to the running server's, or starts it for the life of the handle.
    /// Waits for a server that is starting or stopping, and for another command that has started the database.
    ///
    /// # Errors
    /// As [`start`](Self::start), but a server that uses the folder is an error only if its database does not accept
    /// connections within a minute.
    pub async fn attach_or_start(options: &Options) -> Result<Self, PostgresError> {
        Self::open(options, Role::Command).await
    }

    async fn open(options: &Options, role: Role) -> Result<Self, PostgresError> {
        let data_dir = DataDir::find(options)?;
        match data_dir.enter(role).await? {
            Entry::Locked(lock) => Self::launch(data_dir, lock).await,
            Entry::Attached(target) => Ok(Self { url: target.url(), target, owned: None }),
        }
    }

    async fn launch(data_dir: DataDir, lock: DataLock) -> Result<Self, PostgresError> {
        let lock = Arc::new(lock);
        let (server, target) = data_dir.run(&lock).await?;
        Ok(Self { url: target.url(), target, owned: Some(Owned { data_dir, lock, server }) })
    }

    /// The database's URL, by the unix socket. It holds no secret.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The parts of the URL.
    #[must_use]
    pub fn target(&self) -> &ConnectionTarget {
        &self.target
    }

    /// Waits until Postgres has ended, which it does by itself only if it was killed or cannot go on. Never returns
    /// for another process's database. Cancel safe.
    pub async fn exited(&mut self) -> ExitStatus {
        match &mut self.owned {
            Some(owned) => owned.server.exited().await,
            None => std::future::pending().await,
        }
    }

    /// Starts Postgres again, after it has [`exited`](Self::exited); the URL stays the same. Does nothing for another
    /// process's database.
    ///
    /// # Errors
    /// As [`start`](Self::start). The data folder stays locked by this process: call it again after a pause.
    pub async fn restart(&mut self) -> Result<(), PostgresError> {
        let Some(owned) = &mut self.owned else {
            return Ok(());
        };
        postmaster::stop(&mut owned.server, &owned.data_dir.cluster.folder).await?;
        let (server, target) = owned.data_dir.run(&owned.lock).await?;
        owned.server = server;
        self.url = target.url();
        self.target = target;
        Ok(())
    }

    /// Stops Postgres and waits until it has ended and the data folder is unlocked: a fast shutdown, which ends the
    /// sessions that are left. Another process's database keeps running.
    ///
    /// # Errors
    /// If it has not ended after 45 seconds.
    pub async fn stop(self) -> Result<(), PostgresError> {
        let Some(mut owned) = self.owned else {
            return Ok(());
        };
        postmaster::stop(&mut owned.server, &owned.data_dir.cluster.folder).await?;
        socket::clean_up(&self.target.socket_dir, &owned.data_dir.path);
        Ok(())
    }
}
