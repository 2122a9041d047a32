//! `immich-server mock`: answers the contract with examples until stopped.

use super::Failure;
use super::open_files;
use super::serve::Port;
use super::signals::Signals;
use crate::config::{MockSettings, SecurityProfile};
use crate::http::layers::client_address::Proxies;
use crate::http::layers::cors::Cors;
use crate::http::server::HttpServer;
use crate::mock;
use http_server::Connections;
use immich_wire::{BodyReader, Capacity, Limits};
use std::process::ExitCode;
use std::sync::Arc;

pub(super) async fn run(settings: MockSettings) -> Result<ExitCode, Failure> {
    let Signals { stop, abort } = Signals::listen()?;
    tokio::select! {
        result = serve(settings, async { drop(stop.await) }) => result.map(|()| ExitCode::SUCCESS),
        _ = abort => Ok(ExitCode::FAILURE),
    }
}

async fn serve(settings: MockSettings, stop: impl Future<Output = ()>) -> Result<(), Failure> {
    let server = Arc::new(HttpServer {
        application: Arc::new(mock::mock(settings.seed)?),
        health: Arc::default(),
        metrics: Arc::default(),
        audit: None,
        proxies: Proxies::default(),
        bodies: BodyReader::new(
            Limits { read_timeout: settings.limits.body_timeout, ..Limits::default() },
            Capacity::default(),
        ),
        cors: Cors::Everything,
        security: SecurityProfile::Compatible,
    });
    let listener = Port::reserve(settings.listen.address, "IMMICH_HOST and IMMICH_PORT")?.listen()?;
    println!("Listening on http://{}{}", listener.local_addr()?, immich_api::BASE_PATH);
    let handler = Arc::new(move |peer, request| mock::serve(Arc::clone(&server), peer, request));
    open_files::raise_limit(&settings.limits);
    // Its clients are tests, all on one machine.
    let connections = Arc::new(Connections::new(settings.limits.max_connections).exempt(|_| true));
    http_server::serve(listener, connections, handler, http_server::Limits::from(&settings.limits), stop).await;
    Ok(())
}
