//! The cluster that all databases of a run are created on.

use super::throwaway::Throwaway;
use tokio::sync::OnceCell;
use tokio_postgres::NoTls;
use tokio_postgres::config::Host;

/// The names of all databases of the tests begin with this.
pub const PREFIX: &str = "local_postgres_test_";

static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();

/// A Postgres server on which tests may create databases.
pub struct Cluster {
    /// Name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// A superuser.
    pub user: String,
    /// The superuser's password.
    pub password: String,
    /// A database that always exists.
    pub maintenance: String,
    /// None for the cluster of `TEST_DATABASE_URL`. Statics are never dropped: it ends with the process.
    _throwaway: Option<Throwaway>,
}

impl Cluster {
    /// The cluster of this run, started by the first call.
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
            _ => panic!("TEST_DATABASE_URL needs one TCP host: the tests put a proxy in front of it"),
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
            _throwaway: None,
        }
    }

    async fn started() -> Self {
        let throwaway = Throwaway::start().await;
        Self {
            host: "127.0.0.1".to_owned(),
            port: throwaway.tcp.port,
            user: "postgres".to_owned(),
            password: throwaway.tcp.password.clone(),
            maintenance: "postgres".to_owned(),
            _throwaway: Some(throwaway),
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

    /// Runs one statement in the maintenance database.
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
