//! Bounds the streams of HTTP/2 in flight, in all and per client address.
//!
//! A connection of HTTP/2 carries many requests, and each takes memory until its answer is sent. Half as many as
//! connections are served at the same time; a client may send another one again later (RFC 9113, section 8.7).

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The streams of all connections of a server.
#[derive(Debug)]
pub(super) struct Streams {
    max: usize,
    max_per_address: usize,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    total: usize,
    /// Of each address that has any.
    addresses: HashMap<IpAddr, usize>,
}

impl Streams {
    pub(super) fn new(max: usize, max_per_address: usize) -> Self {
        Self { max, max_per_address, counts: Mutex::default() }
    }

    /// Counts a stream of this address; `None` if there are too many.
    pub(super) fn begin(self: &Arc<Self>, address: IpAddr, is_exempt: bool) -> Option<StreamPermit> {
        let mut counts = self.counts();
        let of_address = counts.addresses.get(&address).copied().unwrap_or_default();
        if counts.total >= self.max || (!is_exempt && of_address >= self.max_per_address) {
            return None;
        }
        counts.total += 1;
        counts.addresses.insert(address, of_address + 1);
        Some(StreamPermit(Some((Arc::clone(self), address))))
    }

    fn end(&self, address: IpAddr) {
        let mut counts = self.counts();
        counts.total = counts.total.saturating_sub(1);
        match counts.addresses.get_mut(&address) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(counts.addresses.remove(&address)),
        }
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stream of HTTP/2. It counts until this is dropped; the default counts nowhere.
#[derive(Debug, Default)]
pub(crate) struct StreamPermit(Option<(Arc<Streams>, IpAddr)>);

impl Drop for StreamPermit {
    fn drop(&mut self) {
        if let Some((streams, address)) = &self.0 {
            streams.end(*address);
        }
    }
}
