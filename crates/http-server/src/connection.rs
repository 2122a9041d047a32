//! One connection: detects HTTP/1.1 or HTTP/2, and serves requests until it ends.

use crate::BoxError;
use crate::connection_state::{ConnectionState, InFlightGuard};
use crate::connections::ConnectionPermit;
use crate::http2::{self, Streams};
use crate::idle_parking;
use crate::lingering_close::RequestBody;
use crate::listener::Limits;
use crate::send_progress::Http2Body;
use crate::shutdown::ShutdownSignal;
use crate::timeout_stream::TimeoutStream;
use bytes::Bytes;
use http::header::CONNECTION;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

/// The first bytes of a client with prior knowledge of HTTP/2 (RFC 9113, section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// Read buffer of one connection in bytes. A longer head ends the connection without an answer; handlers that want to
/// answer 431 set their own limit below this one.
const READ_BUFFER: usize = 32 * 1024;
/// Concurrent streams per HTTP/2 connection.
const MAX_STREAMS: u32 = 100;
/// The bytes of one HTTP/2 response that `h2` keeps for its client.
const SEND_BUFFER: usize = 32 * 1024;
/// HTTP/2 keep-alive pings.
const PING_INTERVAL: Duration = Duration::from_secs(30);
const PING_TIMEOUT: Duration = Duration::from_secs(20);

/// Serves a connection until it ends or the server shuts down.
pub(crate) async fn serve<H, F, B>(
    stream: TcpStream,
    permit: ConnectionPermit,
    peer: SocketAddr,
    handler: Arc<H>,
    limits: Limits,
    mut shutdown: ShutdownSignal,
) -> Result<(), BoxError>
where
    H: Fn(SocketAddr, Request<RequestBody>) -> F + Send + Sync + 'static,
    F: Future<Output = Response<B>> + Send + 'static,
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<BoxError>,
{
    stream.set_nodelay(true)?;
    let is_http2 = tokio::select! {
        is_http2 = timeout(limits.head, speaks_http2(&stream)) => is_http2.map_err(io::Error::from)??,
        // No request has begun.
        () = shutdown.begun() => return Ok(()),
    };
    permit.set_busy();
    let state = ConnectionState::new(Some(permit));
    let stream = TimeoutStream::new(stream, Arc::clone(&state), limits, is_http2);
    if is_http2 {
        let streams = Streams::new(Arc::clone(&state), limits);
        let service = service_fn(move |request: Request<Incoming>| {
            let admitted = state.begin_stream().map(|permit| {
                let guard = state.begin_request();
                let (handler, state) = (Arc::clone(&handler), Arc::clone(&state));
                // Boxed, so that a refused stream takes little memory until its task runs.
                Box::pin(async move {
                    let request = request.map(|body| RequestBody::new(body, state, Some(limits.write)));
                    let progress = http2::current_progress();
                    progress.keep(permit);
                    let response = handler(peer, request).await;
                    response.map(|body| Http2Body::new(body, progress, guard))
                })
            });
            async move {
                match admitted {
                    Some(response) => Ok(response.await),
                    None => Err(h2::Error::from(h2::Reason::REFUSED_STREAM)),
                }
            }
        });
        let connection = hyper::server::conn::http2::Builder::new(streams.clone())
            .timer(TokioTimer::new())
            .keep_alive_interval(PING_INTERVAL)
            .keep_alive_timeout(PING_TIMEOUT)
            .max_concurrent_streams(MAX_STREAMS)
            .max_send_buf_size(SEND_BUFFER)
            .max_header_list_size(u32::try_from(READ_BUFFER).unwrap_or(u32::MAX))
            .serve_connection(TokioIo::new(stream), service);
        // Boxed: otherwise the task reserves room for both protocols.
        Box::pin(streams.serve(connection, shutdown)).await
    } else {
        let shared = Arc::clone(&state);
        let service = service_fn(move |request: Request<Incoming>| {
            let guard = shared.begin_request();
            let (handler, state) = (Arc::clone(&handler), Arc::clone(&shared));
            async move {
                let request = request.map(|body| RequestBody::new(body, Arc::clone(&state), None));
                let mut response = handler(peer, request).await;
                // The rest of an unread body precedes the next request: close instead of reading it. Reading heads that
                // are too long costs more than the client pays for them: it has to connect again for the next one.
                if state.has_unread_body() || response.status() == StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE {
                    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
                }
                Ok::<_, Infallible>(response.map(|body| InFlightBody { body, _guard: guard }))
            }
        });
        Box::pin(idle_parking::serve(stream, service, READ_BUFFER, &state, shutdown)).await
    }
}

/// Peeks at the first bytes without consuming them.
async fn speaks_http2(stream: &TcpStream) -> io::Result<bool> {
    let mut bytes = [0; PREFACE.len()];
    loop {
        let length = stream.peek(&mut bytes).await?;
        if length == 0 || bytes[..length] != PREFACE[..length] {
            return Ok(false);
        }
        if length == PREFACE.len() {
            return Ok(true);
        }
        // The rest of the preface is on its way; peeking again immediately would return the same bytes.
        sleep(Duration::from_millis(1)).await;
    }
}

/// The body of an answer; the request counts as in flight until it is dropped.
struct InFlightBody<B> {
    body: B,
    _guard: InFlightGuard,
}

impl<B: Body<Data = Bytes> + Unpin> Body for InFlightBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
