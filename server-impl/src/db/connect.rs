//! Opening one connection, and the reason in one line when it does not open.

use std::error::Error;
use std::fmt::Write;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use diesel_async::AsyncPgConnection;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::watch;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::error::SqlState;
use tokio_postgres::{AsyncMessage, Client, Config, NoTls};

use super::connection::{DbConnection, Driver, drive};
use super::error::chain;
use super::hash_form::HashForms;
use super::session_options::{Options, Purpose};
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
    /// The connection was closed after it had been opened.
    #[error("the connection to the database was closed")]
    Closed,
    /// Anything else.
    #[error("could not connect to the database at {address}: {reason}")]
    Other {
        /// Host, port and database.
        address: String,
        /// What is wrong.
        reason: String,
    },
}

/// A database to connect to.
pub(super) struct Target {
    config: Config,
    address: String,
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
            config,
            statement_timeout: settings.statement_timeout,
            open: watch::Sender::new(0),
            hash_forms: Arc::default(),
        })
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
        self.within(limit, self.client(purpose, drop)).await
    }

    /// As [`Target::open_client`]; notifications go to `receive`.
    pub(super) async fn open_listener(
        &self,
        limit: Duration,
        receive: impl FnMut(AsyncMessage) + Send + 'static,
    ) -> Result<(Client, Driver), ConnectError> {
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
        receive: impl FnMut(AsyncMessage) + Send + 'static,
    ) -> Result<(Client, Driver), ConnectError> {
        let (client, connection) = self.config.connect(NoTls).await.map_err(|e| self.explain(&e))?;
        let driver = drive(connection, &self.open, receive);
        let options = Options::new(purpose, self.statement_timeout);
        client.batch_execute(&options.of_session()).await.map_err(|e| self.explain(&e))?;
        Ok((client, driver))
    }

    async fn establish(&self, purpose: Purpose) -> Result<DbConnection, ConnectError> {
        let (client, driver) = self.client(purpose, drop).await?;
        let connection = AsyncPgConnection::try_from(client)
            .await
            .map_err(|e| ConnectError::Other { address: self.address.clone(), reason: e.to_string() })?;
        Ok(DbConnection::new(connection, driver, Arc::clone(&self.hash_forms)))
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
