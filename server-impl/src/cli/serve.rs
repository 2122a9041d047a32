//! `immich-server serve`: starts the server from its settings, and shuts it down.

use super::Failure;
use super::open_database::{OpenDatabase, Purpose, open_database};
use super::open_files;
use super::signals::Signals;
use crate::auth::credential_cache::CredentialCache;
use crate::auth::password::{HasherSettings, PasswordHasher};
use crate::auth::session_lifetime::SessionLifetime;
use crate::auth::throttle::{LoginThrottle, ThrottleSettings};
use crate::config::{ReadyFor, Settings};
use crate::db::{Database, Schema};
use crate::http::layers::client_address::Proxies;
use crate::http::layers::cors::Cors;
use crate::http::layers::health::Health;
use crate::http::pipeline;
use crate::http::server::HttpServer;
use crate::service::audit_key;
use crate::service::cleanup::UserRemoval;
use crate::service::nightly;
use crate::service::system_config;
use crate::state::{AppState, StaticInfo};
use crate::telemetry::audit::AuditLog;
use crate::telemetry::log;
use crate::telemetry::metrics::{self, Metrics, Readings};
use http_server::{Connections, Drained};
use immich_wire::{BodyReader, Capacity, Limits};
use local_postgres::LocalPostgres;
use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::{Mutex, Notify, oneshot};

/// How long a login may wait for its password to be verified.
const HASH_DEADLINE: Duration = Duration::from_secs(10);
/// The most counters of failed logins that are kept.
const THROTTLE_CAPACITY: usize = 100_000;
/// The connections that may wait to be accepted, unless the system allows fewer.
const BACKLOG: u32 = 1024;
/// The pause between attempts to restart the embedded Postgres.
const RESTART_PAUSE: Duration = Duration::from_secs(1);

/// `migrate`: whether pending migrations are applied at the start, or prevent it.
pub(super) async fn run(migrate: bool, settings: Settings) -> Result<ExitCode, Failure> {
    // Before anything else, so that a signal during startup is not lost.
    let Signals { stop, abort } = Signals::listen()?;
    tokio::select! {
        result = serve(migrate, settings, stop) => result.map(|()| ExitCode::SUCCESS),
        // A second signal ends the program immediately.
        _ = abort => Ok(ExitCode::FAILURE),
    }
}

async fn serve(migrate: bool, settings: Settings, mut stop: oneshot::Receiver<()>) -> Result<(), Failure> {
    for note in &settings.notes {
        tracing::warn!("{note}");
    }
    open_files::raise_limit(&settings.limits);
    // Reserved before the database is changed, and opened when requests can be answered: until then, connections are
    // refused, not left without an answer.
    let port = Port::reserve(settings.listen.address, "IMMICH_HOST and IMMICH_PORT")?;
    let metrics_port = match settings.metrics.address {
        Some(address) => Some(Port::reserve(address, "IMMICH_API_METRICS_PORT")?),
        None => None,
    };
    let OpenDatabase { database, schema, embedded } = tokio::select! {
        opened = open_database(&settings, Purpose::Serve { migrate }) => opened?,
        _ = &mut stop => return Ok(()),
    };
    let state = Arc::new(state(&settings, database, &schema).await?);
    system_config::warn_of_login(&state).await;
    let audit = audit_log(&settings, &state.database, &schema).await?;
    let listener = port.listen()?;
    let metrics_listener = metrics_port.map(Port::listen).transpose()?;
    let health = Arc::new(Health::default());
    let metrics = Arc::new(Metrics::default());
    let server = Arc::new(HttpServer {
        application: Arc::clone(&state),
        health: Arc::clone(&health),
        metrics: Arc::clone(&metrics),
        audit: Some(audit),
        proxies: Proxies::new(settings.trusted_proxies.clone()),
        bodies: BodyReader::new(
            Limits { read_timeout: settings.limits.body_timeout, ..Limits::default() },
            Capacity::default(),
        ),
        cors: Cors::from(settings.environment),
        security: settings.security,
    });
    let proxies = settings.trusted_proxies.clone();
    let connections = Connections::new(settings.limits.max_connections).exempt(move |peer| proxies.contains(peer));
    let connections = Arc::new(connections);
    if let Some(listener) = metrics_listener {
        let (server, connections) = (Arc::clone(&server), Arc::clone(&connections));
        tokio::spawn(metrics::serve(listener, Arc::clone(&metrics), move || readings(&server, &connections)));
    }
    let cleanup = settings.cleanup_time.at.map(|at| {
        tokio::spawn(nightly::run(Arc::clone(&state), metrics, at, UserRemoval::from(&schema))).abort_handle()
    });
    let stopping = Arc::new(Notify::new());
    let supervisor = embedded.map(|embedded| tokio::spawn(supervise(embedded, Arc::clone(&stopping))));

    let address = listener.local_addr()?;
    println!("Listening on http://{address}{}", immich_api::BASE_PATH);
    let drain_delay = settings.availability.drain_delay;
    let stop = async move {
        // An error means that no signal can arrive any more: the server stops as well.
        let _ = stop.await;
        health.stop();
        if !drain_delay.is_zero() {
            tracing::info!(
                seconds = drain_delay.as_secs(),
                "stopping: accepting requests until load balancers have noticed"
            );
            tokio::time::sleep(drain_delay).await;
        }
        tracing::info!("stopping: finishing requests in flight");
    };
    let handler = Arc::new(move |peer, request| pipeline::serve(Arc::clone(&server), peer, request));
    let limits = http_server::Limits::from(&settings.limits);
    if http_server::serve(listener, connections, handler, limits, stop).await == Drained::TimedOut {
        tracing::warn!("the shutdown timeout has passed; closing the requests that are still in flight");
    }
    if let Some(cleanup) = cleanup {
        // The transaction that may be open is rolled back.
        cleanup.abort();
    }
    stop_database(&state, supervisor, &stopping).await
}

async fn state(settings: &Settings, database: Database, schema: &Schema) -> Result<AppState, Failure> {
    let upstream_database = matches!(schema, Schema::Upstream { .. });
    let throttle = match &settings.login.throttle {
        Some(throttle) => ThrottleSettings {
            max_failures: throttle.max_failures.get(),
            window: throttle.window,
            capacity: THROTTLE_CAPACITY,
        },
        None => ThrottleSettings { max_failures: 0, window: Duration::from_secs(1), capacity: 1 },
    };
    let throttle = LoginThrottle::open(throttle, &database, upstream_database).await;
    Ok(AppState {
        credentials: CredentialCache::new(database.revocation_lease(), settings.credential_cache.size),
        database,
        hasher: PasswordHasher::new(HasherSettings {
            threads: settings.limits.hash_threads,
            queue: settings.limits.hash_queue,
            deadline: HASH_DEADLINE,
        })?,
        throttle,
        sign_up: Mutex::default(),
        logged_invalid_values: std::sync::Mutex::default(),
        touch_failed_at: std::sync::Mutex::default(),
        info: StaticInfo {
            security: settings.security,
            session_lifetime: SessionLifetime::of(settings.security),
            allow_setup: settings.setup.allowed,
            user_limits: settings.user_limits,
            build: settings.build.clone(),
            system: settings.system.clone(),
            ready_for_reads: settings.availability.ready_for == ReadyFor::Reads,
            upstream_database,
        },
    })
}

async fn audit_log(settings: &Settings, database: &Database, schema: &Schema) -> Result<AuditLog, Failure> {
    if settings.log.emails {
        return Ok(AuditLog::with_emails());
    }
    let key = audit_key::find(database, schema).await?;
    Ok(AuditLog::with_hashed_emails(key.expose().as_bytes()))
}

/// A port that no other process can have, and that refuses connections.
pub(super) struct Port {
    socket: TcpSocket,
    address: SocketAddr,
    setting: &'static str,
}

impl Port {
    pub(super) fn reserve(address: SocketAddr, setting: &'static str) -> Result<Self, Failure> {
        let reserve = || {
            let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
            // A former connection to the port may not have ended yet.
            socket.set_reuseaddr(true)?;
            socket.bind(address)?;
            Ok(socket)
        };
        let socket = reserve().map_err(|error| fail(address, setting, &error))?;
        Ok(Self { socket, address, setting })
    }

    pub(super) fn listen(self) -> Result<TcpListener, Failure> {
        let Self { socket, address, setting } = self;
        socket.listen(BACKLOG).map_err(|error| fail(address, setting, &error))
    }
}

fn fail(address: SocketAddr, setting: &str, error: &io::Error) -> Failure {
    format!("cannot listen on {address} ({setting}): {error}").into()
}

/// The current values of the connections, the database, the hasher, the credential cache and the bodies for the metrics.
fn readings(server: &HttpServer<AppState>, connections: &Connections) -> Readings {
    let connections = connections.counts();
    let state = &server.application;
    let (database, passwords) = (state.database.statistics(), state.hasher.statistics());
    let cache = state.credentials.statistics();
    Readings {
        connections: connections.open as u64,
        connections_displaced: connections.displaced,
        log_lines_dropped: log::dropped_lines(),
        connections_refused: connections.refused,
        database_up: state.database.is_up(),
        write_connections: u64::from(database.write_connections),
        write_connections_in_use: u64::from(database.write_connections_in_use),
        write_waiting: database.write_waiting,
        passwords_waiting: passwords.queued as u64,
        passwords_in_work: passwords.busy as u64,
        request_body_bytes: server.bodies.bytes_in_flight() as u64,
        credential_cache_hits: cache.hits,
        credential_cache_misses: cache.misses,
        credential_cache_bypasses: cache.bypasses,
    }
}

/// Closes the connections to the database, and stops the embedded Postgres if there is one.
async fn stop_database(
    state: &AppState,
    supervisor: Option<tokio::task::JoinHandle<Result<(), Failure>>>,
    stopping: &Notify,
) -> Result<(), Failure> {
    state.database.close().await;
    if let Some(supervisor) = supervisor {
        stopping.notify_one();
        supervisor.await??;
    }
    Ok(())
}

/// Keeps the embedded Postgres running until the server stops.
async fn supervise(mut embedded: LocalPostgres, stopping: Arc<Notify>) -> Result<(), Failure> {
    loop {
        tokio::select! {
            status = embedded.exited() => tracing::error!(%status, "the embedded Postgres exited; restarting it"),
            () = stopping.notified() => return Ok(embedded.stop().await?),
        }
        while let Err(error) = embedded.restart().await {
            tracing::error!(error = crate::error::chain(&error), "could not restart the embedded Postgres; retrying");
            tokio::select! {
                () = tokio::time::sleep(RESTART_PAUSE) => {}
                () = stopping.notified() => return Ok(embedded.stop().await?),
            }
        }
    }
}
