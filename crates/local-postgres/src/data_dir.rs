//! The data folder: decides which process may use it, and runs Postgres in it.

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::time::sleep;

use super::{
    account::Account,
    binaries::Binaries,
    cluster::Cluster,
    connection::{self, ConnectionTarget, Readiness},
    error::PostgresError,
    files,
    lock::{Attempt, DataLock, Holder, Role},
    options::Options,
    postmaster::{self, PidFile},
    process::Supervised,
};

/// How long another process may take to unlock the data folder, or its database to accept connections.
const HOLDER_DEADLINE: Duration = Duration::from_secs(60);

/// How long the lock file may name no living process, while the lock changes hands.
const SIGNING_DEADLINE: Duration = Duration::from_secs(2);

const POLL: Duration = Duration::from_millis(50);

/// The data folder and what is known of it.
#[derive(Debug)]
pub(super) struct DataDir {
    pub(super) path: PathBuf,
    pub(super) options: Options,
    pub(super) cluster: Cluster,
    pub(super) account: Account,
}

/// How this process may use the database.
pub(super) enum Entry {
    /// It has locked the data folder.
    Locked(DataLock),
    /// It uses the database of the process that has.
    Attached(ConnectionTarget),
}

impl DataDir {
    pub(super) fn find(options: &Options) -> Result<Self, PostgresError> {
        let path = std::path::absolute(&options.data_dir).map_err(files::failed("find", &options.data_dir))?;
        let cluster = Cluster::in_data_dir(&path);
        let account = Account::choose(&path, &cluster.folder)?;
        account.check_reach(&path, options.names.data_dir_setting)?;
        Ok(Self { path, options: options.clone(), cluster, account })
    }

    /// Locks the folder, or attaches to the database of the process that has locked it.
    pub(super) async fn enter(&self, role: Role) -> Result<Entry, PostgresError> {
        let names = &self.options.names;
        if !self.path.is_dir() {
            // Create nothing unless Postgres is installed. As root, the folder's owner is chosen from the existing
            // accounts, and installing Postgres adds the right one.
            self.find_binaries().await?;
            files::create_folders(&self.path, &self.account)?;
            self.account.check_reach(&self.path, names.data_dir_setting)?;
        }
        let begun = Instant::now();
        let mut reported = false;
        loop {
            let holder = match DataLock::attempt(&self.path, names.program, &self.account, role)? {
                Attempt::Taken(lock) => return Ok(Entry::Locked(lock)),
                Attempt::Held(holder) => holder,
            };
            match (role, holder.role) {
                (Role::Server, Some(Role::Server)) if holder.is_alive() => return Err(self.in_use(holder)),
                (Role::Command, Some(Role::Server)) => {
                    if let Some(target) = self.running().await? {
                        return Ok(Entry::Attached(target));
                    }
                }
                (_, Some(Role::Command)) if !reported && begun.elapsed() > SIGNING_DEADLINE => {
                    tracing::info!(
                        "waiting for another {} command{holder} to finish: it uses the same data folder",
                        names.program
                    );
                    reported = true;
                }
                _ => {}
            }
            if role == Role::Server && holder.role != Some(Role::Command) && begun.elapsed() > SIGNING_DEADLINE {
                return Err(self.in_use(holder));
            }
            if begun.elapsed() > HOLDER_DEADLINE {
                let (program, data_dir) = (names.program, self.path.clone());
                return Err(PostgresError::NoAnswer { program, holder, data_dir });
            }
            sleep(POLL).await;
        }
    }

    fn in_use(&self, holder: Holder) -> PostgresError {
        PostgresError::InUse { program: self.options.names.program, holder, data_dir: self.path.clone() }
    }

    /// The running server's database, if it accepts connections.
    async fn running(&self) -> Result<Option<ConnectionTarget>, PostgresError> {
        let role = self.options.names.role;
        let Some(target) = PidFile::read(&self.cluster.folder, role)?.and_then(|file| file.target) else {
            return Ok(None);
        };
        match connection::probe(&target).await {
            Readiness::Ready => Ok(Some(target)),
            Readiness::Refused(error) => Err(connection::refused("accept a connection of this command", &error)),
            Readiness::Busy | Readiness::NotListening | Readiness::Missing => Ok(None),
        }
    }

    pub(super) async fn find_binaries(&self) -> Result<Binaries, PostgresError> {
        let folder = self.cluster.folder.as_path();
        let cluster = self.cluster.major()?.map(|major| (folder, major));
        let setting = self.options.names.binaries_setting;
        Binaries::find(self.options.binaries.as_deref(), &self.path, cluster, &self.account, setting).await
    }

    /// Starts Postgres on the cluster, which is created if there is none.
    pub(super) async fn run(&self, lock: &Arc<DataLock>) -> Result<(Supervised, ConnectionTarget), PostgresError> {
        let binaries = self.find_binaries().await?;
        if self.cluster.major()?.is_none() {
            tracing::info!(data_dir = %self.path.display(), version = binaries.major, "creating the database");
            self.cluster.create(&binaries, &self.account, &self.options, Arc::clone(lock)).await?;
        }
        postmaster::start(self, &binaries, lock).await
    }
}
