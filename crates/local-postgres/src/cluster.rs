//! The cluster: Postgres's own folder, `postgres` in the data folder. It is made beside its place and moved there when
//! it is complete, so that a first start that is interrupted leaves nothing to trip over.

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
    database::{ROLE, SUPERUSER},
    error::EmbeddedError,
    files,
    process::Supervised,
};

/// Added to the `postgresql.conf` of a new cluster. The operator may change it there.
const SETTINGS: &str = "
# immich-server: small, for one server on the same machine.
shared_buffers = 32MB
max_connections = 100
max_wal_size = 256MB
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
";

/// How the names of folders begin in which a cluster is being made.
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

    /// The major version of the Postgres that made it, or nothing if there is none yet.
    pub(super) fn major(&self) -> Result<Option<u32>, EmbeddedError> {
        let path = self.folder.join("PG_VERSION");
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                let not_a_cluster = || EmbeddedError::NotACluster { folder: self.folder.clone() };
                binaries::leading_number(text.trim()).ok_or_else(not_a_cluster).map(Some)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(files::failed("read", &path)(error)),
        }
    }

    /// Makes the cluster. `guard` is held until initdb has ended, also if the caller loses interest.
    pub(super) async fn create<G>(&self, binaries: &Binaries, account: &Account, guard: G) -> Result<(), EmbeddedError>
    where
        G: Send + 'static,
    {
        self.check_place()?;
        self.remove_unfinished()?;
        let fresh = self.create_fresh(account)?;
        if let Err(error) = self.initdb(binaries, account, &fresh, guard).await {
            self.remove_unfinished()?;
            return Err(error);
        }
        append(&fresh.join("postgresql.conf"), SETTINGS)?;
        std::fs::rename(&fresh, &self.folder).map_err(files::failed("create", &self.folder))?;
        self.folder.parent().map_or(Ok(()), files::sync_folder)
    }

    /// Removes what interrupted starts have left. An initdb of a server that was killed a moment ago may still be
    /// cleaning up in there itself; what remains goes with the next new cluster, and costs only space.
    fn remove_unfinished(&self) -> Result<(), EmbeddedError> {
        let Some(data_dir) = self.folder.parent() else {
            return Ok(());
        };
        let entries = data_dir.read_dir().map_err(files::failed("read", data_dir))?;
        for entry in entries.flatten() {
            let unfinished = entry.file_name().to_str().is_some_and(|name| name.starts_with(UNFINISHED));
            if unfinished && let Err(error) = std::fs::remove_dir_all(entry.path()) {
                tracing::debug!(path = %entry.path().display(), %error, "cannot remove an unfinished cluster yet");
            }
        }
        Ok(())
    }

    /// Creates the folder of a cluster in the making, under a name that no other initdb has used.
    fn create_fresh(&self, account: &Account) -> Result<PathBuf, EmbeddedError> {
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

    /// The cluster's place has to be free, or an empty folder.
    fn check_place(&self) -> Result<(), EmbeddedError> {
        match self.folder.read_dir() {
            Ok(mut entries) => match entries.next() {
                None => Ok(()),
                Some(_) => Err(EmbeddedError::NotACluster { folder: self.folder.clone() }),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(files::failed("read", &self.folder)(error)),
        }
    }

    async fn initdb<G>(
        &self,
        binaries: &Binaries,
        account: &Account,
        fresh: &Path,
        guard: G,
    ) -> Result<(), EmbeddedError>
    where
        G: Send + 'static,
    {
        // The locale C: the same order of texts on every machine, now and after the next update of its C library.
        let mut command = command(&binaries.initdb(), account);
        command.args(["--encoding=UTF8", "--locale=C", "--auth-local=peer", "--auth-host=reject"]);
        command.arg(format!("--username={SUPERUSER}")).arg("--pgdata").arg(fresh).current_dir(fresh);
        let run_failed = |source| EmbeddedError::Run { program: binaries.initdb(), source };
        let mut initdb = Supervised::spawn(command, guard).await.map_err(run_failed)?;
        if initdb.exited().await.success() {
            return Ok(());
        }
        Err(EmbeddedError::Init { folder: self.folder.clone(), output: initdb.complaints() })
    }

    /// Writes who may connect as whom. Postgres asks the kernel who is at the other end of the socket (`peer`): the
    /// account it runs under and root may be the server's role or the superuser, nobody else anything. The socket's
    /// folder is closed to others as well.
    pub(super) fn write_access(&self, account: &Account) -> Result<(), EmbeddedError> {
        const MAP: &str = "immich";
        let head = "# Written by immich-server at every start: changes are lost.\n";
        let rules = format!("{head}local all all peer map={MAP}\n");
        files::replace(&self.folder.join("pg_hba.conf"), &rules, account)?;
        let root = account::name_of(Uid::from_raw(0));
        let map = [account.name.as_str(), root.as_str()]
            .map(|name| format!("{MAP} \"{name}\" {ROLE}\n{MAP} \"{name}\" {SUPERUSER}\n"));
        let map = format!("{head}{}", map.concat());
        files::replace(&self.folder.join("pg_ident.conf"), &map, account)
    }
}

/// A command of Postgres's: under the account, with nothing of this process's environment that could steer it or that
/// it need not know.
pub(super) fn command(program: &Path, account: &Account) -> Command {
    const KEPT: [&str; 3] = ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"];
    let mut command = Command::new(program);
    let kept = KEPT.iter().filter_map(|name| std::env::var_os(name).map(|value| (name, value)));
    command.env_clear().envs(kept).env("LC_ALL", "C");
    account.apply(&mut command);
    command
}

fn append(path: &Path, text: &str) -> Result<(), EmbeddedError> {
    let mut options = OpenOptions::new();
    let opened = options.append(true).custom_flags(OFlag::O_NOFOLLOW.bits()).open(path);
    let written = opened.and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
    written.map_err(files::failed("write", path))
}
