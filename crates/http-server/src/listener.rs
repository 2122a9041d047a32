//! Accepts connections until the server stops, then drains those that are open.

use crate::BoxError;
use crate::connection;
use crate::connections::Connections;
use crate::lingering_close::RequestBody;
use crate::shutdown::Shutdown;
use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

/// Pause after accepting failed because the system has no file descriptor left: some connections end meanwhile.
const PAUSE_WHEN_EXHAUSTED: Duration = Duration::from_millis(50);

/// Time limits of a server.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The time from the first byte of a request to the end of its head.
    pub head: Duration,
    /// The time without a byte between two requests.
    pub idle: Duration,
    /// The period in which a client must take a minimum of the answer, 500 bytes per second on average.
    pub write: Duration,
    /// The time that in-flight requests have to finish when the server stops.
    pub drain: Duration,
}

/// How the server stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drained {
    /// Every in-flight request was answered.
    Completely,
    /// Some requests were still in flight when [`Limits::drain`] had passed.
    TimedOut,
}

/// Serves until `stop` resolves, then drains the open connections.
pub async fn serve<H, F, B>(
    listener: TcpListener,
    connections: Arc<Connections>,
    handler: Arc<H>,
    limits: Limits,
    stop: impl Future<Output = ()>,
) -> Drained
where
    H: Fn(SocketAddr, Request<RequestBody>) -> F + Send + Sync + 'static,
    F: Future<Output = Response<B>> + Send + 'static,
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<BoxError>,
{
    let shutdown = Shutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        tokio::select! {
            accepted = accept(&listener, &connections) => match accepted {
                Ok((stream, peer)) => spawn(stream, peer, &connections, &handler, limits, &shutdown),
                Err(error) => survive(&error).await,
            },
            () = &mut stop => break,
        }
    }
    // The system refuses new connections from here on: clients go elsewhere.
    drop(listener);
    match timeout(limits.drain, shutdown.drain()).await {
        Ok(()) => Drained::Completely,
        Err(_) => Drained::TimedOut,
    }
}

async fn accept(listener: &TcpListener, connections: &Connections) -> io::Result<(TcpStream, SocketAddr)> {
    connections.displaced_are_closed().await;
    listener.accept().await
}

/// Starts the task of a connection, or closes it at once if there is no room for it.
fn spawn<H, F, B>(
    stream: TcpStream,
    peer: SocketAddr,
    connections: &Arc<Connections>,
    handler: &Arc<H>,
    limits: Limits,
    shutdown: &Shutdown,
) where
    H: Fn(SocketAddr, Request<RequestBody>) -> F + Send + Sync + 'static,
    F: Future<Output = Response<B>> + Send + 'static,
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<BoxError>,
{
    let Some(permit) = connections.admit(peer.ip()) else { return };
    let (set_task, socket_guard) = (permit.task_setter(), permit.socket_guard());
    let (handler, signal) = (Arc::clone(handler), shutdown.subscribe());
    let task = tokio::spawn(async move {
        let _guard = socket_guard;
        if let Err(error) = connection::serve(stream, permit, peer, handler, limits, signal).await {
            // Clients disconnect and time out all the time: this is not an error of the server.
            tracing::debug!(client = %peer.ip(), error = &*error as &dyn std::error::Error, "connection ended");
        }
    });
    set_task(task.abort_handle());
}

/// Accepting fails when the client has gone already, or when the system has no resources left; neither ends the server.
async fn survive(error: &io::Error) {
    let client_has_gone = matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    );
    if !client_has_gone {
        tracing::error!(%error, "could not accept a connection; retrying (on too many open files, raise the limit)");
        sleep(PAUSE_WHEN_EXHAUSTED).await;
    }
}
