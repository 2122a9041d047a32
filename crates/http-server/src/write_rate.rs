//! The minimum rate at which a client must take a response.
//!
//! A client that takes next to nothing keeps a connection, and what the server holds for it, as long as it likes. So in
//! each period of [`Limits::write`](crate::Limits::write) in which bytes wait for the client, it must take
//! [`MIN_RATE`] bytes per second on average. A phone in a poor network takes a few thousand, which is several times as
//! many; a client that reads single bytes to keep the connection takes fewer.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::DuplexStream;
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

/// Bytes per second.
const MIN_RATE: u64 = 500;

/// The bytes that a client must take within a period. `sharing` is the number of responses that share the connection,
/// each of which must take its share.
pub(crate) fn min_bytes(period: Duration, sharing: u32) -> u64 {
    let all = u128::from(MIN_RATE) * period.as_millis() / 1000;
    u64::try_from(all / u128::from(sharing.max(1))).unwrap_or(u64::MAX).max(1)
}

/// A socket that can try to write although it is not reported as writable.
pub(crate) trait TryWrite {
    /// Writes what the system takes at once.
    fn try_write_now(&self, bytes: &[u8]) -> io::Result<usize>;
}

impl TryWrite for TcpStream {
    fn try_write_now(&self, bytes: &[u8]) -> io::Result<usize> {
        use rustix::net::{SendFlags, send};
        Ok(send(self, bytes, SendFlags::DONTWAIT | SendFlags::NOSIGNAL)?)
    }
}

/// A pipe in memory is writable as soon as there is room.
impl TryWrite for DuplexStream {
    fn try_write_now(&self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::WouldBlock.into())
    }
}

/// The time since bytes wait to be written to a socket.
#[derive(Debug)]
pub(crate) struct BlockedWrite {
    period: Duration,
    timer: Pin<Box<Sleep>>,
    /// Bytes written in the current period.
    written: u64,
}

impl BlockedWrite {
    /// Begins the first period now.
    pub(crate) fn new(period: Duration) -> Self {
        Self { period, timer: Box::pin(sleep_until(Instant::now() + period)), written: 0 }
    }

    /// Counts bytes that the socket has taken.
    pub(crate) fn add(&mut self, written: usize) {
        self.written += written as u64;
    }

    /// Waits for the end of the period, and fails if the client took too few bytes. Ready with the number of bytes if
    /// some of `bytes` could be written after all.
    pub(crate) fn poll(
        &mut self,
        stream: &impl TryWrite,
        bytes: &[u8],
        context: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.timer.as_mut().poll(context));
            // The system reports a socket as writable only when a third of its buffer is free, which may be a megabyte.
            let written = match stream.try_write_now(bytes) {
                Ok(written) => written,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
                Err(error) => return Poll::Ready(Err(error)),
            };
            self.add(written);
            if self.written < min_bytes(self.period, 1) {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            self.written = 0;
            self.timer.as_mut().reset(Instant::now() + self.period);
            if written > 0 {
                return Poll::Ready(Ok(written));
            }
        }
    }
}
