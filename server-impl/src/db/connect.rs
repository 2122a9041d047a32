//! Opening one connection, and the reason in one line when it does not open.

use std::convert::Infallible;
use std::error::Error;
use std::fmt::Write;
use std::future::{Ready, ready};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use diesel_async::AsyncPgConnection;
use secrecy::{ExposeSecret, SecretString};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::watch;
use tokio_postgres::config::{Host, SslMode, SslNegotiation};
use tokio_postgres::error::SqlState;
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use tokio_postgres::{AsyncMessage, Client, Config, NoTls, Socket};

use super::connection::{DbConnection, Driver, drive};
use super::error::chain;
use super::hash_form::HashForms;
use super::pooler::{PoolerStream, ProcessId, Rewriter};
use super::session_options::{Options, Purpose};
use super::settings::DatabaseSettings;
use super::wire::Tapped;

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
    /// A pooler gives each transaction another connection, and the settings do not say so.
    #[error(
        "the database at {address} is behind a connection pooler in transaction mode: set DB_POOLER=transaction, or \
         connect directly"
    )]
    Pooler {
        /// Host, port and database.
        address: String,
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
    pub(super) address: String,
    /// Whether a pooler gives each transaction another connection.
    pub(super) transaction_pooler: bool,
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
            transaction_pooler: settings.transaction_pooler,
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

    /// A connection without options, and the process that the server names as its backend.
    pub(super) async fn open_probe(&self, limit: Duration) -> Result<(Client, Driver, ProcessId), ConnectError> {
        let rewriter = Rewriter::new(&Options::none());
        let process = rewriter.process_id();
        let (client, driver) = self.within(limit, self.log_in(Some(rewriter), drop)).await?;
        Ok((client, driver, process))
    }

    async fn client(
        &self,
        purpose: Purpose,
        receive: impl FnMut(AsyncMessage) + Send + 'static,
    ) -> Result<(Client, Driver), ConnectError> {
        let options = Options::new(purpose, self.statement_timeout);
        let rewriter = self.transaction_pooler.then(|| Rewriter::new(&options));
        let (client, driver) = self.log_in(rewriter, receive).await?;
        if !self.transaction_pooler {
            client.batch_execute(&options.of_session()).await.map_err(|e| self.explain(&e))?;
        }
        Ok((client, driver))
    }

    async fn log_in(
        &self,
        rewriter: Option<Rewriter>,
        receive: impl FnMut(AsyncMessage) + Send + 'static,
    ) -> Result<(Client, Driver), ConnectError> {
        if self.config.get_hosts().iter().all(|host| matches!(host, Host::Tcp(_))) {
            let mut config = self.config.clone();
            config.ssl_mode(SslMode::Require).ssl_negotiation(SslNegotiation::Direct);
            let (client, connection) = config.connect(Wrapped(rewriter)).await.map_err(|e| self.explain(&e))?;
            return Ok((client, drive(connection, &self.open, receive)));
        }
        let (client, connection) = self.config.connect(NoTls).await.map_err(|e| self.explain(&e))?;
        Ok((client, drive(connection, &self.open, receive)))
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

/// The stream to the database without encryption.
struct Wrapped(Option<Rewriter>);

/// A socket, as a stream that may be encrypted.
struct Plain(Socket);

impl MakeTlsConnect<Socket> for Wrapped {
    type Stream = PoolerStream<Tapped<Plain>>;
    type TlsConnect = Self;
    type Error = Infallible;

    fn make_tls_connect(&mut self, _: &str) -> Result<Self, Infallible> {
        Ok(Self(self.0.take()))
    }
}

impl TlsConnect<Socket> for Wrapped {
    type Stream = PoolerStream<Tapped<Plain>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Stream, Infallible>>;

    fn connect(self, socket: Socket) -> Self::Future {
        ready(Ok(PoolerStream::new(Tapped::new(Plain(socket)), self.0)))
    }
}

impl TlsStream for Plain {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl AsyncRead for Plain {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for Plain {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
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
