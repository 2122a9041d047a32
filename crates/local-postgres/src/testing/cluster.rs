//! The cluster.

use super::account::unprivileged_account;
use super::launch;
use super::watchdog::Watchdog;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::sync::OnceCell;
use tokio_postgres::NoTls;
use tokio_postgres::config::Host;

/// Every database of the tests starts with this.
pub const PREFIX: &str = "immich_test_";

static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();

/// A Postgres server on which tests may create databases.
pub struct Cluster {
    /// Name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// A superuser.
    pub user: String,
    /// The superuser's.
    pub password: String,
    /// A database that is always there.
    pub maintenance: String,
    /// Stops an own cluster and removes its folder. Statics are never dropped: the end of the
    /// process is what it waits for.
    watchdog: Option<Watchdog>,
}

impl Cluster {
    /// The cluster of this run, started by whoever asks first.
    pub async fn of_this_run() -> &'static Self {
        CLUSTER.get_or_init(Self::open).await
    }

    async fn open() -> Self {
        match std::env::var("TEST_DATABASE_URL") {
            Ok(url) => {
                let cluster = Self::named_by(&url);
                cluster.remove_leftovers().await;
                cluster
            }
            Err(_) => Self::started().await,
        }
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
        let binaries = launch::binaries();
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
        launch::initialise(&binaries, &folder, &password_file, account);
        for _ in 0..5 {
            let port = super::free_port();
            let watchdog = launch::start(&binaries, &folder, port, account);
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
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        self.url_at(&self.host, self.port, database)
    }

    /// The URL of one of its databases, reached through `host` and `port` (a proxy).
    #[must_use]
    pub fn url_at(&self, host: &str, port: u16, database: &str) -> String {
        let user = percent_encoded(&self.user);
        let password = percent_encoded(&self.password);
        format!("postgres://{user}:{password}@{host}:{port}/{database}")
    }

    /// Run one statement outside any test's database.
    pub async fn execute(&self, statement: &str) {
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

fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
