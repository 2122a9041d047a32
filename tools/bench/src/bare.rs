//! The baseline for a ping: hyper's own HTTP/1.1 server, sending the same bytes as the server.

use crate::error::BenchError;
use crate::http::{Connection, Request};
use crate::server::ANNOUNCEMENT;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;

/// The path of the operation that needs neither credential nor database.
pub(crate) const PING: &str = "/api/server/ping";

/// The answer to every request.
struct Model {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

/// Sends the server at `like` one ping, and answers every request with what it sent.
pub(crate) fn serve(like: SocketAddr) -> Result<(), BenchError> {
    let model = Arc::new(model(like)?);
    // The same runtime as the server's.
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        println!("{ANNOUNCEMENT}{}", listener.local_addr()?);
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let model = Arc::clone(&model);
            let handler = service_fn(move |_| {
                let mut response = Response::new(Full::new(model.body.clone()));
                *response.status_mut() = model.status;
                *response.headers_mut() = model.headers.clone();
                async move { Ok::<_, Infallible>(response) }
            });
            // A client that closes its connection is no error.
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), handler));
        }
    })
}

fn model(like: SocketAddr) -> Result<Model, BenchError> {
    let answer = Connection::open(like)?.ask(&Request::get(PING, &[]))?;
    let invalid =
        |what: &str| BenchError::Invalid(format!("the server's ping has an invalid header or status: {what}"));
    let mut headers = HeaderMap::new();
    for (name, value) in &answer.headers {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| invalid(name))?;
        // hyper adds these two itself.
        if name != http::header::DATE && name != http::header::CONTENT_LENGTH {
            headers.append(name, HeaderValue::from_str(value).map_err(|_| invalid(value))?);
        }
    }
    let status = StatusCode::from_u16(answer.status).map_err(|_| invalid("status"))?;
    Ok(Model { status, headers, body: Bytes::from(answer.into_body()) })
}
