//! A faulty server: a proxy before the real one that changes requests or responses.

use std::fmt::Write as _;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use immich_api::BASE_PATH;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::harness::{Connection, Response};

/// What is faulty.
#[derive(Clone, Copy)]
pub(super) enum Behavior {
    /// The response is changed.
    Response(fn(&Request, &mut Response)),
    /// The request is changed before the real server receives it.
    Request(fn(&mut Request)),
    /// Both.
    Both(fn(&mut Request), fn(&Request, &mut Response)),
    /// A request that is rejected with this status is sent again as the administrator.
    AsAdmin(u16, fn(&Request) -> bool),
    /// The same, if the request fits the bodies of earlier successful responses, which contain secrets and identifiers.
    AsAdminKnowing(u16, fn(&Request, &[Value]) -> bool),
    /// The connection is closed without a response.
    NoResponse(fn(&Request) -> bool),
    /// The response depends on earlier ones.
    Stateful(fn(&Request, &mut Response, &mut Vec<String>)),
}

/// A request on its way.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) method: String,
    /// The base path; empty for a path outside it.
    base: &'static str,
    /// Below the base path.
    pub(super) path: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Request {
    pub(super) fn is(&self, method: &str, path: &str) -> bool {
        self.method == method && self.path == path && !self.base.is_empty()
    }

    pub(super) fn starts(&self, method: &str, path: &str) -> bool {
        self.method == method && self.path.starts_with(path)
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    }

    pub(super) fn has_credential(&self) -> bool {
        ["authorization", "cookie", "x-api-key"].iter().any(|name| self.header(name).is_some())
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Changes the body, if it is a JSON object.
    pub(super) fn change(&mut self, change: impl FnOnce(&mut Value)) {
        let mut body = self.json();
        if body.is_object() {
            change(&mut body);
            self.body = body.to_string().into_bytes();
        }
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut head = format!("{} {}{} HTTP/1.1\r\n", self.method, self.base, self.path);
        for (name, value) in &self.headers {
            if name.eq_ignore_ascii_case("content-length") {
                continue;
            }
            write!(head, "{name}: {value}\r\n").expect("memory takes what is written");
        }
        write!(head, "Content-Length: {}\r\n\r\n", self.body.len()).expect("memory takes what is written");
        [head.into_bytes(), self.body.clone()].concat()
    }
}

/// Changes of responses.
pub(super) trait Change {
    /// Changes the JSON body.
    fn change(&mut self, change: impl FnOnce(&mut Value));
    /// Sets a header; `None` removes it.
    fn set(&mut self, name: &str, value: Option<&str>);
    /// Replaces status, content type and body.
    fn replace(&mut self, status: u16, body: &Value);
}

impl Change for Response {
    fn change(&mut self, change: impl FnOnce(&mut Value)) {
        if let Ok(mut body) = serde_json::from_slice(&self.body) {
            change(&mut body);
            self.body = body.to_string().into_bytes();
        }
    }

    fn set(&mut self, name: &str, value: Option<&str>) {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    }

    fn replace(&mut self, status: u16, body: &Value) {
        self.status = status;
        self.body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let json = (!body.is_null()).then_some("application/json; charset=utf-8");
        self.set("content-type", json);
    }
}

/// A proxy before a server; stops when dropped.
pub(super) struct FaultyServer {
    address: SocketAddr,
    accepting: JoinHandle<()>,
}

struct State {
    target: SocketAddr,
    behavior: Behavior,
    /// The token of the first login, which is the administrator's.
    admin: Mutex<Option<String>>,
    memory: Mutex<Vec<String>>,
    known: Mutex<Vec<Value>>,
}

impl FaultyServer {
    pub(super) async fn before(target: SocketAddr, behavior: Behavior) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("the loopback interface has a free port");
        let address = listener.local_addr().expect("the listener is bound");
        let state =
            State { target, behavior, admin: Mutex::default(), memory: Mutex::default(), known: Mutex::default() };
        let state = Arc::new(state);
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let state = Arc::clone(&state);
                tokio::spawn(async move {
                    // A client that disconnects is not a fault.
                    let _ = state.serve(client).await;
                });
            }
        });
        Self { address, accepting }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for FaultyServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl State {
    /// Serves one request: the checker sends one on each connection.
    async fn serve(&self, mut client: TcpStream) -> io::Result<()> {
        let mut request = read_request(&mut client).await?;
        let original = request.clone();
        if let Behavior::Request(change) | Behavior::Both(change, _) = self.behavior {
            change(&mut request);
        }
        let mut response = self.forward(&request).await?;
        match self.behavior {
            Behavior::Response(change) | Behavior::Both(_, change) => change(&original, &mut response),
            Behavior::AsAdmin(status, applies) if response.status == status && applies(&request) => {
                response = self.forward_as_admin(request).await?;
            }
            Behavior::AsAdminKnowing(status, applies)
                if response.status == status && applies(&request, &self.known.lock().expect("no fault panicked")) =>
            {
                response = self.forward_as_admin(request).await?;
            }
            Behavior::NoResponse(applies) if applies(&request) => return Ok(()),
            Behavior::Stateful(change) => {
                change(&original, &mut response, &mut self.memory.lock().expect("no fault panicked"));
            }
            Behavior::Request(_) | Behavior::AsAdmin(..) | Behavior::AsAdminKnowing(..) | Behavior::NoResponse(_) => {}
        }
        client.write_all(&to_bytes(&original, &response)).await?;
        client.shutdown().await
    }

    async fn forward_as_admin(&self, mut request: Request) -> io::Result<Response> {
        let admin = self.admin.lock().expect("no fault panicked").clone();
        for name in ["authorization", "cookie", "x-api-key"] {
            request.remove(name);
        }
        request.headers.push(("Authorization".to_owned(), format!("Bearer {}", admin.unwrap_or_default())));
        self.forward(&request).await
    }

    async fn forward(&self, request: &Request) -> io::Result<Response> {
        let mut server = Connection::open(self.target, None).await?;
        let response = server.exchange(&request.to_bytes(), request.method == "HEAD").await?;
        if request.is("POST", "/auth/login") && response.status == 201 {
            let token = response.json()["accessToken"].as_str().map(str::to_owned);
            let mut admin = self.admin.lock().expect("no fault panicked");
            *admin = admin.take().or(token);
        }
        if response.status == 201 {
            self.known.lock().expect("no fault panicked").push(response.json());
        }
        Ok(response)
    }
}

async fn read_request(client: &mut TcpStream) -> io::Result<Request> {
    let mut bytes = Vec::new();
    loop {
        if client.read_buf(&mut bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut head = httparse::Request::new(&mut headers);
        let httparse::Status::Complete(length) = head.parse(&bytes).map_err(io::Error::other)? else { continue };
        let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        let target = head.path.unwrap_or_default();
        let below = target.strip_prefix(BASE_PATH).filter(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
        let mut request = Request {
            method: head.method.unwrap_or_default().to_owned(),
            base: if below.is_some() { BASE_PATH } else { "" },
            path: below.unwrap_or(target).to_owned(),
            headers: head.headers.iter().map(|each| (each.name.to_owned(), text(each.value))).collect(),
            body: Vec::new(),
        };
        let announced = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        while bytes.len() < length + announced {
            if client.read_buf(&mut bytes).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        request.body = bytes.split_off(length);
        return Ok(request);
    }
}

/// The response as bytes. The real server sends no body where none belongs: if there is one, a fault added it.
fn to_bytes(request: &Request, response: &Response) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {} Any\r\n", response.status);
    for (name, value) in &response.headers {
        if !["content-length", "transfer-encoding", "connection"].contains(&name.to_lowercase().as_str()) {
            write!(head, "{name}: {value}\r\n").expect("memory takes what is written");
        }
    }
    head.push_str("Connection: close\r\n");
    if request.method != "HEAD" && response.status != 204 {
        write!(head, "Content-Length: {}\r\n", response.body.len()).expect("memory takes what is written");
    }
    head.push_str("\r\n");
    [head.into_bytes(), response.body.clone()].concat()
}
