//! Opening one connection.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::time::Duration;

use diesel_async::AsyncPgConnection;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::watch;
use tokio::time::{Instant, timeout};
use tokio_postgres::config::{self, SslNegotiation, TargetSessionAttrs};
use tokio_postgres::tls::{TlsConnect, TlsStream};
use tokio_postgres::{AsyncMessage, Client, Config, SimpleQueryMessage};

use super::connect_error::{Attempt, ConnectError};
use super::connection::{DbConnection, Driver, drive};
use super::hash_form::HashForms;
use super::settings::DatabaseSettings;
use super::socket::{Location, Server, Stream, connect_tcp, connect_unix};
use super::tls::{TlsError, negotiate};
use super::wire::Tapped;
use crate::config::{ChannelBinding, DatabaseTls, SslMode};

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
}

/// A database to connect to.
pub(super) struct Target {
    config: Config,
    servers: Vec<Server>,
    tls: DatabaseTls,
    statement_timeout: Duration,
    /// How many connections are open, in use or idle.
    open: watch::Sender<usize>,
    hash_forms: Arc<HashForms>,
}

impl Target {
    pub(super) fn new(settings: &DatabaseSettings) -> Result<Self, ConnectError> {
        let mut config = parse(&settings.url)?;
        config.channel_binding(match settings.tls.channel_binding {
            ChannelBinding::Disable => config::ChannelBinding::Disable,
            ChannelBinding::Prefer => config::ChannelBinding::Prefer,
            ChannelBinding::Require => config::ChannelBinding::Require,
        });
        let servers = Server::all(&config);
        if servers.is_empty() {
            return Err(ConnectError::NoHost);
        }
        Ok(Self {
            config,
            servers,
            tls: settings.tls.clone(),
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
        let (client, driver) = self.client(purpose, limit, drop).await?;
        let connection = AsyncPgConnection::try_from(client).await.map_err(|error| ConnectError::Other {
            address: self.address(&self.servers[0]),
            reason: error.to_string(),
        })?;
        Ok(DbConnection::new(connection, driver, Arc::clone(&self.hash_forms)))
    }

    /// As [`Target::open`], for statements that diesel does not support.
    pub(super) async fn open_client(
        &self,
        purpose: Purpose,
        limit: Duration,
    ) -> Result<(Client, Driver), ConnectError> {
        self.client(purpose, limit, drop).await
    }

    /// As [`Target::open_client`]; notifications go to `receive`.
    pub(super) async fn open_listener(
        &self,
        limit: Duration,
        receive: impl FnMut(AsyncMessage) + Clone + Send + 'static,
    ) -> Result<(Client, Driver), ConnectError> {
        self.client(Purpose::Read, limit, receive).await
    }

    /// A connection to the first server that can be used. Each gets an equal share of the time that is left.
    async fn client(
        &self,
        purpose: Purpose,
        limit: Duration,
        receive: impl FnMut(AsyncMessage) + Clone + Send + 'static,
    ) -> Result<(Client, Driver), ConnectError> {
        let end = Instant::now() + limit;
        let mut left = limit;
        let mut failures = Vec::new();
        for (index, server) in self.servers.iter().enumerate() {
            let share = left / u32::try_from(self.servers.len() - index).unwrap_or(u32::MAX);
            match timeout(share, self.client_of(server, purpose, receive.clone())).await {
                Ok(Ok(opened)) => return Ok(opened),
                Ok(Err(failure)) => failures.push(failure),
                Err(_) => failures.push(ConnectError::NoAnswer { address: self.address(server), limit: share }),
            }
            left = end.saturating_duration_since(Instant::now());
        }
        Err(if failures.len() == 1 { failures.remove(0) } else { ConnectError::NoServer(failures) })
    }

    /// A connection to this server, ready for queries.
    async fn client_of(
        &self,
        server: &Server,
        purpose: Purpose,
        receive: impl FnMut(AsyncMessage) + Clone + Send + 'static,
    ) -> Result<(Client, Driver), ConnectError> {
        let (client, driver) = match self.log_in(server, &self.tls, receive.clone()).await {
            // As libpq does: the server may admit this user only without TLS, or its TLS may not work.
            Err(failure @ (ConnectError::NotAdmitted { .. } | ConnectError::Tls { .. }))
                if self.tls.mode == SslMode::Prefer =>
            {
                let without = DatabaseTls { mode: SslMode::Disable, ..self.tls.clone() };
                self.log_in(server, &without, receive).await.map_err(|_| failure)
            }
            opened => opened,
        }?;
        let explain = |error: tokio_postgres::Error| self.attempt(server).explain(&error);
        if !self.accepts(&client).await.map_err(explain)? {
            return Err(ConnectError::WrongServer { address: self.address(server) });
        }
        client.batch_execute(&self.session_options(purpose)).await.map_err(explain)?;
        Ok((client, driver))
    }

    async fn log_in(
        &self,
        server: &Server,
        tls: &DatabaseTls,
        receive: impl FnMut(AsyncMessage) + Send + 'static,
    ) -> Result<(Client, Driver), ConnectError> {
        let mut attempt = self.attempt(server);
        let stream = match &server.location {
            Location::Tcp { name, address, port } => {
                let socket = connect_tcp(name, *address, *port, &self.config).await;
                negotiate(socket.map_err(|error| attempt.explain_io(&error))?, name, tls).await
            }
            Location::Unix(path) => connect_unix(path, &self.config).await.map(Stream::Unix).map_err(TlsError::Io),
        };
        let stream = stream.map_err(|error| attempt.explain_tls(error))?;
        attempt.is_encrypted = matches!(stream, Stream::Tls(_));
        if tls.channel_binding == ChannelBinding::Require && !attempt.is_encrypted {
            return Err(attempt.explain_tls(TlsError::NotOffered));
        }
        let opened = self.config.connect_raw(Tapped::new(stream), Negotiated).await;
        let (client, connection) = opened.map_err(|error| attempt.explain(&error))?;
        Ok((client, drive(connection, &self.open, receive)))
    }

    /// Whether the server has the attributes that the connection string demands.
    async fn accepts(&self, client: &Client) -> Result<bool, tokio_postgres::Error> {
        let read_only = match self.config.get_target_session_attrs() {
            TargetSessionAttrs::ReadWrite => "off",
            TargetSessionAttrs::ReadOnly => "on",
            _ => return Ok(true),
        };
        let answer = client.simple_query("show transaction_read_only").await?;
        Ok(answer.iter().any(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0) == Some(read_only),
            _ => false,
        }))
    }

    fn attempt(&self, server: &Server) -> Attempt {
        Attempt { address: self.address(server), is_encrypted: false, has_certificate: self.tls.client.is_some() }
    }

    /// What a log line may show of a connection string: host, port and database.
    fn address(&self, server: &Server) -> String {
        let name = self.config.get_dbname().map(|name| format!("/{name}")).unwrap_or_default();
        format!("{}{name}", server.address)
    }

    fn session_options(&self, purpose: Purpose) -> String {
        let statement_timeout = match purpose {
            Purpose::Read | Purpose::Write => self.statement_timeout.as_millis(),
            Purpose::Migrate | Purpose::Import => 0,
        };
        let idle = if purpose == Purpose::Import { "0" } else { "30s" };
        let mut options = format!(
            "set statement_timeout = {statement_timeout}; \
             set idle_in_transaction_session_timeout = '{idle}';"
        );
        if purpose == Purpose::Read {
            // Plans that do not depend on the values: all reads are look-ups by an index. With many ids as a value,
            // Postgres would read a whole table of moderate size instead.
            options.push_str(" set default_transaction_read_only = on; set plan_cache_mode = force_generic_plan;");
        }
        if purpose == Purpose::Import {
            options.push_str(" set lock_timeout = '30s';");
        }
        options
    }
}

/// TLS is negotiated already; tokio-postgres takes the stream as it is, and asks it for its channel binding.
struct Negotiated;

impl<S: TlsStream + Unpin> TlsConnect<S> for Negotiated {
    type Stream = S;
    type Error = Infallible;
    type Future = Ready<Result<S, Infallible>>;

    fn connect(self, stream: S) -> Self::Future {
        ready(Ok(stream))
    }
}

fn parse(url: &SecretString) -> Result<Config, ConnectError> {
    let mut config: Config = url.expose_secret().parse().map_err(|_| ConnectError::Url)?;
    // See `Negotiated`.
    config.ssl_mode(config::SslMode::Require).ssl_negotiation(SslNegotiation::Direct);
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
