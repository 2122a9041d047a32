//! Opening one connection, and saying in one line why it did not open.

use std::error::Error;
use std::fmt::Write;
use std::io;
use std::time::Duration;

use diesel_async::AsyncPgConnection;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::watch;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::error::SqlState;
use tokio_postgres::{AsyncMessage, Client, Config, NoTls};

use super::error::chain;
use super::link::{Driver, Link, drive};
use super::settings::DatabaseSettings;

/// Why a connection to the database did not open. Never holds the password.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The URL is neither a URL nor `key=value` pairs. The text is not repeated: it may hold the password.
    #[error(
        "the database URL cannot be read: expected postgres://user:password@host:port/name or key=value pairs, \
         with options that tokio-postgres knows"
    )]
    Url,
    /// The URL names no host.
    #[error("the database URL names no host")]
    NoHost,
    /// The URL demands TLS.
    #[error("the database URL says sslmode=require, but connections to the database are made without TLS")]
    Tls,
    /// Nobody listens there.
    #[error("the database at {place} refuses connections: {reason}")]
    Refused {
        /// Host, port and database.
        place: String,
        /// What the operating system says.
        reason: String,
    },
    /// The host cannot be found or reached.
    #[error("the database at {place} cannot be reached: {reason}")]
    Unreachable {
        /// Host, port and database.
        place: String,
        /// What the operating system says.
        reason: String,
    },
    /// No answer in time.
    #[error("the database at {place} did not answer within {limit:?}")]
    NoAnswer {
        /// Host, port and database.
        place: String,
        /// How long the wait was.
        limit: Duration,
    },
    /// Wrong password, unknown role, or no permission to connect.
    #[error("the database at {place} lets this user not in: {reason}")]
    Denied {
        /// Host, port and database.
        place: String,
        /// What the database says.
        reason: String,
    },
    /// The server has no database of that name.
    #[error("the server at {place} has no such database: {reason}")]
    NoSuchDatabase {
        /// Host, port and database.
        place: String,
        /// What the database says.
        reason: String,
    },
    /// The database is starting, stopping or full.
    #[error("the database at {place} takes no connection now: {reason}")]
    NotNow {
        /// Host, port and database.
        place: String,
        /// What the database says.
        reason: String,
    },
    /// The connection was there and is no more.
    #[error("the connection to the database was closed")]
    Closed,
    /// Anything else.
    #[error("the database at {place} cannot be used: {reason}")]
    Other {
        /// Host, port and database.
        place: String,
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
    /// For changes of the schema: no limit on how long a statement runs.
    Migrate,
    /// For copying whole tables: no limit on how long a statement runs, or on how long a transaction waits for the
    /// other side.
    Import,
}

/// A database to connect to.
pub(super) struct Target {
    config: Config,
    place: String,
    statement_timeout: Duration,
    /// How many connections are open, whoever holds them.
    open: watch::Sender<usize>,
}

impl Target {
    pub(super) fn new(settings: &DatabaseSettings) -> Result<Self, ConnectError> {
        let config = parse(&settings.url)?;
        Ok(Self {
            place: place(&config),
            config,
            statement_timeout: settings.statement_timeout,
            open: watch::Sender::new(0),
        })
    }

    pub(super) fn open_connections(&self) -> &watch::Sender<usize> {
        &self.open
    }

    /// Opens a connection within `limit`.
    pub(super) async fn open(&self, purpose: Purpose, limit: Duration) -> Result<Link, ConnectError> {
        self.within(limit, self.establish(purpose)).await
    }

    /// As [`Target::open`], for what diesel cannot do.
    pub(super) async fn open_client(
        &self,
        purpose: Purpose,
        limit: Duration,
    ) -> Result<(Client, Driver), ConnectError> {
        self.within(limit, self.client(purpose, drop)).await
    }

    /// As [`Target::open_client`], to hear what the database tells unasked.
    pub(super) async fn open_listener(
        &self,
        limit: Duration,
        hear: impl FnMut(AsyncMessage) + Send + 'static,
    ) -> Result<(Client, Driver), ConnectError> {
        self.within(limit, self.client(Purpose::Read, hear)).await
    }

    async fn within<T>(
        &self,
        limit: Duration,
        opening: impl Future<Output = Result<T, ConnectError>>,
    ) -> Result<T, ConnectError> {
        match tokio::time::timeout(limit, opening).await {
            Ok(opened) => opened,
            Err(_) => Err(ConnectError::NoAnswer { place: self.place.clone(), limit }),
        }
    }

    async fn client(
        &self,
        purpose: Purpose,
        hear: impl FnMut(AsyncMessage) + Send + 'static,
    ) -> Result<(Client, Driver), ConnectError> {
        let (client, connection) = self.config.connect(NoTls).await.map_err(|e| self.explain(&e))?;
        let driver = drive(connection, &self.open, hear);
        client.batch_execute(&self.session_options(purpose)).await.map_err(|e| self.explain(&e))?;
        Ok((client, driver))
    }

    async fn establish(&self, purpose: Purpose) -> Result<Link, ConnectError> {
        let (client, driver) = self.client(purpose, drop).await?;
        let connection = AsyncPgConnection::try_from(client)
            .await
            .map_err(|e| ConnectError::Other { place: self.place.clone(), reason: e.to_string() })?;
        Ok(Link::new(connection, driver))
    }

    fn session_options(&self, purpose: Purpose) -> String {
        let statement_timeout = match purpose {
            Purpose::Read | Purpose::Write => self.statement_timeout.as_millis(),
            Purpose::Migrate | Purpose::Import => 0,
        };
        let idle = if purpose == Purpose::Import { "0" } else { "30s" };
        // Refusals are told apart by their text where the driver keeps no code: ask for English.
        // Only some roles may; for the others the state of the connection decides.
        let mut options = format!(
            "set statement_timeout = {statement_timeout}; \
             set idle_in_transaction_session_timeout = '{idle}'; \
             do $$ begin set lc_messages = 'C'; exception when insufficient_privilege then null; end $$;"
        );
        if purpose == Purpose::Read {
            options.push_str(" set default_transaction_read_only = on;");
        }
        if purpose == Purpose::Import {
            options.push_str(" set lock_timeout = '30s';");
        }
        options
    }

    fn explain(&self, error: &tokio_postgres::Error) -> ConnectError {
        let place = self.place.clone();
        if let Some(refusal) = error.as_db_error() {
            let reason = refusal.message().to_owned();
            return match *refusal.code() {
                SqlState::INVALID_PASSWORD
                | SqlState::INVALID_AUTHORIZATION_SPECIFICATION
                | SqlState::INSUFFICIENT_PRIVILEGE => ConnectError::Denied { place, reason },
                SqlState::INVALID_CATALOG_NAME => ConnectError::NoSuchDatabase { place, reason },
                SqlState::TOO_MANY_CONNECTIONS
                | SqlState::CANNOT_CONNECT_NOW
                | SqlState::ADMIN_SHUTDOWN
                | SqlState::CRASH_SHUTDOWN => ConnectError::NotNow { place, reason },
                _ => ConnectError::Other { place, reason },
            };
        }
        let reason = chain(error);
        match error.source().and_then(|source| source.downcast_ref::<io::Error>()) {
            // A Unix socket that is not there means the same as a closed port.
            Some(cause) if matches!(cause.kind(), io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound) => {
                ConnectError::Refused { place, reason: cause.to_string() }
            }
            Some(cause) => ConnectError::Unreachable { place, reason: cause.to_string() },
            None => ConnectError::Other { place, reason },
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
    // A peer that vanished is noticed before a client is.
    config.keepalives_idle(Duration::from_secs(30)).keepalives_interval(Duration::from_secs(5)).keepalives_retries(3);
    Ok(config)
}

/// Hosts with ports, and the name of the database: what a log line may say of a URL.
fn place(config: &Config) -> String {
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
