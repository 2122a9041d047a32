//! The cluster: Postgres's own folder, `postgres` in the data folder. `initdb` creates it under another name, and it is
//! renamed when it is complete, so that an interrupted first start does not leave half a cluster.

use std::{
    fs::OpenOptions,
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    process::Command,
    time::{SystemTime, UNIX_EPOCH},
};

use nix::{fcntl::OFlag, unistd::Uid};

use super::{
    account::{self, Account},
    binaries::{self, Binaries},
    connection::SUPERUSER,
    error::PostgresError,
    files,
    options::{Log, Options},
    process::Supervised,
};

/// The prefix of folders in which a cluster is being created.
const UNFINISHED: &str = "postgres.new-";

/// Postgres's folder in a data folder.
#[derive(Clone, Debug)]
pub(super) struct Cluster {
    pub(super) folder: PathBuf,
}

impl Cluster {
    pub(super) fn in_data_dir(data_dir: &Path) -> Self {
        Self { folder: data_dir.join("postgres") }
    }

    /// The major version of the Postgres that created it; none if there is no cluster yet.
    pub(super) fn major(&self) -> Result<Option<u32>, PostgresError> {
        let path = self.folder.join("PG_VERSION");
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                let not_a_cluster = || PostgresError::NotACluster { folder: self.folder.clone() };
                binaries::leading_number(text.trim()).ok_or_else(not_a_cluster).map(Some)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(files::failed("read", &path)(error)),
        }
    }

    /// Creates the cluster. `guard` is held until initdb has ended, also if the caller drops the future.
    pub(super) async fn create<G>(
        &self,
        binaries: &Binaries,
        account: &Account,
        options: &Options,
        guard: G,
    ) -> Result<(), PostgresError>
    where
        G: Send + 'static,
    {
        self.check_vacant()?;
        self.remove_unfinished()?;
        let fresh = self.create_fresh(account)?;
        if let Err(error) = self.initdb(binaries, account, options, &fresh, guard).await {
            self.remove_unfinished()?;
            return Err(error);
        }
        append(&fresh.join("postgresql.conf"), &format!("\n{}", options.settings))?;
        std::fs::rename(&fresh, &self.folder).map_err(files::failed("create", &self.folder))?;
        self.folder.parent().map_or(Ok(()), files::sync_folder)
    }

    /// Removes the unfinished clusters that interrupted starts left behind. If the parent of an initdb was just killed,
    /// that initdb may still be cleaning up; what remains costs only space, until the next new cluster.
    fn remove_unfinished(&self) -> Result<(), PostgresError> {
        let Some(data_dir) = self.folder.parent() else {
            return Ok(());
        };
        let entries = data_dir.read_dir().map_err(files::failed("read", data_dir))?;
        for entry in entries.flatten() {
            let unfinished = entry.file_name().to_str().is_some_and(|name| name.starts_with(UNFINISHED));
            if unfinished && let Err(error) = std::fs::remove_dir_all(entry.path()) {
                tracing::debug!(path = %entry.path().display(), %error, "could not remove an unfinished cluster yet");
            }
        }
        Ok(())
    }

    /// Creates the folder for initdb, under a name that no other initdb has used.
    fn create_fresh(&self, account: &Account) -> Result<PathBuf, PostgresError> {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut number = since_epoch.as_nanos();
        loop {
            let fresh = self.folder.with_file_name(format!("{UNFINISHED}{number:x}"));
            if files::create_folder(&fresh, account)? {
                return Ok(fresh);
            }
            number = number.wrapping_add(1);
        }
    }

    /// The cluster's folder must not exist, or must be empty.
    fn check_vacant(&self) -> Result<(), PostgresError> {
        match self.folder.read_dir() {
            Ok(mut entries) => match entries.next() {
                None => Ok(()),
                Some(_) => Err(PostgresError::NotACluster { folder: self.folder.clone() }),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(files::failed("read", &self.folder)(error)),
        }
    }

    async fn initdb<G>(
        &self,
        binaries: &Binaries,
        account: &Account,
        options: &Options,
        fresh: &Path,
        guard: G,
    ) -> Result<(), PostgresError>
    where
        G: Send + 'static,
    {
        // The locale C sorts texts the same way on every machine, also after an update of its C library.
        let mut command = command(&binaries.initdb(), account);
        command.args(["--encoding=UTF8", "--locale=C", "--auth-local=peer", "--auth-host=reject"]);
        command.arg(format!("--username={SUPERUSER}")).arg("--pgdata").arg(fresh).current_dir(fresh);
        if !options.durable {
            command.arg("--no-sync");
        }
        let run_failed = |source| PostgresError::Run { program: binaries.initdb(), source };
        let mut initdb = Supervised::spawn(command, &Log::Traced, guard).await.map_err(run_failed)?;
        if initdb.exited().await.success() {
            return Ok(());
        }
        Err(PostgresError::Init { folder: self.folder.clone(), output: initdb.complaints() })
    }

    /// Writes which account may connect as which role. Postgres asks the kernel for the account at the other end of the
    /// socket (`peer`): the one it runs under and root may be the program's role or the superuser; every other account
    /// is refused. The socket's folder is closed to others as well. By TCP, the superuser needs the password.
    pub(super) fn write_access(&self, account: &Account, options: &Options) -> Result<(), PostgresError> {
        const MAP: &str = "program";
        let role = options.names.role;
        let head = format!("# Written by {} at every start: changes are lost.\n", options.names.program);
        let mut rules = format!("{head}local all all peer map={MAP}\n");
        if options.tcp.is_some() {
            rules.push_str("host all all 127.0.0.1/32 scram-sha-256\n");
        }
        files::replace(&self.folder.join("pg_hba.conf"), &rules, account)?;
        let root = account::name_of(Uid::from_raw(0));
        let map = [account.name.as_str(), root.as_str()]
            .map(|name| format!("{MAP} \"{name}\" {role}\n{MAP} \"{name}\" {SUPERUSER}\n"));
        let map = format!("{head}{}", map.concat());
        files::replace(&self.folder.join("pg_ident.conf"), &map, account)
    }
}

/// A command of Postgres's: under the account, without those parts of this process's environment that could configure
/// it or that it does not need.
pub(super) fn command(program: &Path, account: &Account) -> Command {
    const KEPT: [&str; 3] = ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"];
    let mut command = Command::new(program);
    let kept = KEPT.iter().filter_map(|name| std::env::var_os(name).map(|value| (name, value)));
    command.env_clear().envs(kept).env("LC_ALL", "C");
    account.apply(&mut command);
    command
}

fn append(path: &Path, text: &str) -> Result<(), PostgresError> {
    let mut options = OpenOptions::new();
    let opened = options.append(true).custom_flags(OFlag::O_NOFOLLOW.bits()).open(path);
    let written = opened.and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
    written.map_err(files::failed("write", path))
}
