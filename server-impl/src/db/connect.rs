//! Opening one connection, and the reason in one line when it does not open.

use std::error::Error;
use std::fmt::Write;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use diesel_async::AsyncPgConnection;
use rand::RngExt as _;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::watch;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::error::SqlState;
use tokio_postgres::{AsyncMessage, Client, Config, NoTls};

use super::connection::{DbConnection, Driver, Origin, drive};
use super::error::chain;
use super::hash_form::HashForms;
use super::primary::{History, NotPrimary, Primary, ServerState};
use super::servers::Servers;
use super::settings::DatabaseSettings;

/// Why a connection to the database did not open. Never holds the password.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The URL is neither a URL nor `key=value` pairs. The text is not repeated: it may hold the password.
    #[error(
        "the database URL is invalid: write it as postgres://user:password@host:port/name or as key=value pairs, \
         and use only options that tokio-postgres supports"
    )]
    Url,
    /// The URL names no host.
    #[error("the database URL has no host: write it as postgres://user:password@host:port/name")]
    NoHost,
    /// The URL demands TLS.
    #[error(
        "the database URL has sslmode=require, but this program connects to the database without TLS: \
         use sslmode=prefer or sslmode=disable"
    )]
    Tls,
    /// No process listens there.
    #[error("the database at {address} refused the connection: {reason}; check that it runs and listens there")]
    Refused {
        /// Host, port and database.
        address: String,
        /// The error of the operating system.
        reason: String,
    },
    /// The host is unknown or unreachable.
    #[error("the database at {address} is unreachable: {reason}; check the host name and the network")]
    Unreachable {
        /// Host, port and database.
        address: String,
        /// The error of the operating system.
        reason: String,
    },
    /// No answer in time.
    #[error(
        "the database at {address} did not answer within {limit:?}; check the network and the load of the database"
    )]
    NoAnswer {
        /// Host, port and database.
        address: String,
        /// The time limit.
        limit: Duration,
    },
    /// Wrong password, unknown role, or no permission to connect.
    #[error("the database at {address} rejected the user: {reason}; check the user name, the password and pg_hba.conf")]
    Denied {
        /// Host, port and database.
        address: String,
        /// The error of the database.
        reason: String,
    },
    /// The server has no database of that name.
    #[error("the Postgres server at {address} has no such database: {reason}; create it, or correct its name")]
    NoSuchDatabase {
        /// Host, port and database.
        address: String,
        /// The error of the database.
        reason: String,
    },
    /// The database is starting, stopping or full.
    #[error("the database at {address} currently accepts no connections: {reason}")]
    NotNow {
        /// Host, port and database.
        address: String,
        /// The error of the database.
        reason: String,
    },
    /// The connection was closed after it had been opened, or while it was opened.
    #[error("the connection to the database was closed")]
    Closed,
    /// The server is not the primary, or takes no writes.
    #[error("the database at {address} is not usable: {reason}")]
    NotPrimary {
        /// Host, port and database.
        address: String,
        /// What the server is instead.
        reason: NotPrimary,
    },
    /// None of several servers is usable.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Several(Vec<ConnectError>),
    /// Anything else.
    #[error("could not connect to the database at {address}: {reason}")]
    Other {
        /// Host, port and database.
        address: String,
        /// What is wrong.
        reason: String,
    },
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Shared by many readers; the database refuses writes on it.
    Read,
    /// For one writer at a time.
    Write,
    /// For migrations: no limit on how long a statement runs.
    Migrate,
    /// For copying whole tables: no limit on how long a statement runs, or on how long a transaction waits for the
    /// other side.
    Import,
    /// For copying from another database, which may be a standby.
    Export,
}

impl Purpose {
    /// Whether the server must accept writes.
    pub(super) fn writes(self) -> bool {
        !matches!(self, Self::Read | Self::Export)
    }
}

/// A database to connect to.
pub(super) struct Target {
    servers: Servers,
    address: String,
    primary: Arc<Primary>,
    max_age: Duration,
    statement_timeout: Duration,
    /// How many connections are open, in use or idle.
    open: watch::Sender<usize>,
    hash_forms: Arc<HashForms>,
}

impl Target {
    pub(super) fn new(settings: &DatabaseSettings) -> Result<Self, ConnectError> {
        let config = parse(&settings.url)?;
        Ok(Self {
            address: address(&config),
            servers: Servers::new(&config),
            primary: Arc::default(),
            max_age: settings.connection_max_age,
            statement_timeout: settings.statement_timeout,
            open: watch::Sender::new(0),
            hash_forms: Arc::default(),
        })
    }

    pub(super) fn primary(&self) -> &Arc<Primary> {
        &self.primary
    }

    pub(super) fn max_age(&self) -> Duration {
        self.max_age
    }

    /// The greatest age of the next connection: up to a quarter less than the setting, so that connections that opened
    /// together are not replaced together.
    pub(super) fn next_max_age(&self) -> Duration {
        self.max_age.mul_f64(rand::rng().random_range(0.75..=1.0))
    }

    pub(super) fn open_connections(&self) -> &watch::Sender<usize> {
        &self.open
    }

    /// Opens a connection within `limit`.
    pub(super) async fn open(&self, purpose: Purpose, limit: Duration) -> Result<DbConnection, ConnectError> {
        self.within(limit, self.establish(purpose)).await
    }

    /// As [`Target::open`], for statements that diesel does not support.
    pub(super) async fn open_client(
        &self,
        purpose: Purpose,
        limit: Duration,
    ) -> Result<(Client, Driver), ConnectError> {
        let opened = self.within(limit, self.client(purpose, drop)).await?;
        Ok((opened.client, opened.driver))
    }

    /// As [`Target::open_client`]; notifications go to `receive`.
    pub(super) async fn open_listener(
        &self,
        limit: Duration,
        receive: impl FnMut(AsyncMessage) + Clone + Send + 'static,
    ) -> Result<Opened, ConnectError> {
        self.within(limit, self.client(Purpose::Read, receive)).await
    }

    async fn within<T>(
        &self,
        limit: Duration,
        opening: impl Future<Output = Result<T, ConnectError>>,
    ) -> Result<T, ConnectError> {
        match tokio::time::timeout(limit, opening).await {
            Ok(opened) => opened,
            Err(_) => Err(ConnectError::NoAnswer { address: self.address.clone(), limit }),
        }
    }

    async fn client(
        &self,
        purpose: Purpose,
        receive: impl FnMut(AsyncMessage) + Clone + Send + 'static,
    ) -> Result<Opened, ConnectError> {
        self.servers.open(|server| self.client_of(server, purpose, receive.clone())).await
    }

    /// Connects to one server, and checks that it is the primary.
    async fn client_of(
        &self,
        server: Config,
        purpose: Purpose,
        receive: impl FnMut(AsyncMessage) + Send + 'static,
    ) -> Result<Opened, ConnectError> {
        let (client, connection) = server.connect(NoTls).await.map_err(|e| self.explain(&e))?;
        let driver = drive(connection, &self.open, receive);
        // Before the query, so that what happens during it makes the connection suspect.
        let suspicions = self.primary.suspicions();
        let mut history = None;
        if purpose != Purpose::Export {
            let state = ServerState::read(&client).await.map_err(|e| self.explain(&e))?;
            let admitted = self.primary.admit(&state, purpose);
            admitted.map_err(|reason| ConnectError::NotPrimary { address: address(&server), reason })?;
            history = state.history();
        }
        client.batch_execute(&self.session_options(purpose)).await.map_err(|e| self.explain(&e))?;
        Ok(Opened { client, driver, history, suspicions })
    }

    async fn establish(&self, purpose: Purpose) -> Result<DbConnection, ConnectError> {
        let Opened { client, driver, history, suspicions } = self.client(purpose, drop).await?;
        let connection = AsyncPgConnection::try_from(client)
            .await
            .map_err(|e| ConnectError::Other { address: self.address.clone(), reason: e.to_string() })?;
        let origin = Origin::new(Arc::clone(&self.primary), history, suspicions, self.next_max_age());
        Ok(DbConnection::new(connection, driver, Arc::clone(&self.hash_forms), origin))
    }

    fn session_options(&self, purpose: Purpose) -> String {
        let statement_timeout = match purpose {
            Purpose::Read | Purpose::Write => self.statement_timeout.as_millis(),
            Purpose::Migrate | Purpose::Import | Purpose::Export => 0,
        };
        let copies = matches!(purpose, Purpose::Import | Purpose::Export);
        let idle = if copies { "0" } else { "30s" };
        // Where the driver keeps no code, errors are distinguished by their text: ask for English. Only some roles
        // may; for the others the state of the connection decides.
        let mut options = format!(
            "set statement_timeout = {statement_timeout}; \
             set idle_in_transaction_session_timeout = '{idle}'; \
             do $$ begin set lc_messages = 'C'; exception when insufficient_privilege then null; end $$;"
        );
        if purpose == Purpose::Read {
            // Plans that do not depend on the values: all reads are look-ups by an index. With many ids as a value,
            // Postgres would read a whole table of moderate size instead.
            options.push_str(" set default_transaction_read_only = on; set plan_cache_mode = force_generic_plan;");
        }
        if copies {
            options.push_str(" set lock_timeout = '30s';");
        }
        options
    }

    fn explain(&self, error: &tokio_postgres::Error) -> ConnectError {
        let address = self.address.clone();
        if let Some(error) = error.as_db_error() {
            let reason = error.message().to_owned();
            return match *error.code() {
                SqlState::INVALID_PASSWORD
                | SqlState::INVALID_AUTHORIZATION_SPECIFICATION
                | SqlState::INSUFFICIENT_PRIVILEGE => ConnectError::Denied { address, reason },
                SqlState::INVALID_CATALOG_NAME => ConnectError::NoSuchDatabase { address, reason },
                SqlState::TOO_MANY_CONNECTIONS
                | SqlState::CANNOT_CONNECT_NOW
                | SqlState::ADMIN_SHUTDOWN
                | SqlState::CRASH_SHUTDOWN => ConnectError::NotNow { address, reason },
                _ => ConnectError::Other { address, reason },
            };
        }
        if error.is_closed() {
            // A proxy that has no server closes connections at once.
            return ConnectError::Closed;
        }
        let reason = chain(error);
        match error.source().and_then(|source| source.downcast_ref::<io::Error>()) {
            // A missing Unix socket means the same as a closed port.
            Some(cause) if matches!(cause.kind(), io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound) => {
                ConnectError::Refused { address, reason: cause.to_string() }
            }
            Some(cause) => ConnectError::Unreachable { address, reason: cause.to_string() },
            None => ConnectError::Other { address, reason },
        }
    }
}

/// A connection that was just opened.
pub(super) struct Opened {
    pub(super) client: Client,
    pub(super) driver: Driver,
    /// That of its server.
    pub(super) history: Option<History>,
    /// How often connections had become suspect when the server was checked.
    suspicions: u64,
}

fn parse(url: &SecretString) -> Result<Config, ConnectError> {
    let mut config: Config = url.expose_secret().parse().map_err(|_| ConnectError::Url)?;
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        return Err(ConnectError::NoHost);
    }
    if config.get_ssl_mode() == SslMode::Require {
        return Err(ConnectError::Tls);
    }
    if config.get_application_name().is_none() {
        config.application_name(env!("CARGO_PKG_NAME"));
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(Duration::from_secs(10));
    }
    // Detects a database host that is gone without closing the connection.
    config.keepalives_idle(Duration::from_secs(30)).keepalives_interval(Duration::from_secs(5)).keepalives_retries(3);
    Ok(config)
}

/// Hosts with ports, and the name of the database: what a log line may show of a URL.
fn address(config: &Config) -> String {
    let mut text = String::new();
    let port = |index: usize| match config.get_ports() {
        [] => 5432,
        [only] => *only,
        many => many.get(index).copied().unwrap_or(5432),
    };
    let hosts: Vec<String> = if config.get_hosts().is_empty() {
        config.get_hostaddrs().iter().map(ToString::to_string).collect()
    } else {
        let name = |host: &Host| match host {
            Host::Tcp(name) => name.clone(),
            Host::Unix(path) => path.display().to_string(),
        };
        config.get_hosts().iter().map(name).collect()
    };
    for (index, host) in hosts.iter().enumerate() {
        let separator = if index == 0 { "" } else { "," };
        // Writing to a String does not fail.
        let _ = write!(text, "{separator}{host}:{}", port(index));
    }
    if let Some(name) = config.get_dbname() {
        let _ = write!(text, "/{name}");
    }
    text
}
