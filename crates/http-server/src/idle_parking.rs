//! Parks idle HTTP/1.1 connections.
//!
//! hyper keeps two buffers of at least 8 KB as long as it owns a connection. An idle connection is therefore taken from
//! hyper, waits for its next byte here, and goes back to hyper when that byte arrives.

use crate::BoxError;
use crate::connection_state::ConnectionState;
use crate::shutdown::ShutdownSignal;
use crate::timeout_stream::TimeoutStream;
use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::Poll;
use tokio::net::TcpStream;

/// Serves a connection until it ends or the server shuts down. `read_buffer` is the most bytes hyper buffers before they
/// form a request.
pub(crate) async fn serve<S, B>(
    stream: TimeoutStream<TcpStream>,
    mut service: S,
    read_buffer: usize,
    state: &ConnectionState,
    mut shutdown: ShutdownSignal,
) -> Result<(), BoxError>
where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible>,
    B: Body + 'static,
    B::Error: Into<BoxError>,
{
    let mut io = TokioIo::new(stream);
    loop {
        let mut connection = http1::Builder::new()
            .max_buf_size(read_buffer)
            .half_close(true)
            // Most answers are so short that one copy is cheaper than a vectored write of head and body.
            .writev(false)
            .serve_connection(io, service);
        let ended_or_parked = poll_fn(|context| match shutdown.poll(Pin::new(&mut connection), context) {
            Poll::Pending if state.is_parked() => Poll::Ready(None),
            outcome => outcome.map(Some),
        });
        if let Some(outcome) = ended_or_parked.await {
            return Ok(outcome?);
        }
        let parts = connection.into_parts();
        (io, service) = (parts.io, parts.service);
        // hyper may have read the beginning of the next request already.
        io.inner_mut().unread(parts.read_buf);
        if wait(io.inner_mut(), &mut shutdown).await? == Wait::Shutdown {
            return Ok(());
        }
    }
}

/// Why a parked connection stops waiting.
#[derive(Debug, PartialEq, Eq)]
enum Wait {
    /// There is something to read.
    Readable,
    /// The server shuts down.
    Shutdown,
}

async fn wait(stream: &mut TimeoutStream<TcpStream>, shutdown: &mut ShutdownSignal) -> io::Result<Wait> {
    poll_fn(|context| {
        if shutdown.poll_begun(context) {
            return Poll::Ready(Ok(Wait::Shutdown));
        }
        stream.poll_readable(context).map_ok(|()| Wait::Readable)
    })
    .await
}
