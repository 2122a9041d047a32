//! Accepting connections, and stopping without dropping anybody.

use crate::config;
use crate::http::connection;
use crate::http::deadlines::Deadlines;
use crate::http::service::HttpService;
use crate::http::site::Site;
use crate::http::stopping::Stop;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

/// How long to wait when the system has no file descriptor left: some connections will have ended by then.
const PAUSE_WHEN_EXHAUSTED: Duration = Duration::from_millis(50);

/// How long anything may take.
#[derive(Debug, Clone, Copy)]
pub struct ListenerLimits {
    /// From the first byte of a request to the end of its head.
    pub head: Duration,
    /// Without a byte between two requests.
    pub idle: Duration,
    /// Without the client taking a byte of the answer.
    pub write: Duration,
    /// For what is in flight when the server stops.
    pub drain: Duration,
}

impl From<&config::Limits> for ListenerLimits {
    fn from(limits: &config::Limits) -> Self {
        Self {
            head: limits.header_timeout,
            idle: limits.idle_timeout,
            write: limits.body_timeout,
            drain: limits.shutdown_timeout,
        }
    }
}

/// How the server stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drained {
    /// Everything in flight was answered.
    Completely,
    /// The time for it ran out.
    TimedOut,
}

/// Serves until `stop` resolves, then finishes what is in flight.
pub async fn serve<S: Site>(
    listener: TcpListener,
    service: Arc<HttpService<S>>,
    limits: ListenerLimits,
    stop: impl Future<Output = ()>,
) -> Drained {
    let connections = Stop::new();
    let deadlines = Deadlines { head: limits.head, idle: limits.idle, write: limits.write };
    let mut stop = std::pin::pin!(stop);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => spawn(stream, peer, &service, deadlines, &connections),
                Err(error) => survive(&error).await,
            },
            () = &mut stop => break,
        }
    }
    // New connections are refused from here on, which tells clients to go elsewhere.
    drop(listener);
    match timeout(limits.drain, connections.all()).await {
        Ok(()) => Drained::Completely,
        Err(_) => Drained::TimedOut,
    }
}

fn spawn<S: Site>(
    stream: TcpStream,
    peer: SocketAddr,
    service: &Arc<HttpService<S>>,
    deadlines: Deadlines,
    connections: &Stop,
) {
    let (service, stopping) = (Arc::clone(service), connections.listen());
    tokio::spawn(async move {
        if let Err(error) = connection::serve(stream, peer, service, deadlines, stopping).await {
            // Clients that vanish or dawdle are everyday life.
            tracing::debug!(client = %peer.ip(), error = %crate::error::chain(&*error), "connection ended");
        }
    });
}

/// Accepting fails when a client has already gone, or when the system has nothing left; neither ends the server.
async fn survive(error: &io::Error) {
    let is_clients = matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    );
    if !is_clients {
        tracing::error!(%error, "cannot accept connections");
        sleep(PAUSE_WHEN_EXHAUSTED).await;
    }
}
