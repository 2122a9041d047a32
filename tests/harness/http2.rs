//! A client that speaks HTTP/2 from its first byte, without TLS.

use std::net::SocketAddr;

use bytes::Bytes;
use h2::client::SendRequest;
use http::Request;
use serde_json::Value;
use tokio::net::TcpStream;

/// One connection; its requests may overlap.
#[derive(Clone)]
pub(crate) struct Http2(SendRequest<Bytes>);

/// An answer that came over HTTP/2.
#[derive(Debug)]
pub(crate) struct Http2Response {
    pub(crate) head: http::response::Parts,
    pub(crate) body: Vec<u8>,
}

impl Http2 {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("somebody listens");
        let (sender, connection) = h2::client::handshake(stream).await.expect("HTTP/2 is spoken");
        tokio::spawn(connection);
        Self(sender)
    }

    /// Send a request with this body, if it has one. What of the body nobody wants is not sent.
    pub(crate) async fn ask(&self, request: Request<()>, body: Option<Vec<u8>>) -> Result<Http2Response, h2::Error> {
        let mut sender = self.0.clone().ready().await?;
        let (answer, mut sending) = sender.send_request(request, body.is_none())?;
        if let Some(body) = body {
            sending.send_data(body.into(), true)?;
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
