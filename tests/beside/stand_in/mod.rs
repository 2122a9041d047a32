//! A stand-in for upstream: it serves some of upstream's operations, with credentials from the same tables, and writes
//! these tables in SQL as upstream does. Every other request with a valid credential gets an empty list.

mod caller;
mod operations;

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use http_server::RequestBody;
use serde_json::{Value, json};
use tokio_postgres::NoTls;

use super::listening::Listening;
use crate::harness::{Client, Database};

/// In all responses of the stand-in.
pub(super) const SERVED_BY: (&str, &str) = ("x-served-by", "upstream");

/// A running stand-in; stops when dropped.
pub(super) struct StandIn {
    listening: Listening,
}

/// What all requests share.
struct Upstream {
    database: tokio_postgres::Client,
    /// The SQL expression for the stored hash of a secret, the parameter `$1`.
    hash: &'static str,
}

/// A request without its transport.
struct Call {
    head: http::request::Parts,
    body: Value,
}

/// A successful response.
struct Success {
    status: u16,
    body: Value,
    cookies: Vec<String>,
}

/// An error response.
struct Failure {
    status: u16,
    message: String,
}

impl StandIn {
    pub(super) async fn on(database: &Database) -> Self {
        let (database, connection) =
            tokio_postgres::connect(&database.url(), NoTls).await.expect("the database answers");
        tokio::spawn(connection);
        let hash = hash_expression(&database).await;
        let upstream = Arc::new(Upstream { database, hash });
        let listening = Listening::start(move |request| {
            let upstream = Arc::clone(&upstream);
            async move { upstream.respond(request).await }
        });
        Self { listening: listening.await }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.listening.address()
    }

    /// A client that reaches the stand-in directly.
    pub(super) fn client(&self) -> Client {
        Client::new(self.address())
    }
}

/// Upstream 2.6 and later store the hash as bytes, earlier versions as base64.
async fn hash_expression(database: &tokio_postgres::Client) -> &'static str {
    let query =
        "SELECT data_type FROM information_schema.columns WHERE table_name = 'session' AND column_name = 'token'";
    let kind: String = database.query_one(query, &[]).await.expect("the session table has tokens").get(0);
    if kind == "bytea" { "sha256($1::text::bytea)" } else { "encode(sha256($1::text::bytea), 'base64')" }
}

impl Upstream {
    async fn respond(&self, request: Request<RequestBody>) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        let call = Call { head, body: serde_json::from_slice(&body).unwrap_or_default() };
        let (status, body, cookies) = match self.serve(&call).await {
            Ok(Success { status, body, cookies }) => (status, body, cookies),
            Err(Failure { status, message }) => (status, json!({"message": message, "statusCode": status}), Vec::new()),
        };
        let mut response = Response::builder().status(status).header(SERVED_BY.0, SERVED_BY.1);
        for cookie in cookies {
            response = response.header("set-cookie", format!("{cookie}; Path=/; HttpOnly; SameSite=Lax"));
        }
        let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        response.header("content-type", "application/json").body(Full::new(body)).expect("the headers are valid")
    }
}

impl Success {
    fn with(status: u16, body: Value) -> Self {
        Self { status, body, cookies: Vec::new() }
    }

    fn empty() -> Self {
        Self::with(204, Value::Null)
    }
}

impl Failure {
    fn new(status: u16, message: &str) -> Self {
        Self { status, message: message.to_owned() }
    }
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        Self { status: 500, message: format!("{error:?}") }
    }
}
