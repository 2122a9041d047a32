//! `immich-server serve`: from settings to a server, and back to nothing.

use super::Failure;
use super::open_database::{OpenDatabase, Purpose, open_database};
use super::signals::Signals;
use crate::app::{App, Fixed};
use crate::auth::credential_cache::CredentialCache;
use crate::auth::password::{HasherSettings, PasswordHasher};
use crate::auth::throttle::{LoginThrottle, ThrottleSettings};
use crate::config::{Settings, SystemSource};
use crate::http::app_site::AppSite;
use crate::http::cors::Cors;
use crate::http::health::Health;
use crate::http::listener::{self, Drained, ListenerLimits};
use crate::http::service::HttpService;
use crate::http::standing::StandingAnswers;
use crate::telemetry::metrics::{self, Metrics};
use immich_wire::Limits;
use local_postgres::LocalPostgres;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, Notify, oneshot};

/// How long a login may wait for its password to be checked.
const HASH_DEADLINE: Duration = Duration::from_secs(10);
/// Failed logins that are remembered at once.
const THROTTLE_CAPACITY: usize = 100_000;
/// Pauses between attempts to restart the embedded Postgres.
const RESTART_PAUSE: Duration = Duration::from_secs(1);

pub(super) async fn run(settings: Settings) -> Result<ExitCode, Failure> {
    // Before anything else, so that a signal during the start is not lost.
    let Signals { stop, abort } = Signals::listen()?;
    tokio::select! {
        outcome = serve(settings, stop) => outcome.map(|()| ExitCode::SUCCESS),
        // Whoever asks twice does not want to wait.
        _ = abort => Ok(ExitCode::FAILURE),
    }
}

async fn serve(settings: Settings, mut stop: oneshot::Receiver<()>) -> Result<(), Failure> {
    for note in &settings.notes {
        tracing::warn!("{note}");
    }
    let listener = bind(settings.listen.address, "IMMICH_HOST and IMMICH_PORT").await?;
    let metrics_listener = match settings.metrics.address {
        Some(address) => Some(bind(address, "IMMICH_API_METRICS_PORT").await?),
        None => None,
    };
    let OpenDatabase { database, embedded } = tokio::select! {
        opened = open_database(&settings, Purpose::Serve) => opened?,
        _ = &mut stop => return Ok(()),
    };
    let app = Arc::new(app(&settings, database)?);
    let health = Arc::new(Health::default());
    let metrics = Arc::new(Metrics::default());
    let service = Arc::new(HttpService {
        site: AppSite { app: Arc::clone(&app), health: Arc::clone(&health), metrics: Arc::clone(&metrics) },
        proxies: settings.trusted_proxies.clone(),
        limits: Limits { read_timeout: settings.limits.body_timeout, ..Limits::default() },
        cors: Cors::from(settings.environment),
        standing: StandingAnswers::default(),
    });
    if let Some(listener) = metrics_listener {
        tokio::spawn(metrics::serve(listener, metrics, Arc::clone(&app)));
    }
    let stopping = Arc::new(Notify::new());
    let supervisor = embedded.map(|embedded| tokio::spawn(supervise(embedded, Arc::clone(&stopping))));

    let address = listener.local_addr()?;
    println!("Listening on http://{address}{}", immich_api::BASE_PATH);
    let stop = async {
        // An error means that no signal can come any more, which ends the server as well.
        let _ = stop.await;
        tracing::info!("stopping: finishing what is in flight");
        health.stop();
    };
    if listener::serve(listener, service, ListenerLimits::from(&settings.limits), stop).await == Drained::TimedOut {
        tracing::warn!("some requests were still in flight when their time ran out");
    }
    finish(app, supervisor, &stopping).await
}

fn app(settings: &Settings, database: crate::db::Database) -> Result<App, Failure> {
    let throttle = match &settings.login.throttle {
        Some(throttle) => ThrottleSettings {
            max_failures: throttle.max_failures.get(),
            window: throttle.window,
            capacity: THROTTLE_CAPACITY,
        },
        None => ThrottleSettings { max_failures: 0, window: Duration::from_secs(1), capacity: 1 },
    };
    Ok(App {
        credentials: CredentialCache::new(database.revocation_lease(), settings.credential_cache.size),
        database,
        hasher: PasswordHasher::new(HasherSettings {
            threads: settings.limits.hash_threads,
            queue: settings.limits.hash_queue,
            deadline: HASH_DEADLINE,
        })?,
        throttle: LoginThrottle::new(throttle),
        sign_up: Mutex::default(),
        fixed: Fixed {
            allow_setup: settings.setup.allowed,
            build_info: settings.build.clone(),
            config_file: match &settings.system {
                SystemSource::Database => None,
                SystemSource::File(config) => Some(config.clone()),
            },
        },
    })
}

pub(super) async fn bind(address: SocketAddr, setting: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| format!("cannot listen on {address} ({setting}): {error}").into())
}

async fn finish(
    app: Arc<App>,
    supervisor: Option<tokio::task::JoinHandle<Result<(), Failure>>>,
    stopping: &Notify,
) -> Result<(), Failure> {
    app.database.close().await;
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
            status = embedded.exited() => tracing::error!(%status, "the embedded Postgres ended, starting it again"),
            () = stopping.notified() => return Ok(embedded.stop().await?),
        }
        while let Err(error) = embedded.restart().await {
            tracing::error!(error = crate::error::chain(&error), "the embedded Postgres does not start");
            tokio::select! {
                () = tokio::time::sleep(RESTART_PAUSE) => {}
                () = stopping.notified() => return Ok(embedded.stop().await?),
            }
        }
    }
}
