//! One HTTP/1.1 connection that is held open: what it costs and how long it takes is what is measured.

use crate::error::BenchError;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// No answer may take longer, not even at the end of a queue of logins or under valgrind.
const LIMIT: Duration = Duration::from_secs(60);
/// The longest head of an answer.
const LONGEST_HEAD: u64 = 64 * 1024;
/// The most headers of an answer.
const MOST_HEADERS: usize = 64;

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

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// In the order of the wire, names as there.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// A member of the body, which is a JSON object, that is a text.
    pub(crate) fn member(&self, name: &str) -> Option<String> {
        let value: serde_json::Value = serde_json::from_slice(&self.body).ok()?;
        Some(value.get(name)?.as_str()?.to_owned())
    }
}

/// A connection.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> Result<Self, BenchError> {
        let stream = TcpStream::connect_timeout(&address, LIMIT)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(LIMIT))?;
        Ok(Self { stream: BufReader::new(stream) })
    }

    /// Sends a request and reads the answer, which has to be a success.
    pub(crate) fn ask(&mut self, request: &Request) -> Result<Answer, BenchError> {
        let mut body = Vec::new();
        let (mut answer, _) = self.exchange(request, &mut body)?;
        answer.body = body;
        if !(200..300).contains(&answer.status) {
            return Err(request.failed(&format!("{} {}", answer.status, String::from_utf8_lossy(&answer.body))));
        }
        Ok(answer)
    }

    /// As [`Self::ask`], but throws the body away and gives the number of its bytes.
    pub(crate) fn drain(&mut self, request: &Request) -> Result<u64, BenchError> {
        let (_, length) = self.exchange(request, &mut io::sink())?;
        Ok(length)
    }

    fn exchange(&mut self, request: &Request, body: &mut dyn Write) -> Result<(Answer, u64), BenchError> {
        let send = self.stream.get_mut().write_all(&request.bytes);
        let exchanged = send.and_then(|()| {
            let answer = read_head(&mut self.stream)?;
            let length = read_body(&mut self.stream, &answer, body)?;
            Ok((answer, length))
        });
        exchanged.map_err(|error| request.failed(&error.to_string()))
    }
}

fn invalid(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

fn read_head(stream: &mut impl BufRead) -> io::Result<Answer> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if Read::take(&mut *stream, LONGEST_HEAD).read_until(b'\n', &mut head)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut parsed = httparse::Response::new(&mut headers);
    parsed.parse(&head).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
    let status = parsed.code.ok_or_else(|| invalid("an answer without a status"))?;
    let text =
        |header: &httparse::Header<'_>| (header.name.to_owned(), String::from_utf8_lossy(header.value).into_owned());
    Ok(Answer { status, headers: parsed.headers.iter().map(text).collect(), body: Vec::new() })
}

/// Reads a body as its head says: by its length, or in chunks.
fn read_body(stream: &mut impl BufRead, head: &Answer, body: &mut dyn Write) -> io::Result<u64> {
    if head.header("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
        return read_chunks(stream, body);
    }
    let length = match head.header("content-length") {
        Some(length) => length.parse().map_err(|_| invalid("Content-Length is no number"))?,
        None => 0,
    };
    copy(stream, length, body)
}

fn read_chunks(stream: &mut impl BufRead, body: &mut dyn Write) -> io::Result<u64> {
    let mut total = 0;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let size = line.split(';').next().unwrap_or_default().trim();
        let size = u64::from_str_radix(size, 16).map_err(|_| invalid("the size of a chunk is no number"))?;
        total += copy(stream, size, body)?;
        // The end of the chunk; after the last one, nobody here sends trailers.
        copy(stream, 2, &mut io::sink())?;
        if size == 0 {
            return Ok(total);
        }
    }
}

fn copy(stream: &mut impl BufRead, length: u64, body: &mut dyn Write) -> io::Result<u64> {
    if io::copy(&mut Read::take(stream, length), body)? < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(mut bytes: &[u8]) -> io::Result<(Answer, Vec<u8>, usize)> {
        let mut body = Vec::new();
        let answer = read_head(&mut bytes)?;
        read_body(&mut bytes, &answer, &mut body)?;
        Ok((answer, body, bytes.len()))
    }

    #[test]
    fn a_body_ends_where_its_length_says_and_leaves_the_next_answer() {
        let (answer, body, left) = read(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npongHTTP").unwrap();

        assert_eq!((answer.status, body.as_slice(), left), (200, b"pong".as_slice(), 4));
        assert_eq!(answer.headers, [("Content-Length".to_owned(), "4".to_owned())]);
    }

    #[test]
    fn chunks_are_put_together() {
        let (_, body, left) =
            read(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n")
                .unwrap();

        assert_eq!((body.as_slice(), left), (b"abc0123456789".as_slice(), 0));
    }

    #[test]
    fn an_answer_that_ends_early_is_an_error() {
        assert!(read(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npo").is_err());
        assert!(read(b"HTTP/1.1 200 OK\r\n").is_err());
    }

    #[test]
    fn a_member_of_a_json_body_is_found() {
        let answer = Answer { status: 201, headers: Vec::new(), body: br#"{"accessToken":"abc","n":1}"#.to_vec() };

        assert_eq!(answer.member("accessToken").as_deref(), Some("abc"));
        assert_eq!(answer.member("n"), None);
    }
}
