//! Requests: built with methods and sent by `.await`, each on its own connection.

use std::future::{Future, IntoFuture};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::time::Duration;

use serde_json::Value;

use super::http1::{Connection, Response};

/// The time limit of a request, long enough for a queue of logins.
const LIMIT: Duration = Duration::from_secs(60);

/// Sends requests to one address.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    address: SocketAddr,
    /// The local address to connect from, if it matters.
    from: Option<IpAddr>,
}

impl Client {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self { address, from: None }
    }

    /// The same client with this local address of the loopback network.
    pub(crate) fn from(mut self, address: impl Into<IpAddr>) -> Self {
        self.from = Some(address.into());
        self
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// A request for a path of the contract, without `/api`.
    pub(crate) fn get(&self, path: &str) -> Request {
        self.call("GET", path)
    }

    #[allow(clippy::needless_pass_by_value, reason = "tests write the body in place")]
    pub(crate) fn post(&self, path: &str, body: Value) -> Request {
        self.call("POST", path).json(&body)
    }

    #[allow(clippy::needless_pass_by_value, reason = "tests write the body in place")]
    pub(crate) fn put(&self, path: &str, body: Value) -> Request {
        self.call("PUT", path).json(&body)
    }

    pub(crate) fn delete(&self, path: &str) -> Request {
        self.call("DELETE", path)
    }

    /// A request with any method for a path of the contract.
    pub(crate) fn call(&self, method: &str, path: &str) -> Request {
        self.raw(method, &format!("/api{path}"))
    }

    /// A request whose method and target are sent as they are.
    pub(crate) fn raw(&self, method: &str, target: &str) -> Request {
        Request { address: self.address, from: self.from, parts: http1_client::Request::new(method, target) }
    }

    /// Open a connection for several requests.
    pub(crate) async fn connect(&self) -> Connection {
        self.try_connect().await.expect("the server accepts connections")
    }

    pub(crate) async fn try_connect(&self) -> io::Result<Connection> {
        Connection::open(self.address, self.from).await
    }
}

/// A request; `.await` sends it.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    address: SocketAddr,
    from: Option<IpAddr>,
    parts: http1_client::Request,
}

impl Request {
    /// Add a header; earlier ones with the same name are kept.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.parts = self.parts.header(name, value);
        self
    }

    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("Authorization", &format!("Bearer {token}"))
    }

    pub(crate) fn api_key(self, secret: &str) -> Self {
        self.header("x-api-key", secret)
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.header("Content-Type", "application/json").body(body.to_string().into_bytes())
    }

    pub(crate) fn body(mut self, body: Vec<u8>) -> Self {
        self.parts = self.parts.body(body);
        self
    }

    /// The bytes to send. `Host` and `Content-Length` are added unless the test sets them.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        self.parts.to_bytes(&self.address.to_string())
    }

    fn question(&self) -> String {
        format!("{} {}", self.parts.method, self.parts.target)
    }

    /// Send the request on an open connection.
    pub(crate) async fn over(&self, connection: &mut Connection) -> io::Result<Response> {
        let mut response = connection.exchange(&self.to_bytes(), self.parts.is_head()).await?;
        response.question = self.question();
        Ok(response)
    }

    /// Send the request and return a lost connection as an error instead of failing the test.
    pub(crate) async fn attempt(&self) -> io::Result<Response> {
        let exchange = async {
            let mut connection = Connection::open(self.address, self.from).await?;
            self.over(&mut connection).await
        };
        tokio::time::timeout(LIMIT, exchange).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl IntoFuture for Request {
    type Output = Response;
    type IntoFuture = Pin<Box<dyn Future<Output = Response> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            self.attempt().await.unwrap_or_else(|error| panic!("{}: no answer: {error}", self.question()))
        })
    }
}
