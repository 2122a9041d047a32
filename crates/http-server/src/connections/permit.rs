//! The places that an open connection and its socket take.

use super::{Connections, Share, Slot};
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::task::AbortHandle;
use tokio::time::Instant;

/// An open connection. It counts until the permit is dropped.
pub(crate) struct ConnectionPermit {
    connections: Arc<Connections>,
    address: IpAddr,
    is_exempt: bool,
    slot: Arc<Slot>,
}

impl ConnectionPermit {
    pub(super) fn new(connections: Arc<Connections>, address: IpAddr, is_exempt: bool, slot: Arc<Slot>) -> Self {
        Self { connections, address, is_exempt, slot }
    }

    /// Counts a stream of this connection; `None` if there are too many.
    pub(crate) fn begin_stream(&self) -> Option<Share> {
        self.connections.streams.take(self.address, self.is_exempt)
    }

    /// Counts a request of this connection whose rest is discarded; `None` if there are too many.
    pub(crate) fn begin_discard(&self) -> Option<Share> {
        self.connections.discards.take(self.address, self.is_exempt)
    }

    /// Records that bytes of this connection were discarded: see [`DiscardPace::discarded`].
    pub(crate) fn discarded(&self, bytes: usize) -> Instant {
        self.connections.discard_pace.discarded(bytes)
    }

    /// Names the task that serves the connection, which ends when another connection needs the place.
    pub(crate) fn task_setter(&self) -> impl FnOnce(AbortHandle) + use<> {
        let slot = Arc::clone(&self.slot);
        move |task| {
            let mut place = slot.place();
            if place.is_displaced {
                task.abort();
            } else {
                place.task = Some(task);
            }
        }
    }

    /// Goes with the socket of the connection.
    pub(crate) fn socket_guard(&self) -> SocketGuard {
        SocketGuard { connections: Arc::clone(&self.connections), slot: Arc::clone(&self.slot) }
    }

    /// The connection may be closed for another one.
    pub(crate) fn set_idle(&self) {
        self.connections.table().set_idle(&self.slot, self.address);
    }

    /// The connection is in use.
    #[inline]
    pub(crate) fn set_busy(&self) {
        if self.slot.is_idle.load(Ordering::Acquire) {
            self.connections.table().set_busy(&self.slot, self.address);
        }
    }
}

impl fmt::Debug for ConnectionPermit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ConnectionPermit").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        let mut table = self.connections.table();
        table.set_busy(&self.slot, self.address);
        let is_displaced = self.slot.place().is_displaced;
        if !is_displaced {
            table.forget(&self.slot, self.address);
        }
    }
}

/// The socket of a connection is open until this is dropped.
pub(crate) struct SocketGuard {
    connections: Arc<Connections>,
    slot: Arc<Slot>,
}

impl Drop for SocketGuard {
    fn drop(&mut self) {
        let mut table = self.connections.table();
        let mut place = self.slot.place();
        place.is_closed = true;
        table.closing -= usize::from(place.is_displaced);
    }
}
