//! HTTP/1.1 as it is on the wire: requests go out exactly as they are written, which client libraries do not allow, and
//! answers come back with nothing tidied up, bytes included that should not be there.

mod answer;
mod curl;
mod read;
mod target;

pub(crate) use answer::Answer;
pub(crate) use curl::curl;
pub(crate) use target::Target;
pub use target::TargetError;

use crate::contract::Place;
use serde_json::Value;
use std::fmt::Write as _;
use std::io;
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

/// A request.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Path and query, base path included.
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<Vec<u8>>,
}

impl Request {
    pub(crate) fn new(method: &str, target: impl Into<String>) -> Self {
        Self { method: method.to_owned(), target: target.into(), headers: Vec::new(), body: None }
    }

    /// Adds a header; an earlier one of the same name stays.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.header("Content-Type", "application/json").body(body.to_string().into_bytes())
    }

    pub(crate) fn body(mut self, body: Vec<u8>) -> Self {
        self.body = Some(body);
        self
    }

    /// Adds a credential where it belongs.
    pub(crate) fn credential(mut self, place: &Place, secret: &str) -> Self {
        match place {
            Place::Bearer => self.header("Authorization", &format!("Bearer {secret}")),
            Place::Cookie(name) => self.header("Cookie", &format!("{name}={secret}")),
            Place::Header(name) => self.header(name, secret),
            Place::Query(name) => {
                let separator = if self.target.contains('?') { '&' } else { '?' };
                let _ = write!(self.target, "{separator}{name}={secret}");
                self
            }
        }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
    }

    pub(crate) fn is_head(&self) -> bool {
        self.method == "HEAD"
    }

    /// The bytes on the wire; what the connection itself needs is added unless it is there.
    fn to_bytes(&self, host: &str) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        let mut add = |name: &str, value: &str| {
            if !self.has(name) {
                let _ = write!(head, "{name}: {value}\r\n");
            }
        };
        add("Host", host);
        add("Connection", "close");
        let announces = self.body.is_some() || matches!(self.method.as_str(), "POST" | "PUT" | "PATCH");
        if announces && !self.has("Transfer-Encoding") {
            add("Content-Length", &self.body.as_ref().map_or(0, Vec::len).to_string());
        }
        for (name, value) in &self.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend(self.body.iter().flatten());
        bytes
    }
}

/// Sends requests to one server, each on a connection of its own.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) target: Target,
    pub(crate) timeout: Duration,
}

impl Client {
    /// The answer to a request.
    pub(crate) async fn send(&self, request: &Request) -> io::Result<Answer> {
        let exchange = async {
            let mut stream = TcpStream::connect((self.target.host.as_str(), self.target.port)).await?;
            stream.set_nodelay(true)?;
            let (mut reader, mut writer) = stream.split();
            let bytes = request.to_bytes(&self.target.authority);
            let sending = async {
                // Reading starts at once: a server may answer before it has seen the whole body. The answer tells
                // what happened, not the failure to send a body that nobody wants.
                let _ = writer.write_all(&bytes).await;
                std::future::pending::<io::Result<Answer>>().await
            };
            tokio::select! {
                answer = read::answer(&mut reader, request.is_head()) => answer,
                answer = sending => answer,
            }
        };
        tokio::time::timeout(self.timeout, exchange)
            .await
            .unwrap_or_else(|_| Err(io::Error::new(io::ErrorKind::TimedOut, format!("none in {:?}", self.timeout))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_request_goes_out_as_it_was_written() {
        let request = Request::new("POST", "/api/x").credential(&Place::Bearer, "t").json(&json!({}));

        let text = String::from_utf8(request.to_bytes("localhost:1")).unwrap();

        assert_eq!(
            text,
            "POST /api/x HTTP/1.1\r\nHost: localhost:1\r\nConnection: close\r\nContent-Length: 2\r\n\
             Authorization: Bearer t\r\nContent-Type: application/json\r\n\r\n{}"
        );
    }

    #[test]
    fn a_credential_goes_where_its_scheme_says() {
        let in_place = |place| Request::new("GET", "/x?a=1").credential(&place, "s");

        assert_eq!(in_place(Place::Cookie("c".to_owned())).headers, [("Cookie".to_owned(), "c=s".to_owned())]);
        assert_eq!(in_place(Place::Header("x-k".to_owned())).headers, [("x-k".to_owned(), "s".to_owned())]);
        assert_eq!(in_place(Place::Query("k".to_owned())).target, "/x?a=1&k=s");
    }
}
