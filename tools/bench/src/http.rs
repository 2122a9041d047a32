//! One persistent HTTP/1.1 connection, on which single requests are measured.

use crate::error::BenchError;
use http1_client::{Event, Parser, Response};
use std::io::{self, Read, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::ops::Deref;
use std::time::Duration;

/// No answer may take longer, not even at the end of a queue of logins or under valgrind.
const LIMIT: Duration = Duration::from_secs(60);
/// So many bytes are read at once.
const READ: usize = 16 * 1024;

/// A request as the bytes that go out.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    name: String,
    bytes: Vec<u8>,
}

impl Request {
    /// `GET` of a path, with headers of `Name: value`.
    pub(crate) fn get(path: &str, headers: &[&str]) -> Self {
        Self::new("GET", path, headers, "")
    }

    /// `POST` of a body of JSON.
    pub(crate) fn post(path: &str, headers: &[&str], body: &str) -> Self {
        let headers = [headers, &["Content-Type: application/json"]].concat();
        Self::new("POST", path, &headers, body)
    }

    fn new(method: &str, path: &str, headers: &[&str], body: &str) -> Self {
        let headers: String = headers.iter().flat_map(|header| [header, "\r\n"]).collect();
        let length = if method == "GET" { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
        let bytes = format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}{length}\r\n{body}");
        Self { name: format!("{method} {path}"), bytes: bytes.into_bytes() }
    }

    fn failed(&self, reason: &str) -> BenchError {
        BenchError::Request { request: self.name.clone(), reason: reason.to_owned() }
    }
}

/// A response.
#[derive(Clone, Debug)]
pub(crate) struct Answer(Response);

impl Deref for Answer {
    type Target = Response;

    fn deref(&self) -> &Response {
        &self.0
    }
}

impl Answer {
    /// A string member of the body, which is a JSON object.
    pub(crate) fn member(&self, name: &str) -> Option<String> {
        let value: serde_json::Value = serde_json::from_slice(&self.body).ok()?;
        Some(value.get(name)?.as_str()?.to_owned())
    }

    pub(crate) fn into_body(self) -> Vec<u8> {
        self.0.body
    }
}

/// A connection.
pub(crate) struct Connection {
    stream: TcpStream,
    /// What was received and is not used yet.
    input: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> Result<Self, BenchError> {
        let stream = TcpStream::connect_timeout(&address, LIMIT)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(LIMIT))?;
        Ok(Self { stream, input: Vec::with_capacity(READ) })
    }

    /// Sends a request and reads the response, which has to be a success.
    pub(crate) fn ask(&mut self, request: &Request) -> Result<Answer, BenchError> {
        let mut body = Vec::new();
        let mut response = self.exchange(request, |data| body.extend_from_slice(data))?;
        response.body = body;
        if !response.is_success() {
            return Err(request.failed(&format!("{} {}", response.status, response.text())));
        }
        Ok(Answer(response))
    }

    /// As [`Self::ask`], but throws the body away and gives the number of its bytes.
    pub(crate) fn drain(&mut self, request: &Request) -> Result<u64, BenchError> {
        let mut length = 0;
        self.exchange(request, |data| length += data.len() as u64)?;
        Ok(length)
    }

    fn exchange(&mut self, request: &Request, body: impl FnMut(&[u8])) -> Result<Response, BenchError> {
        let sent = self.stream.write_all(&request.bytes);
        let exchanged = sent.and_then(|()| read_response(&mut self.stream, &mut self.input, body));
        exchanged.map_err(|error| request.failed(&error.to_string()))
    }
}

/// Reads a response whose body goes to `body`, piece by piece. `input` is what was received before, and keeps what
/// belongs to the next response.
fn read_response(stream: &mut impl Read, input: &mut Vec<u8>, mut body: impl FnMut(&[u8])) -> io::Result<Response> {
    let mut parser = Parser::new(false);
    let mut response = Response::default();
    let mut used = 0;
    loop {
        let (length, event) = parser.parse(input.get(used..).unwrap_or_default())?;
        used += length;
        match event {
            Event::Head(head) => response = head.into(),
            Event::Body(data) => body(data),
            Event::Complete => {
                input.drain(..used);
                return Ok(response);
            }
            Event::NeedMore => {
                input.drain(..used);
                used = 0;
                let kept = input.len();
                input.resize(kept + READ, 0);
                let received = stream.read(input.get_mut(kept..).unwrap_or_default());
                input.truncate(kept + *received.as_ref().unwrap_or(&0));
                if received? == 0 {
                    parser.closed()?;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn responses_are_read_one_after_the_other() {
        let mut stream: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npong\
            HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npo";
        let (mut input, mut body) = (Vec::new(), Vec::new());

        let response = read_response(&mut stream, &mut input, |data| body.extend_from_slice(data)).unwrap();

        assert_eq!((response.status, body.as_slice()), (200, b"pong".as_slice()));
        assert!(read_response(&mut stream, &mut input, |_| {}).is_err(), "the second one is cut off");
    }

    #[test]
    fn a_member_of_a_json_body_is_found() {
        let body = br#"{"accessToken":"abc","n":1}"#.to_vec();
        let answer = Answer(Response { status: 201, headers: Vec::new(), body });

        assert_eq!(answer.member("accessToken").as_deref(), Some("abc"));
        assert_eq!(answer.member("n"), None);
    }
}
