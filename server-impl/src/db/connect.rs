//! Opening one connection.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::time::Duration;

use diesel_async::AsyncPgConnection;
use rand::RngExt as _;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_postgres::config::{self, SslNegotiation};
use tokio_postgres::tls::{TlsConnect, TlsStream};
use tokio_postgres::{AsyncMessage, Client, Config};

use super::connect_error::{Attempt, ConnectError};
use super::connection::{DbConnection, Driver, Origin, drive};
use super::hash_form::HashForms;
use super::pooler::{PoolerStream, ProcessId, Rewriter};
use super::primary::{History, Primary, ServerState};
use super::servers::Servers;
use super::session_options::{Options, Purpose};
use super::settings::DatabaseSettings;
use super::socket::{Location, Server, Stream, connect_tcp, connect_unix};
use super::tls::{TlsError, negotiate};
use super::wire::Tapped;
use crate::config::{ChannelBinding, DatabaseTls, SslMode};

/// A database to connect to.
pub(super) struct Target {
    config: Config,
    servers: Servers,
    primary: Arc<Primary>,
    max_age: Duration,
    tls: DatabaseTls,
    /// Whether a pooler gives each transaction another connection.
    pub(super) transaction_pooler: bool,
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
            servers: Servers::new(servers),
            primary: Arc::default(),
            max_age: settings.connection_max_age,
            tls: settings.tls.clone(),
            transaction_pooler: settings.transaction_pooler,
            statement_timeout: settings.statement_timeout,
            open: watch::Sender::new(0),
            hash_forms: Arc::default(),
        })
    }

    pub(super) fn open_connections(&self) -> &watch::Sender<usize> {
        &self.open
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

    /// Opens a connection within `limit`.
    pub(super) async fn open(&self, purpose: Purpose, limit: Duration) -> Result<DbConnection, ConnectError> {
        let Opened { client, driver, history, suspicions } = self.client(&self.setup(purpose), limit, drop).await?;
        let connection = AsyncPgConnection::try_from(client)
            .await
            .map_err(|error| ConnectError::Other { address: self.addresses(), reason: error.to_string() })?;
        let origin = Origin::new(Arc::clone(&self.primary), history, suspicions, self.next_max_age());
        Ok(DbConnection::new(connection, driver, Arc::clone(&self.hash_forms), origin))
    }

    /// As [`Target::open`], for statements that diesel does not support.
    pub(super) async fn open_client(
        &self,
        purpose: Purpose,
        limit: Duration,
    ) -> Result<(Client, Driver), ConnectError> {
        let opened = self.client(&self.setup(purpose), limit, drop).await?;
        Ok((opened.client, opened.driver))
    }

    /// As [`Target::open_client`]; notifications go to `receive`.
    pub(super) async fn open_listener(
        &self,
        limit: Duration,
        receive: impl FnMut(AsyncMessage) + Clone + Send + 'static,
    ) -> Result<Opened, ConnectError> {
        self.client(&self.setup(Purpose::Read), limit, receive).await
    }

    /// A connection without options, and the process that the server names as its backend.
    pub(super) async fn open_probe(&self, limit: Duration) -> Result<(Client, Driver, ProcessId), ConnectError> {
        let process = ProcessId::default();
        let opened = self.client(&Setup::Probe(process.clone()), limit, drop).await?;
        Ok((opened.client, opened.driver, process))
    }

    /// A connection to the first server that can be used.
    async fn client(
        &self,
        setup: &Setup,
        limit: Duration,
        receive: impl FnMut(AsyncMessage) + Clone + Send + 'static,
    ) -> Result<Opened, ConnectError> {
        let opening = self.servers.open(|server| {
            let receive = receive.clone();
            async move { self.client_of(&server, setup, receive).await }
        });
        let opened = timeout(limit, opening).await;
        opened.unwrap_or_else(|_| Err(ConnectError::NoAnswer { address: self.addresses(), limit }))
    }

    /// A connection to this server, ready for queries.
    async fn client_of(
        &self,
        server: &Server,
        setup: &Setup,
        receive: impl FnMut(AsyncMessage) + Clone + Send + 'static,
    ) -> Result<Opened, ConnectError> {
        let (client, driver) = match self.log_in(server, &self.tls, setup, receive.clone()).await {
            // As libpq does: the server may admit this user only without TLS, or its TLS may not work.
            Err(failure @ (ConnectError::NotAdmitted { .. } | ConnectError::Tls { .. }))
                if self.tls.mode == SslMode::Prefer =>
            {
                let without = DatabaseTls { mode: SslMode::Disable, ..self.tls.clone() };
                self.log_in(server, &without, setup, receive).await.map_err(|_| failure)
            }
            opened => opened,
        }?;
        let explain = |error: tokio_postgres::Error| self.attempt(server).explain(&error);
        // Before the query, so that what happens during it makes the connection suspect.
        let suspicions = self.primary.suspicions();
        let mut history = None;
        if let Setup::Options(purpose, options) = setup {
            if *purpose != Purpose::Export {
                let state = ServerState::read(&client).await.map_err(explain)?;
                let admitted = self.primary.admit(&state, *purpose);
                admitted.map_err(|reason| ConnectError::NotPrimary { address: self.address(server), reason })?;
                history = state.history();
            }
            if !self.transaction_pooler {
                client.batch_execute(&options.of_session()).await.map_err(explain)?;
            }
        }
        Ok(Opened { client, driver, history, suspicions })
    }

    async fn log_in(
        &self,
        server: &Server,
        tls: &DatabaseTls,
        setup: &Setup,
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
        let rewriter = match setup {
            Setup::Options(_, options) => self.transaction_pooler.then(|| Rewriter::new(options)),
            Setup::Probe(process) => Some(Rewriter::of_probe(process)),
        };
        let stream = PoolerStream::new(Tapped::new(stream), rewriter);
        let opened = self.config.connect_raw(stream, Negotiated).await;
        let (client, connection) = opened.map_err(|error| attempt.explain(&error))?;
        Ok((client, drive(connection, &self.open, receive)))
    }

    fn setup(&self, purpose: Purpose) -> Setup {
        Setup::Options(purpose, Options::new(purpose, self.statement_timeout))
    }

    /// The addresses of all servers, for messages.
    pub(super) fn addresses(&self) -> String {
        self.servers.all().iter().map(|server| self.address(server)).collect::<Vec<_>>().join(", ")
    }

    fn attempt(&self, server: &Server) -> Attempt {
        Attempt { address: self.address(server), is_encrypted: false, has_certificate: self.tls.client.is_some() }
    }

    /// What a log line may show of a connection string: host, port and database.
    fn address(&self, server: &Server) -> String {
        let name = self.config.get_dbname().map(|name| format!("/{name}")).unwrap_or_default();
        format!("{}{name}", server.address)
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

/// What a connection begins with.
enum Setup {
    /// Its purpose, and the options of that.
    Options(Purpose, Options),
    /// Nothing; the process that the server names is noted.
    Probe(ProcessId),
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
