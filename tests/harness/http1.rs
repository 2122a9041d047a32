//! HTTP/1.1 as bytes, for tests: a connection, and a response that knows which request it answers.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::ops::{Deref, DerefMut};

use serde_json::Value;

/// A response as it came.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    received: http1_client::Response,
    /// The request that it answers, for messages.
    pub(crate) question: String,
}

impl Deref for Response {
    type Target = http1_client::Response;

    fn deref(&self) -> &Self::Target {
        &self.received
    }
}

impl DerefMut for Response {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.received
    }
}

impl From<http1_client::Response> for Response {
    fn from(received: http1_client::Response) -> Self {
        Self { received, question: String::new() }
    }
}

impl Response {
    /// The body as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| {
            panic!("{}: {} with a body that is not JSON ({error}): {:?}", self.question, self.status, self.text())
        })
    }

    pub(crate) fn into_body(self) -> Vec<u8> {
        self.received.body
    }
}

/// One TCP connection to the server.
pub(crate) struct Connection(http1_client::Connection);

impl Deref for Connection {
    type Target = http1_client::Connection;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for Connection {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl Connection {
    /// Connects to `address`, from a certain local address if one is given (both IPv4).
    pub(crate) async fn open(address: SocketAddr, from: Option<IpAddr>) -> io::Result<Self> {
        match from {
            Some(from) => http1_client::Connection::open_from(from, address).await,
            None => http1_client::Connection::open(address).await,
        }
        .map(Self)
    }

    /// The next response. `to_head` if it answers a HEAD request.
    pub(crate) async fn read_response(&mut self, to_head: bool) -> io::Result<Response> {
        self.0.read_response(to_head).await.map(Response::from)
    }

    /// Sends a request and reads its response; see [`http1_client::Connection::exchange`].
    pub(crate) async fn exchange(&mut self, request: &[u8], to_head: bool) -> io::Result<Response> {
        self.0.exchange(request, to_head).await.map(Response::from)
    }
}
