//! Requests and responses on one connection.

use crate::{Event, Parser, Response};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream, ToSocketAddrs};

/// So many bytes are read at once.
const READ: usize = 16 * 1024;

/// A connection to a server. Dropping it closes it.
///
/// Nothing here has a deadline: callers wrap a whole exchange into `tokio::time::timeout`.
#[derive(Debug)]
pub struct Connection<S = TcpStream> {
    stream: S,
    input: Input,
    is_reusable: bool,
}

/// What was received and is not used yet.
#[derive(Debug)]
struct Input {
    bytes: Vec<u8>,
    max_body: u64,
    /// Whether the last response announced that the connection stays open.
    keeps_alive: bool,
}

impl Connection {
    /// Connects over TCP, without delay of small writes (`TCP_NODELAY`).
    ///
    /// # Errors
    /// Those of connecting.
    pub async fn open(address: impl ToSocketAddrs) -> io::Result<Self> {
        Self::over_tcp(TcpStream::connect(address).await?)
    }

    /// Connects over TCP from a certain local IPv4 address.
    ///
    /// # Errors
    /// Those of binding and connecting.
    pub async fn open_from(local: IpAddr, address: SocketAddr) -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind((local, 0).into())?;
        Self::over_tcp(socket.connect(address).await?)
    }

    fn over_tcp(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self::new(stream))
    }
}

impl<S> Connection<S> {
    /// A connection over any stream.
    pub fn new(stream: S) -> Self {
        Self { stream, input: Input { bytes: Vec::new(), max_body: u64::MAX, keeps_alive: false }, is_reusable: false }
    }

    /// Limits the length of the bodies of responses, in bytes.
    #[must_use]
    pub fn max_body(mut self, max_body: u64) -> Self {
        self.input.max_body = max_body;
        self
    }

    /// Whether another request can be sent: the last [`exchange`](Self::exchange) sent its whole request, and its
    /// response leaves the connection open (RFC 9112, section 9.3).
    #[must_use]
    pub fn is_reusable(&self) -> bool {
        self.is_reusable
    }

    /// The stream. What was received and is not used yet is lost.
    #[must_use]
    pub fn into_stream(self) -> S {
        self.stream
    }
}

impl<S: AsyncWrite + Unpin> Connection<S> {
    /// Sends bytes, whatever they are.
    ///
    /// # Errors
    /// Those of the stream.
    pub async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await?;
        // Streams that encrypt may buffer.
        self.stream.flush().await
    }
}

impl<S: AsyncRead + Unpin> Connection<S> {
    /// The next response; interim ones (1xx) are passed over. `to_head` if it answers a HEAD request.
    ///
    /// # Errors
    /// Those of the stream; `UnexpectedEof` when the server closes the connection without a response, `InvalidData`
    /// when what comes is not a whole response.
    pub async fn read_response(&mut self, to_head: bool) -> io::Result<Response> {
        self.input.response(&mut self.stream, to_head).await
    }

    /// The next `count` bytes, whatever they are.
    ///
    /// # Errors
    /// Those of the stream; `UnexpectedEof` when there are fewer.
    pub async fn read_bytes(&mut self, count: usize) -> io::Result<Vec<u8>> {
        while self.input.bytes.len() < count {
            if self.input.receive(&mut self.stream).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(self.input.bytes.drain(..count).collect())
    }

    /// Everything until the server closes or resets the connection.
    pub async fn read_to_end(&mut self) -> Vec<u8> {
        while let Ok(1..) = self.input.receive(&mut self.stream).await {}
        std::mem::take(&mut self.input.bytes)
    }

    /// What comes until the server closes the connection or sends nothing for `patience`: after a response, bytes that
    /// should not be there.
    pub async fn read_surplus(&mut self, patience: Duration) -> Vec<u8> {
        while let Ok(Ok(1..)) = tokio::time::timeout(patience, self.input.receive(&mut self.stream)).await {}
        std::mem::take(&mut self.input.bytes)
    }

    /// The bytes before the start of the next response (`HTTP/1.`), or before the end of the connection: after a
    /// response, bytes that should not be there.
    pub async fn read_until_response(&mut self) -> Vec<u8> {
        const START: &[u8] = b"HTTP/1.";
        loop {
            if let Some(start) = self.input.bytes.windows(START.len()).position(|bytes| bytes == START) {
                return self.input.bytes.drain(..start).collect();
            }
            if !matches!(self.input.receive(&mut self.stream).await, Ok(1..)) {
                return std::mem::take(&mut self.input.bytes);
            }
        }
    }

    /// Waits until the server closes or resets the connection; discards what it sends before.
    pub async fn closed(&mut self) {
        while let Ok(1..) = self.input.receive(&mut self.stream).await {
            self.input.bytes.clear();
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    /// Sends a request and reads its response. Reading starts at once: a server may answer, and stop reading, before it
    /// has seen the whole body. The failure to send a body that the server does not want is not an error.
    ///
    /// # Errors
    /// As [`read_response`](Self::read_response).
    pub async fn exchange(&mut self, request: &[u8], to_head: bool) -> io::Result<Response> {
        let (mut reader, mut writer) = tokio::io::split(&mut self.stream);
        let mut is_sent = false;
        let sending = async {
            // Streams that encrypt may buffer.
            is_sent = writer.write_all(request).await.is_ok() && writer.flush().await.is_ok();
            std::future::pending().await
        };
        let response = tokio::select! {
            response = self.input.response(&mut reader, to_head) => response,
            never = sending => never,
        };
        self.is_reusable = is_sent && response.is_ok() && self.input.keeps_alive;
        response
    }
}

impl Input {
    async fn response(&mut self, stream: &mut (impl AsyncRead + Unpin), to_head: bool) -> io::Result<Response> {
        let mut parser = Parser::new(to_head).max_body(self.max_body);
        self.keeps_alive = false;
        let mut response = Response::default();
        let mut started = false;
        let mut used = 0;
        loop {
            let (length, event) = parser.parse(self.bytes.get(used..).unwrap_or_default())?;
            used += length;
            match event {
                Event::Head(head) => response = head.into(),
                Event::Body(data) => response.body.extend_from_slice(data),
                Event::Complete => {
                    self.bytes.drain(..used);
                    self.keeps_alive = parser.keeps_alive();
                    return Ok(response);
                }
                Event::NeedMore => {
                    self.bytes.drain(..used);
                    started |= used > 0 || !self.bytes.is_empty();
                    used = 0;
                    let received = self.receive(stream).await;
                    match received {
                        Ok(1..) => {}
                        Ok(0) | Err(_) if parser.closed().is_ok() => return Ok(response),
                        Ok(_) if !started => return Err(io::Error::new(io::ErrorKind::UnexpectedEof, NO_RESPONSE)),
                        Err(error) if !started => return Err(error),
                        Ok(_) => parser.closed()?,
                        Err(error) => return Err(io::Error::new(io::ErrorKind::InvalidData, error)),
                    }
                }
            }
        }
    }

    /// Appends what arrives next, and returns how many bytes that are; none at the end.
    async fn receive(&mut self, stream: &mut (impl AsyncRead + Unpin)) -> io::Result<usize> {
        self.bytes.reserve(READ);
        stream.read_buf(&mut self.bytes).await
    }
}

const NO_RESPONSE: &str = "the server closed the connection without a response";

#[cfg(test)]
mod tests;
