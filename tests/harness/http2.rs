//! An HTTP/2 client with prior knowledge, without TLS.

use std::future::poll_fn;
use std::net::SocketAddr;

use bytes::Bytes;
use h2::SendStream;
use h2::client::{ResponseFuture, SendRequest};
use http::Request;
use serde_json::Value;
use tokio::net::TcpStream;

/// A connection; its requests may be concurrent.
#[derive(Clone)]
pub(crate) struct Http2(SendRequest<Bytes>);

/// An HTTP/2 response.
#[derive(Debug)]
pub(crate) struct Http2Response {
    pub(crate) head: http::response::Parts,
    pub(crate) body: Vec<u8>,
}

impl Http2 {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("the server listens");
        let (sender, connection) = h2::client::handshake(stream).await.expect("the server speaks HTTP/2");
        tokio::spawn(connection);
        Self(sender)
    }

    /// Begin a request whose body never comes. It is open until what this returns is dropped.
    pub(crate) async fn begin(&self, request: Request<()>) -> (ResponseFuture, SendStream<Bytes>) {
        let mut sender = self.0.clone().ready().await.expect("the connection is open");
        sender.send_request(request, false).expect("the connection is open")
    }

    /// Send a request with its whole body, if it has one, before reading the response.
    pub(crate) async fn send(&self, request: Request<()>, body: Option<Vec<u8>>) -> Result<Http2Response, h2::Error> {
        let mut sender = self.0.clone().ready().await?;
        let (answer, mut sending) = sender.send_request(request, body.is_none())?;
        let mut rest = Bytes::from(body.unwrap_or_default());
        while !rest.is_empty() {
            sending.reserve_capacity(rest.len());
            let taken =
                poll_fn(|context| sending.poll_capacity(context)).await.expect("the server reads the whole body")?;
            let piece = rest.split_to(taken.min(rest.len()));
            sending.send_data(piece, rest.is_empty())?;
        }
        let (head, mut receiving) = answer.await?.into_parts();
        let mut body = Vec::new();
        while let Some(data) = receiving.data().await {
            let data = data?;
            receiving.flow_control().release_capacity(data.len())?;
            body.extend_from_slice(&data);
        }
        Ok(Http2Response { head, body })
    }
}

impl Http2Response {
    #[track_caller]
    pub(crate) fn must_be(self, status: u16) -> Self {
        assert_eq!(self.head.status, status, "{:?} {}", self.head, String::from_utf8_lossy(&self.body));
        self
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("the body is JSON")
    }
}
