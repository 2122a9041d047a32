//! The connection to a pooler, as bytes.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, TlsStream};

use super::rewriter::Rewriter;

/// How much is read at a time.
const CHUNK: usize = 8 * 1024;

/// A stream whose bytes are rewritten in both directions, if it leads to a pooler. Wrap the stream after the
/// negotiation of TLS.
pub(in crate::db) struct PoolerStream<S> {
    inner: S,
    rewriter: Option<Rewriter>,
    to_send: BytesMut,
    received: BytesMut,
}

impl<S> PoolerStream<S> {
    /// Without a rewriter, all bytes pass unchanged.
    pub(in crate::db) fn new(inner: S, rewriter: Option<Rewriter>) -> Self {
        Self { inner, rewriter, to_send: BytesMut::new(), received: BytesMut::new() }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for PoolerStream<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let Some(rewriter) = &mut this.rewriter else { return Pin::new(&mut this.inner).poll_read(context, buffer) };
        while this.received.is_empty() {
            let mut chunk = [0; CHUNK];
            let mut chunk = ReadBuf::new(&mut chunk);
            ready!(Pin::new(&mut this.inner).poll_read(context, &mut chunk))?;
            if chunk.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            rewriter.receive(chunk.filled(), &mut this.received)?;
        }
        let taken = this.received.len().min(buffer.remaining());
        buffer.put_slice(&this.received[..taken]);
        this.received.advance(taken);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> PoolerStream<S> {
    fn poll_send(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.to_send.is_empty() {
            let sent = ready!(Pin::new(&mut self.inner).poll_write(context, &self.to_send))?;
            if sent == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.to_send.advance(sent);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for PoolerStream<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.rewriter.is_none() {
            return Pin::new(&mut this.inner).poll_write(context, bytes);
        }
        // Takes nothing before what it has taken is sent, so that no more than one write is stored.
        ready!(this.poll_send(context))?;
        if let Some(rewriter) = &mut this.rewriter {
            rewriter.send(bytes, &mut this.to_send)?;
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_send(context))?;
        Pin::new(&mut this.inner).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_send(context))?;
        Pin::new(&mut this.inner).poll_shutdown(context)
    }
}

impl<S: TlsStream + Unpin> TlsStream for PoolerStream<S> {
    fn channel_binding(&self) -> ChannelBinding {
        self.inner.channel_binding()
    }
}
