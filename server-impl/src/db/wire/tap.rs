//! Makes the SQLSTATE of an error visible past diesel.
//!
//! diesel's error has the message, detail, hint, table, column and constraint of the database's error, but not its
//! SQLSTATE. A [`Tapped`] stream sits between the socket and tokio-postgres: in every `ErrorResponse` it replaces the
//! column by the SQLSTATE, so each error has its own. All other messages pass unchanged, and are not copied.
//!
//! Source: PostgreSQL manual, "Message Formats" and "Error and Notice Message Fields".

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, TlsStream};

use super::error_response::ErrorResponse;

/// A type byte and a length, which counts itself.
pub(super) const HEADER: usize = 5;

/// A connection to the database, with the SQLSTATE of each error in the field of the column.
///
/// Wrap the stream after the negotiation of TLS, whose answer is no message.
pub(in crate::db) struct Tapped<S> {
    stream: S,
    incoming: Incoming,
}

impl<S> Tapped<S> {
    pub(in crate::db) fn new(stream: S) -> Self {
        Self { stream, incoming: Incoming::default() }
    }
}

/// What was received from the database.
#[derive(Default)]
struct Incoming {
    messages: Messages,
    /// The error that is being received.
    error: Option<ErrorResponse>,
    /// Bytes for the reader, from the first error of a read on.
    pending: Vec<u8>,
    /// How many of them the reader has.
    delivered: usize,
}

impl Incoming {
    /// How many of the bytes received may pass as they are.
    fn pass(&mut self, bytes: &[u8]) -> usize {
        if self.error.is_some() { 0 } else { self.messages.pass(bytes) }
    }

    /// Takes over the bytes from the beginning of an error on.
    fn rewrite(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let mut error = self.error.take().unwrap_or_default();
            bytes = &bytes[error.take(bytes)..];
            if !error.is_complete() {
                self.error = Some(error);
                return;
            }
            error.write_to(&mut self.pending);
            let (passed, rest) = bytes.split_at(self.messages.pass(bytes));
            self.pending.extend_from_slice(passed);
            bytes = rest;
        }
    }

    fn deliver(&mut self, buffer: &mut ReadBuf<'_>) {
        let pending = &self.pending[self.delivered..];
        let count = pending.len().min(buffer.remaining());
        buffer.put_slice(&pending[..count]);
        self.delivered += count;
        if self.delivered == self.pending.len() {
            self.pending = Vec::new();
            self.delivered = 0;
        }
    }
}

/// The position in a stream of messages, of which any number of bytes is received at a time.
#[derive(Default)]
struct Messages {
    header: [u8; HEADER],
    /// How many bytes of the header were received.
    received: usize,
    /// How many bytes of the body are missing.
    body: usize,
}

impl Messages {
    /// How many bytes belong to other messages than the next error.
    fn pass(&mut self, bytes: &[u8]) -> usize {
        let mut at = 0;
        while at < bytes.len() {
            if self.body > 0 {
                let count = self.body.min(bytes.len() - at);
                self.body -= count;
                at += count;
            } else if self.received == 0 && bytes[at] == ErrorResponse::TYPE {
                break;
            } else {
                self.header[self.received] = bytes[at];
                self.received += 1;
                at += 1;
                if self.received == HEADER {
                    self.received = 0;
                    self.body = body_length(self.header);
                }
            }
        }
        at
    }
}

/// How many bytes follow a header. tokio-postgres rejects a length of less than 4.
pub(super) fn body_length(header: [u8; HEADER]) -> usize {
    let [_, a, b, c, d] = header;
    (u32::from_be_bytes([a, b, c, d]) as usize).saturating_sub(4)
}

impl<S: AsyncRead + Unpin> AsyncRead for Tapped<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let Self { stream, incoming } = self.get_mut();
        let start = buffer.filled().len();
        while incoming.pending.is_empty() {
            ready!(Pin::new(&mut *stream).poll_read(context, buffer))?;
            let received = &buffer.filled()[start..];
            let passed = incoming.pass(received);
            if passed == received.len() {
                return Poll::Ready(Ok(()));
            }
            incoming.rewrite(&received[passed..]);
            buffer.set_filled(start + passed);
            if passed > 0 {
                break;
            }
        }
        incoming.deliver(buffer);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Tapped<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl<S: TlsStream + Unpin> TlsStream for Tapped<S> {
    fn channel_binding(&self) -> ChannelBinding {
        self.stream.channel_binding()
    }
}
