//! Connections over HTTP/1.1, which rest most of the time.
//!
//! hyper keeps two buffers of at least 8 KB for as long as it has a connection. One that rests is therefore taken from
//! it, waits for its next byte by itself, and is handed to hyper anew when that comes.

use crate::http::deadlines::Timed;
use crate::http::phase::Phase;
use crate::http::stopping::Stopping;
use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::TokioIo;
use immich_wire::BoxError;
use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::Poll;
use tokio::net::TcpStream;

/// Serves a connection until it ends, or until it is told to. `buffer` is how many bytes are kept before they are a
/// request.
pub(super) async fn serve<S, B>(
    stream: Timed<TcpStream>,
    mut handler: S,
    buffer: usize,
    phase: &Phase,
    mut stopping: Stopping,
) -> Result<(), BoxError>
where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible>,
    B: Body + 'static,
    B::Error: Into<BoxError>,
{
    let mut io = TokioIo::new(stream);
    loop {
        let mut connection = http1::Builder::new()
            .max_buf_size(buffer)
            .half_close(true)
            // Most answers are so short that copying them beside their heads takes less than handing on two pieces.
            .writev(false)
            .serve_connection(io, handler);
        let ended = poll_fn(|context| match stopping.poll(Pin::new(&mut connection), context) {
            Poll::Pending if phase.is_resting() => Poll::Ready(None),
            outcome => outcome.map(Some),
        });
        if let Some(outcome) = ended.await {
            return Ok(outcome?);
        }
        let parts = connection.into_parts();
        (io, handler) = (parts.io, parts.service);
        // The beginning of a request, if it came together with the one before.
        io.inner_mut().put_back(parts.read_buf);
        if rest(io.inner_mut(), &mut stopping).await? == Rest::Ended {
            return Ok(());
        }
    }
}

/// How a rest went out.
#[derive(Debug, PartialEq, Eq)]
enum Rest {
    /// There is something to read.
    Over,
    /// It is to be the last one.
    Ended,
}

async fn rest(stream: &mut Timed<TcpStream>, stopping: &mut Stopping) -> io::Result<Rest> {
    poll_fn(|context| {
        if stopping.is_told(context) {
            return Poll::Ready(Ok(Rest::Ended));
        }
        stream.poll_wake(context).map_ok(|()| Rest::Over)
    })
    .await
}
