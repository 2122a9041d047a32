//! One connection: told whether it speaks HTTP/1.1 or HTTP/2, and served until it ends.

use crate::http::deadlines::{Deadlines, Timed};
use crate::http::lingering::Watched;
use crate::http::phase::{Busy, Phase};
use crate::http::resting;
use crate::http::service::HttpService;
use crate::http::site::Site;
use crate::http::stopping::Stopping;
use futures_util::future::Either;
use http::header::CONNECTION;
use http::{HeaderValue, Request};
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use immich_wire::{Body, BoxError};
use std::convert::Infallible;
use std::future::ready;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

/// What a client with prior knowledge of HTTP/2 begins with (RFC 9113, section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// Bytes of a connection that are kept before they are a request. A head that is longer ends the connection; one that
/// is only longer than a request may have is answered (see `service.rs`).
const BUFFER: usize = 64 * 1024;
/// Streams that one HTTP/2 connection may have open.
const MOST_STREAMS: u32 = 128;
/// HTTP/2 connections are asked this often whether somebody is still there.
const PING_INTERVAL: Duration = Duration::from_secs(30);
const PING_TIMEOUT: Duration = Duration::from_secs(20);

/// Serves a connection until it ends, or until the shutdown that `stopping` tells of.
pub(super) async fn serve<S: Site>(
    stream: TcpStream,
    peer: SocketAddr,
    service: Arc<HttpService<S>>,
    deadlines: Deadlines,
    stopping: Stopping,
) -> Result<(), BoxError> {
    stream.set_nodelay(true)?;
    let is_http2 = timeout(deadlines.head, speaks_http2(&stream)).await.map_err(io::Error::from)??;
    let phase = Phase::new();
    let stream = Timed::new(stream, Arc::clone(&phase), deadlines, is_http2);
    let shared = Arc::clone(&phase);
    let handler = service_fn(move |request: Request<Incoming>| {
        let guarded = |body| Guarded { body: Body::from(body), _busy: shared.begin() };
        if let Some(response) = service.at_once(&request, guarded) {
            return Either::Left(ready(Ok(response)));
        }
        let busy = shared.begin();
        let (service, phase) = (Arc::clone(&service), Arc::clone(&shared));
        // hyper keeps the room for it as long as the connection: in a box of its own it goes when the request is answered.
        Either::Right(Box::pin(async move {
            let linger = is_http2.then_some(deadlines.write);
            let request = request.map(|body| Watched::new(body, Arc::clone(&phase), linger));
            let mut response = service.handle(peer.ip(), request).await;
            if phase.has_unread() && !is_http2 {
                // What stands before the next request would have to be read first.
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<_, Infallible>(response.map(|body| Guarded { body, _busy: busy }))
        }))
    });
    if is_http2 {
        let connection = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .keep_alive_interval(PING_INTERVAL)
            .keep_alive_timeout(PING_TIMEOUT)
            .max_concurrent_streams(MOST_STREAMS)
            .max_header_list_size(u32::try_from(BUFFER).unwrap_or(u32::MAX))
            .serve_connection(TokioIo::new(stream), handler);
        // In boxes: a task has room for everything it might do, and one connection speaks one protocol.
        Box::pin(stopping.watch(connection)).await?;
    } else {
        Box::pin(resting::serve(stream, handler, BUFFER, &phase, stopping)).await?;
    }
    Ok(())
}

/// Looks at the first bytes without taking them.
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
        // The rest of the preface is on its way; looking again at once would only show the same bytes.
        sleep(Duration::from_millis(1)).await;
    }
}

/// The body of an answer; while it lives, the connection is busy.
struct Guarded {
    body: Body,
    _busy: Busy,
}

impl HttpBody for Guarded {
    type Data = bytes::Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
