//! HTTP/1.1 as bytes: requests go out exactly as a test writes them, which client libraries do not
//! allow, and answers come back with nothing tidied up.

use std::io;
use std::net::{IpAddr, SocketAddr};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// An answer as it came.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    /// In order, names as sent.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// What was asked, for messages.
    pub(crate) question: String,
}

impl Response {
    /// The first header of that name, whatever its case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers_named(name).next()
    }

    pub(crate) fn headers_named(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers.iter().filter(move |(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| {
            panic!("{}: {} with a body that is no JSON ({error}): {:?}", self.question, self.status, self.text())
        })
    }
}

/// One TCP connection to the server.
pub(crate) struct Connection {
    stream: TcpStream,
    /// Read, but belonging to the next answer.
    rest: Vec<u8>,
}

impl Connection {
    /// Connect to `address`, from an address of one's own if one is given (both IPv4).
    pub(crate) async fn open(address: SocketAddr, from: Option<IpAddr>) -> io::Result<Self> {
        let stream = match from {
            Some(from) => {
                let socket = TcpSocket::new_v4()?;
                socket.bind((from, 0).into())?;
                socket.connect(address).await?
            }
            None => TcpStream::connect(address).await?,
        };
        stream.set_nodelay(true)?;
        Ok(Self { stream, rest: Vec::new() })
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// Wait for the server to close the connection; what it sends before is dropped.
    pub(crate) async fn closed(&mut self) {
        let mut buffer = [0; 4096];
        while let Ok(1..) = self.stream.read(&mut buffer).await {}
    }

    /// Everything until the server closes the connection, or breaks it off.
    pub(crate) async fn read_to_end(&mut self) -> Vec<u8> {
        let mut bytes = std::mem::take(&mut self.rest);
        while let Ok(1..) = self.stream.read_buf(&mut bytes).await {}
        bytes
    }

    /// So many bytes, whatever they are.
    pub(crate) async fn read_bytes(&mut self, count: usize) -> io::Result<Vec<u8>> {
        take(&mut self.stream, &mut self.rest, count).await
    }

    /// The next answer. `bodiless` when it answers a HEAD request.
    pub(crate) async fn read_response(&mut self, bodiless: bool) -> io::Result<Response> {
        read_response(&mut self.stream, &mut self.rest, bodiless).await
    }

    /// Send a request and read its answer. Reading starts at once: a server may answer, and stop
    /// reading, before it has seen the whole body.
    pub(crate) async fn exchange(&mut self, request: &[u8], bodiless: bool) -> io::Result<Response> {
        let (mut reader, mut writer) = self.stream.split();
        let sending = async {
            // The answer tells what happened, not the failure to send a body nobody wants.
            let _ = writer.write_all(request).await;
            std::future::pending::<()>().await;
        };
        tokio::select! {
            response = read_response(&mut reader, &mut self.rest, bodiless) => response,
            () = sending => unreachable!("sending never ends the race"),
        }
    }
}

/// Fails with `InvalidData` when the answer begins and is not finished.
pub(crate) async fn read_response(
    reader: &mut (impl AsyncReadExt + Unpin),
    rest: &mut Vec<u8>,
    bodiless: bool,
) -> io::Result<Response> {
    loop {
        let mut response = read_head(reader, rest).await?;
        // Interim answers (100 Continue) announce the real one.
        if (100..200).contains(&response.status) {
            continue;
        }
        if !bodiless && !matches!(response.status, 204 | 304) {
            response.body = read_body(&response, reader, rest)
                .await
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        }
        return Ok(response);
    }
}

async fn read_head(reader: &mut (impl AsyncReadExt + Unpin), rest: &mut Vec<u8>) -> io::Result<Response> {
    loop {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut head = httparse::Response::new(&mut headers);
        match head.parse(rest).map_err(io::Error::other)? {
            httparse::Status::Complete(length) => {
                let response = Response {
                    status: head.code.unwrap_or_default(),
                    headers: head
                        .headers
                        .iter()
                        .map(|header| {
                            let value = String::from_utf8_lossy(header.value).into_owned();
                            (header.name.to_owned(), value)
                        })
                        .collect(),
                    body: Vec::new(),
                    question: String::new(),
                };
                rest.drain(..length);
                return Ok(response);
            }
            httparse::Status::Partial => {
                let begun = !rest.is_empty();
                more(reader, rest)
                    .await
                    .map_err(|error| if begun { io::Error::new(io::ErrorKind::InvalidData, error) } else { error })?;
            }
        }
    }
}

async fn read_body(
    response: &Response,
    reader: &mut (impl AsyncReadExt + Unpin),
    rest: &mut Vec<u8>,
) -> io::Result<Vec<u8>> {
    if response.header("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
        return read_chunks(reader, rest).await;
    }
    if let Some(length) = response.header("content-length") {
        let length: usize = length.parse().map_err(io::Error::other)?;
        return take(reader, rest, length).await;
    }
    while more(reader, rest).await.is_ok() {}
    Ok(std::mem::take(rest))
}

async fn read_chunks(reader: &mut (impl AsyncReadExt + Unpin), rest: &mut Vec<u8>) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        match httparse::parse_chunk_size(rest) {
            Ok(httparse::Status::Complete((start, size))) => {
                rest.drain(..start);
                let size = usize::try_from(size).map_err(io::Error::other)?;
                body.extend(take(reader, rest, size).await?);
                // The line end after the chunk; this server sends no trailers.
                take(reader, rest, 2).await?;
                if size == 0 {
                    return Ok(body);
                }
            }
            Ok(httparse::Status::Partial) => more(reader, rest).await?,
            Err(_) => return Err(io::Error::other("the size of a chunk is no number")),
        }
    }
}

async fn take(reader: &mut (impl AsyncReadExt + Unpin), rest: &mut Vec<u8>, length: usize) -> io::Result<Vec<u8>> {
    while rest.len() < length {
        more(reader, rest).await?;
    }
    Ok(rest.drain(..length).collect())
}

async fn more(reader: &mut (impl AsyncReadExt + Unpin), rest: &mut Vec<u8>) -> io::Result<()> {
    if reader.read_buf(rest).await? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(())
}
