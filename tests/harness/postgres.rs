//! One real Postgres cluster for all tests of a run.
//!
//! `TEST_DATABASE_URL` (a superuser's URL, `postgres://user:password@host:port/name`) names a
//! cluster to use; what an earlier run left there (databases called `immich_test_…`) is removed, so
//! one run at a time. Without it the run starts a cluster of its own on a free port of 127.0.0.1, in
//! a folder that a watchdog removes when the run is over.

use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use tokio::sync::OnceCell;
use tokio_postgres::NoTls;
use tokio_postgres::config::Host;

use super::Program;
use super::watchdog::Watchdog;

/// Every database of the tests starts with this.
pub(crate) const PREFIX: &str = "immich_test_";
/// Migrated once, then copied for each test.
pub(crate) const TEMPLATE: &str = "immich_test_template";

static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();

/// The cluster of this run: started and its template migrated by whoever asks first.
pub(crate) async fn cluster() -> &'static Cluster {
    CLUSTER.get_or_init(Cluster::open).await
}

/// A Postgres server on which tests may create databases.
pub(crate) struct Cluster {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) user: String,
    pub(crate) password: String,
    /// A database that is always there.
    pub(crate) maintenance: String,
    /// Stops an own cluster and removes its folder. Statics are never dropped: the end of the
    /// process is what it waits for.
    watchdog: Option<Watchdog>,
}

impl Cluster {
    async fn open() -> Self {
        let cluster = match std::env::var("TEST_DATABASE_URL") {
            Ok(url) => Self::named_by(&url),
            Err(_) => Self::started().await,
        };
        cluster.remove_leftovers().await;
        cluster.execute(&format!("CREATE DATABASE {TEMPLATE} TEMPLATE template0 ENCODING 'UTF8'")).await;
        Program::run(["migrate"]).with("DB_URL", cluster.url(TEMPLATE)).await.must_succeed();
        cluster
    }

    fn named_by(url: &str) -> Self {
        let config: tokio_postgres::Config =
            url.parse().expect("TEST_DATABASE_URL is postgres://user:password@host:port/name");
        let host = match config.get_hosts() {
            [Host::Tcp(host)] => host.clone(),
            _ => panic!("TEST_DATABASE_URL needs one TCP host: the tests put a proxy before it"),
        };
        let text = |value: Option<&[u8]>| {
            String::from_utf8(value.unwrap_or_default().to_vec()).expect("the password is UTF-8")
        };
        Self {
            host,
            port: config.get_ports().first().copied().unwrap_or(5432),
            user: config.get_user().unwrap_or("postgres").to_owned(),
            password: text(config.get_password()),
            maintenance: config.get_dbname().unwrap_or("postgres").to_owned(),
            watchdog: None,
        }
    }

    async fn started() -> Self {
        let binaries = binaries();
        let account = unprivileged_account();
        let folder = std::env::temp_dir().join(format!("immich-test-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&folder).expect("the temporary folder is writable");
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700)).unwrap();
        let password = uuid::Uuid::new_v4().simple().to_string();
        let password_file = folder.join("password");
        std::fs::write(&password_file, &password).unwrap();
        if let Some((user, group)) = account {
            for path in [&folder, &password_file] {
                chown(path, Some(user), Some(group)).unwrap();
            }
        }
        initialise(&binaries, &folder, &password_file, account);
        for _ in 0..5 {
            let port = super::free_port();
            let watchdog = start(&binaries, &folder, port, account);
            let mut cluster = Self {
                host: "127.0.0.1".to_owned(),
                port,
                user: "postgres".to_owned(),
                password: password.clone(),
                maintenance: "postgres".to_owned(),
                watchdog: Some(watchdog),
            };
            if cluster.answers_within(Duration::from_secs(30), &folder).await {
                return cluster;
            }
            if let Some(watchdog) = &mut cluster.watchdog {
                watchdog.dismiss();
            }
        }
        panic!("Postgres found no free port in five tries");
    }

    /// Whether the cluster came up; `false` when its port was taken by somebody else meanwhile.
    async fn answers_within(&self, limit: Duration, folder: &Path) -> bool {
        let deadline = Instant::now() + limit;
        loop {
            let url = self.url(&self.maintenance);
            if tokio_postgres::connect(&url, NoTls).await.is_ok() {
                return true;
            }
            let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
            if log.contains("could not bind") {
                return false;
            }
            assert!(Instant::now() < deadline, "Postgres did not start:\n{log}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The URL of one of its databases.
    pub(crate) fn url(&self, database: &str) -> String {
        self.url_at(&self.host, self.port, database)
    }

    /// The URL of one of its databases, reached through `host` and `port` (a proxy).
    pub(crate) fn url_at(&self, host: &str, port: u16, database: &str) -> String {
        let user = percent_encoded(&self.user);
        let password = percent_encoded(&self.password);
        format!("postgres://{user}:{password}@{host}:{port}/{database}")
    }

    /// Run one statement outside any test's database.
    pub(crate) async fn execute(&self, statement: &str) {
        let (client, connection) =
            tokio_postgres::connect(&self.url(&self.maintenance), NoTls).await.expect("the test cluster answers");
        let connection = tokio::spawn(connection);
        client.batch_execute(statement).await.unwrap_or_else(|error| panic!("{statement}: {error:?}"));
        drop(client);
        let _ = connection.await;
    }

    async fn remove_leftovers(&self) {
        let (client, connection) =
            tokio_postgres::connect(&self.url(&self.maintenance), NoTls).await.expect("the test cluster answers");
        tokio::spawn(connection);
        let rows = client
            .query("SELECT datname::text FROM pg_database WHERE starts_with(datname, $1)", &[&PREFIX])
            .await
            .unwrap();
        for row in rows {
            let name: String = row.get(0);
            client.batch_execute(&format!("DROP DATABASE \"{name}\" WITH (FORCE)")).await.unwrap();
        }
    }
}

fn initialise(binaries: &Path, folder: &Path, password: &Path, account: Option<(u32, u32)>) {
    let mut command = Command::new(binaries.join("initdb"));
    command
        .args(["--username=postgres", "--encoding=UTF8", "--no-locale", "--no-sync"])
        .arg("--auth=scram-sha-256")
        .arg(format!("--pwfile={}", password.display()))
        .arg("--pgdata")
        .arg(folder.join("data"))
        .current_dir("/");
    if let Some((user, group)) = account {
        command.uid(user).gid(group);
    }
    let output = command.output().expect("initdb starts");
    assert!(output.status.success(), "initdb: {}", String::from_utf8_lossy(&output.stderr));
}

/// Start the server process and the watchdog around it. Durability is off: the data is thrown away.
fn start(binaries: &Path, folder: &Path, port: u16, account: Option<(u32, u32)>) -> Watchdog {
    const SCRIPT: &str = r#"
        "$1/postgres" -D "$2/data" -p "$3" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
            -c max_connections=400 -c shared_buffers=64MB -c dynamic_shared_memory_type=mmap \
            -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c wal_level=minimal \
            -c max_wal_senders=0 -c jit=off >"$2/log" 2>&1 &
        server=$!
        dismissed=
        read -r _ && dismissed=yes
        kill -QUIT "$server"
        wait "$server"
        [ -n "$dismissed" ] || rm -rf "$2"
    "#;
    let _ = std::fs::remove_file(folder.join("log"));
    Watchdog::run(SCRIPT, &[&binaries.to_string_lossy(), &folder.to_string_lossy(), &port.to_string()], account)
}

/// The folder with the server's programs: that of the search path, else Debian's newest.
fn binaries() -> PathBuf {
    let complete = |folder: &PathBuf| folder.join("initdb").exists() && folder.join("postgres").exists();
    let path = std::env::var_os("PATH").unwrap_or_default();
    if let Some(folder) = std::env::split_paths(&path).find(complete) {
        return folder;
    }
    let version = |folder: &PathBuf| -> u32 {
        folder
            .parent()
            .and_then(|parent| parent.file_name())
            .and_then(|name| name.to_string_lossy().parse().ok())
            .unwrap_or_default()
    };
    std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .filter(complete)
        .max_by_key(version)
        .expect(
            "the tests need the Postgres server programs (Debian: apt-get install postgresql) \
             or TEST_DATABASE_URL",
        )
}

/// Postgres refuses to run as root: the account to become instead, when this process is root.
fn unprivileged_account() -> Option<(u32, u32)> {
    let own = std::fs::metadata("/proc/self").map_or(u32::MAX, |process| process.uid());
    if own != 0 {
        return None;
    }
    let accounts = std::fs::read_to_string("/etc/passwd").expect("/etc/passwd is readable");
    let ids = |name: &str| {
        let line = accounts.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    ids("postgres")
        .or_else(|| ids("nobody"))
        .or_else(|| panic!("run by root, the tests need an account `postgres` or `nobody`"))
}

fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
