//! The embedded Postgres: a real one, started by the server itself when no database is configured.
//!
//! Everything is in the data folder (`IMMICH_DATA_DIR`):
//!
//! | entry | what it is |
//! |---|---|
//! | `immich-server.lock` | locked by the process that runs the database (`lock.rs`) |
//! | `postgres/` | the cluster (`cluster.rs`) |
//! | `run/` | the unix socket, the only way in (`socket.rs`) |
//!
//! `postgres` is a child of the server and ends with it, whatever ends the server (`process.rs`). Postgres does not
//! run as root: there it runs under another account (`account.rs`). The programs are the installed ones
//! (`binaries.rs`). What Postgres writes to its log is traced with the target `postgres` at level debug.

mod account;
mod binaries;
mod cluster;
mod database;
mod error;
mod files;
mod lock;
mod postmaster;
mod process;
mod socket;
#[cfg(feature = "testing")]
mod testing;
#[cfg(test)]
mod tests;

#[cfg(feature = "testing")]
pub use self::testing::{Cluster, PREFIX, Watchdog, free_port, pg_dump, program, unprivileged_account};

use std::{
    path::PathBuf,
    process::ExitStatus,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::time::sleep;

use self::{
    account::Account,
    binaries::Binaries,
    database::Answer,
    lock::{Attempt, DataLock, Role},
    postmaster::PidFile,
    process::Supervised,
};
pub use self::{database::ConnectionTarget, error::EmbeddedError, lock::Holder};

/// How long another process may take to let go of the data folder, or its database to answer.
const HOLDER_DEADLINE: Duration = Duration::from_secs(60);

/// How long the lock file may name nobody who lives, while the lock changes hands.
const SIGNING_DEADLINE: Duration = Duration::from_secs(2);

const POLL: Duration = Duration::from_millis(50);

/// Where the embedded database is.
#[derive(Clone, Debug)]
pub struct EmbeddedOptions {
    /// The data folder, `IMMICH_DATA_DIR`.
    pub data_dir: PathBuf,
    /// The folder of `initdb` and `postgres`, `IMMICH_POSTGRES_BIN_DIR`; none means look for them.
    pub binaries: Option<PathBuf>,
}

/// The embedded database, as long as the handle lives.
///
/// Call [`stop`](Self::stop) at the end. A handle that is only dropped tells Postgres to stop and does not wait.
#[derive(Debug)]
pub struct EmbeddedPostgres {
    target: ConnectionTarget,
    url: String,
    /// Nothing if the database is another process's.
    owned: Option<Owned>,
}

#[derive(Debug)]
struct Owned {
    place: Place,
    lock: Arc<DataLock>,
    server: Supervised,
}

/// The data folder and what is known of it.
#[derive(Debug)]
struct Place {
    data_dir: PathBuf,
    binaries: Option<PathBuf>,
    cluster: cluster::Cluster,
    account: Account,
}

/// Starts the database for a server: takes the data folder for this process alone, makes the database if there is
/// none, recovers it if it was not stopped cleanly, and waits until it answers.
///
/// # Errors
/// Every reason is one line for the operator; among them that another server uses the folder, at once.
pub async fn start(options: &EmbeddedOptions) -> Result<EmbeddedPostgres, EmbeddedError> {
    open(options, Role::Server).await
}

/// Reaches the database for a command: the running server's, or one that is started for the life of the handle. Waits
/// for a server that is just starting or stopping, and for another command that has started the database for itself.
///
/// # Errors
/// As [`start`], but a server that uses the folder is none, unless its database does not answer within a minute.
pub async fn reach(options: &EmbeddedOptions) -> Result<EmbeddedPostgres, EmbeddedError> {
    open(options, Role::Command).await
}

async fn open(options: &EmbeddedOptions, role: Role) -> Result<EmbeddedPostgres, EmbeddedError> {
    let place = Place::find(options)?;
    match place.enter(role).await? {
        Entry::Own(lock) => EmbeddedPostgres::launch(place, lock).await,
        Entry::Shared(target) => Ok(EmbeddedPostgres::shared(target)),
    }
}

impl EmbeddedPostgres {
    async fn launch(place: Place, lock: DataLock) -> Result<Self, EmbeddedError> {
        let lock = Arc::new(lock);
        let (server, target) = place.run(&lock).await?;
        Ok(Self { url: target.url(), target, owned: Some(Owned { place, lock, server }) })
    }

    fn shared(target: ConnectionTarget) -> Self {
        Self { url: target.url(), target, owned: None }
    }

    /// The database's URL. It holds no secret.
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
    /// As [`start`]. The data folder stays this process's: call it again after a pause.
    pub async fn restart(&mut self) -> Result<(), EmbeddedError> {
        let Some(owned) = &mut self.owned else {
            return Ok(());
        };
        postmaster::stop(&mut owned.server, &owned.place.cluster.folder).await?;
        let (server, target) = owned.place.run(&owned.lock).await?;
        owned.server = server;
        self.url = target.url();
        self.target = target;
        Ok(())
    }

    /// Stops Postgres and waits until it has ended and the data folder is free: a fast shutdown, which ends the
    /// sessions that are left. Another process's database goes on.
    ///
    /// # Errors
    /// If it has not ended after 45 seconds.
    pub async fn stop(self) -> Result<(), EmbeddedError> {
        let Some(mut owned) = self.owned else {
            return Ok(());
        };
        postmaster::stop(&mut owned.server, &owned.place.cluster.folder).await?;
        socket::clean_up(&self.target.socket_dir, &owned.place.data_dir);
        Ok(())
    }
}

/// How a process got in.
enum Entry {
    /// It holds the data folder.
    Own(DataLock),
    /// It uses the database of the process that does.
    Shared(ConnectionTarget),
}

impl Place {
    fn find(options: &EmbeddedOptions) -> Result<Self, EmbeddedError> {
        let data_dir = std::path::absolute(&options.data_dir).map_err(files::failed("find", &options.data_dir))?;
        let cluster = cluster::Cluster::in_data_dir(&data_dir);
        let account = Account::choose(&data_dir, &cluster.folder)?;
        account.check_reach(&data_dir)?;
        Ok(Self { data_dir, binaries: options.binaries.clone(), cluster, account })
    }

    async fn enter(&self, role: Role) -> Result<Entry, EmbeddedError> {
        if !self.data_dir.is_dir() {
            // Create nothing before it is certain that there is a Postgres: as root, the folder's owner is chosen
            // from the accounts there are, and installing Postgres adds the right one.
            self.find_binaries().await?;
            files::create_folders(&self.data_dir, &self.account)?;
            self.account.check_reach(&self.data_dir)?;
        }
        let begun = Instant::now();
        let mut told = false;
        loop {
            let holder = match DataLock::attempt(&self.data_dir, &self.account, role)? {
                Attempt::Taken(lock) => return Ok(Entry::Own(lock)),
                Attempt::Held(holder) => holder,
            };
            let in_use = || EmbeddedError::InUse { holder, data_dir: self.data_dir.clone() };
            match (role, holder.role) {
                (Role::Server, Some(Role::Server)) if holder.is_alive() => return Err(in_use()),
                (Role::Command, Some(Role::Server)) => {
                    if let Some(target) = self.running().await? {
                        return Ok(Entry::Shared(target));
                    }
                }
                (_, Some(Role::Command)) if !told && begun.elapsed() > SIGNING_DEADLINE => {
                    tracing::info!("waiting for another immich-server command{holder} to end");
                    told = true;
                }
                _ => {}
            }
            if role == Role::Server && holder.role != Some(Role::Command) && begun.elapsed() > SIGNING_DEADLINE {
                return Err(in_use());
            }
            if begun.elapsed() > HOLDER_DEADLINE {
                return Err(EmbeddedError::NotAnswering { holder, data_dir: self.data_dir.clone() });
            }
            sleep(POLL).await;
        }
    }

    /// The running server's database, if it answers.
    async fn running(&self) -> Result<Option<ConnectionTarget>, EmbeddedError> {
        let Some(target) = PidFile::read(&self.cluster.folder)?.and_then(|file| file.target) else {
            return Ok(None);
        };
        match database::ask(&target).await {
            Answer::Ready => Ok(Some(target)),
            Answer::Refused(error) => Err(database::refused("let this command in", &error)),
            Answer::Busy | Answer::Silent | Answer::Missing => Ok(None),
        }
    }

    async fn find_binaries(&self) -> Result<Binaries, EmbeddedError> {
        let folder = self.cluster.folder.as_path();
        let cluster = self.cluster.major()?.map(|major| (folder, major));
        Binaries::find(self.binaries.as_deref(), cluster, &self.account).await
    }

    /// Starts Postgres on the cluster, which is made if there is none.
    async fn run(&self, lock: &Arc<DataLock>) -> Result<(Supervised, ConnectionTarget), EmbeddedError> {
        let binaries = self.find_binaries().await?;
        if self.cluster.major()?.is_none() {
            tracing::info!(data_dir = %self.data_dir.display(), version = binaries.major, "creating the database");
            self.cluster.create(&binaries, &self.account, Arc::clone(lock)).await?;
        }
        postmaster::start(self, &binaries, lock).await
    }
}
