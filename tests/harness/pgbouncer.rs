//! A real PgBouncer in front of a test's database.
//!
//! `PGBOUNCER` names the program; without it, the installed one is used.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use local_postgres::{Cluster, Watchdog, free_port, unprivileged_account};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_postgres::{Client, NoTls};

use super::Database;

const START_LIMIT: Duration = Duration::from_secs(20);

/// A running PgBouncer; stops when dropped.
pub(crate) struct PgBouncer {
    port: u16,
    database: Database,
    child: Child,
    watchdog: Watchdog,
    folder: TempDir,
}

/// How to pool.
pub(crate) struct Pool {
    /// `session` or `transaction`.
    pub(crate) mode: &'static str,
    /// The most connections to the database.
    pub(crate) size: u32,
    /// The limit on prepared statements that it follows from connection to connection; none: not set, as versions
    /// before 1.21 demand.
    pub(crate) prepared_statements: Option<u32>,
}

impl Pool {
    /// Each transaction gets the connection that was idle longest.
    pub(crate) fn by_transaction(size: u32) -> Self {
        Self { mode: "transaction", size, prepared_statements: None }
    }
}

impl PgBouncer {
    pub(crate) async fn before(database: &Database, pool: Pool) -> Self {
        let cluster = Cluster::of_this_run().await;
        let port = free_port();
        let folder = tempfile::tempdir().expect("the temporary folder is writable");
        let path = folder.path().display();
        let prepared = pool.prepared_statements.map(|most| format!("max_prepared_statements = {most}\n"));
        let configuration = format!(
            "[databases]\n* = host={} port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = scram-sha-256\nauth_file = {path}/users\npool_mode = {}\n\
             default_pool_size = {}\nmax_client_conn = 300\nserver_round_robin = 1\nquery_wait_timeout = 20\n{}",
            cluster.host,
            cluster.port,
            pool.mode,
            pool.size,
            prepared.unwrap_or_default(),
        );
        std::fs::write(folder.path().join("pgbouncer.ini"), configuration).expect("the folder is writable");
        let user = format!("\"{}\" \"{}\"\n", cluster.user, cluster.password);
        std::fs::write(folder.path().join("users"), user).expect("the folder is writable");
        let log = std::fs::File::create(folder.path().join("log")).expect("the folder is writable");
        let mut command = Command::new(program());
        if let Some((user, group)) = unprivileged_account() {
            // It refuses to run as root.
            for file in ["", "pgbouncer.ini", "users"] {
                std::os::unix::fs::chown(folder.path().join(file), Some(user), Some(group)).expect("this is root");
            }
            command.args(["-u", "postgres"]);
        }
        let child = command
            .arg(folder.path().join("pgbouncer.ini"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("PgBouncer starts");
        let watchdog = Watchdog::over(child.id());
        let pooler = Self { port, database: database.clone(), child, watchdog, folder };
        let deadline = Instant::now() + START_LIMIT;
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            assert!(Instant::now() < deadline, "PgBouncer does not listen; its log:\n{}", pooler.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        pooler
    }

    /// The URL of the database through it.
    pub(crate) fn url(&self) -> String {
        self.database.url_on_port(self.port)
    }

    /// Another program that uses the same pool.
    pub(crate) async fn other_client(&self) -> Client {
        let (client, connection) = tokio_postgres::connect(&self.url(), NoTls).await.expect("PgBouncer answers");
        tokio::spawn(connection);
        client
    }

    /// Replaces `pool_mode` and reads the configuration again.
    pub(crate) fn change_mode(&self, old: &str, new: &str) {
        let path = self.folder.path().join("pgbouncer.ini");
        let text = std::fs::read_to_string(&path).expect("the configuration is readable");
        let changed = text.replace(&format!("pool_mode = {old}"), &format!("pool_mode = {new}"));
        assert_ne!(text, changed);
        std::fs::write(&path, changed).expect("the configuration is writable");
        let pid = self.child.id().to_string();
        let sent = Command::new("/bin/sh").args(["-c", "kill -s HUP \"$1\"", "signal", &pid]).status();
        assert!(sent.is_ok_and(|status| status.success()), "SIGHUP reaches PgBouncer");
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).expect("the log is readable")
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.watchdog.dismiss();
        if std::thread::panicking() {
            eprintln!("--- log of PgBouncer ---\n{}", self.log());
        }
    }
}

/// Debian installs it in a folder that is in the PATH of root only.
fn program() -> PathBuf {
    if let Some(path) = std::env::var_os("PGBOUNCER") {
        return path.into();
    }
    let installed = PathBuf::from("/usr/sbin/pgbouncer");
    if installed.exists() { installed } else { "pgbouncer".into() }
}
