//! A primary that is replicated, and its standbys: real Postgres servers with streaming replication.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use local_postgres::{Watchdog, free_port, program, unprivileged_account};
use tokio::sync::OnceCell;
use tokio_postgres::{NoTls, SimpleQueryMessage};
use uuid::Uuid;

use super::Program;

const PASSWORD: &str = "only-for-tests";
/// The migrated database that the databases of the tests are copied from.
const TEMPLATE: &str = "immich_template";
const START_LIMIT: Duration = Duration::from_secs(60);

const SETTINGS: [&str; 12] = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "fsync=off",
    "full_page_writes=off",
    "shared_buffers=16MB",
    "dynamic_shared_memory_type=mmap",
    "autovacuum=off",
    "wal_level=replica",
    "max_connections=200",
    // A new standby connects again quickly, and is sent what was committed at once.
    "wal_retrieve_retry_interval=100ms",
    "min_wal_size=8MB",
    "max_wal_size=64MB",
];

/// Stops a server and removes its folder when the test, or the test run, has ended.
const REMOVE: &str = r#"
    read -r _
    [ -e "$1/postmaster.pid" ] && kill -QUIT "$(head -n 1 "$1/postmaster.pid")"
    for _ in $(seq 100); do [ -e "$1/postmaster.pid" ] && sleep 0.05; done
    rm -rf "$1"
"#;

static PRIMARY: OnceCell<Node> = OnceCell::const_new();

/// A Postgres server; dropping it stops it.
pub(crate) struct Node {
    folder: PathBuf,
    port: u16,
    child: Child,
    watchdog: Option<Watchdog>,
}

impl Node {
    /// The primary that the tests of this run share.
    pub(crate) async fn primary() -> &'static Self {
        PRIMARY
            .get_or_init(|| async {
                let folder = new_folder();
                let password = folder.with_extension("password");
                std::fs::write(&password, PASSWORD).expect("the temporary folder is writable");
                let mut initdb = command("initdb");
                initdb.args(["--no-sync", "--username=postgres", "--auth-host=scram-sha-256", "--auth-local=reject"]);
                initdb.args(["--encoding=UTF8", "--locale=C", "--wal-segsize=1", "--pgdata"]).arg(&folder);
                run(initdb.arg("--pwfile").arg(&password));
                std::fs::remove_file(password).expect("the file exists");
                let primary = Self::start(folder).await;
                primary.run("postgres", &format!("CREATE DATABASE {TEMPLATE}")).await;
                Program::run(["migrate"]).with("DB_URL", primary.url(TEMPLATE)).await.must_succeed();
                primary
            })
            .await
    }

    /// A new standby of this server, which streams from it.
    pub(crate) async fn standby(&self) -> Self {
        let folder = new_folder();
        let mut copy = command("pg_basebackup");
        copy.args([
            "--host=127.0.0.1",
            "--username=postgres",
            "--checkpoint=fast",
            "--no-sync",
            "--write-recovery-conf",
        ]);
        copy.arg(format!("--port={}", self.port)).arg("--pgdata").arg(&folder).env("PGPASSWORD", PASSWORD);
        run(&mut copy);
        Self::start(folder).await
    }

    async fn start(folder: PathBuf) -> Self {
        let watchdog = Watchdog::run(REMOVE, &[&folder.to_string_lossy()]);
        let (port, child) = spawn(&folder);
        let mut node = Self { folder, port, child, watchdog: Some(watchdog) };
        let deadline = Instant::now() + START_LIMIT;
        while tokio_postgres::connect(&node.url("postgres"), NoTls).await.is_err() {
            assert!(Instant::now() < deadline, "the server in {} does not start", node.folder.display());
            if node.child.try_wait().expect("it is a child").is_some() {
                // Another process has taken the port meanwhile.
                (node.port, node.child) = spawn(&node.folder);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        node
    }

    /// Makes a database with the tables, and returns its name. On a primary.
    pub(crate) async fn new_database(&self) -> String {
        let name = format!("test_{}", Uuid::new_v4().simple());
        self.run("postgres", &format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}")).await;
        name
    }

    /// `host:port`.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(crate) fn url(&self, database: &str) -> String {
        Self::url_at(&self.address(), database)
    }

    /// The URL of a database at other addresses, for example of a proxy: `host:port`, separated by commas.
    pub(crate) fn url_at(addresses: &str, database: &str) -> String {
        format!("postgres://postgres:{PASSWORD}@{addresses}/{database}")
    }

    /// Runs statements.
    pub(crate) async fn run(&self, database: &str, statements: &str) {
        self.value(database, statements).await;
    }

    /// Runs statements, and returns the first value of the last one.
    pub(crate) async fn value(&self, database: &str, statements: &str) -> Option<String> {
        let (client, connection) =
            tokio_postgres::connect(&self.url(database), NoTls).await.expect("the server answers");
        let connection = tokio::spawn(connection);
        let done = client.simple_query(statements).await.unwrap_or_else(|error| panic!("{statements}: {error:?}"));
        drop(client);
        let _ = connection.await;
        done.iter().rev().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        })
    }

    /// Waits until this standby has everything that `primary` has committed.
    pub(crate) async fn catch_up_with(&self, primary: &Self) {
        let position = primary.value("postgres", "SELECT pg_current_wal_lsn()").await.expect("a position");
        let query = format!("SELECT pg_last_wal_replay_lsn() >= '{position}'");
        super::eventually("the standby catches up", START_LIMIT, async || {
            self.value("postgres", &query).await.as_deref() == Some("t")
        })
        .await;
    }

    /// Makes this standby a primary; it has a new timeline.
    pub(crate) async fn promote(&self) {
        assert_eq!(self.value("postgres", "SELECT pg_promote()").await.as_deref(), Some("t"));
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        drop(self.watchdog.take());
        let _ = self.child.wait();
    }
}

fn spawn(folder: &Path) -> (u16, Child) {
    let port = free_port();
    let mut postgres = command("postgres");
    postgres.arg("-D").arg(folder).arg("-p").arg(port.to_string());
    for setting in SETTINGS {
        postgres.arg("-c").arg(setting);
    }
    (port, postgres.stderr(Stdio::null()).spawn().expect("Postgres starts"))
}

/// A folder that the account of Postgres can write.
fn new_folder() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("immich-replication-{}", Uuid::new_v4()));
    std::fs::create_dir(&folder).expect("the temporary folder is writable");
    std::fs::set_permissions(&folder, std::os::unix::fs::PermissionsExt::from_mode(0o700)).expect("it is ours");
    if let Some((user, group)) = unprivileged_account() {
        std::os::unix::fs::chown(&folder, Some(user), Some(group)).expect("root may give folders away");
    }
    folder
}

/// One of the programs of Postgres, which refuse to run as root.
fn command(name: &str) -> Command {
    let mut command = Command::new(program(name));
    command.env_clear().env("LC_ALL", "C").env("PATH", "/usr/bin:/bin").stdin(Stdio::null()).stdout(Stdio::null());
    command.current_dir(Path::new("/"));
    if let Some((user, group)) = unprivileged_account() {
        std::os::unix::process::CommandExt::gid(std::os::unix::process::CommandExt::uid(&mut command, user), group);
    }
    command
}

fn run(command: &mut Command) {
    let output = command.stderr(Stdio::piped()).output().expect("the program starts");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
