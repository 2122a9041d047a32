//! Bounds the open connections and the streams of HTTP/2, in all and per client address.
//!
//! A connection beyond the bound of its address takes the place of the one of that address that has been idle longest.
//! If the server is full, it takes a place of the address that has most connections, idle or not, so that a few addresses
//! cannot keep all others out; or else of the connection that has been idle longest. If there is none, the new connection
//! is closed at once. It is not answered, because reading its request is the work that the bound is there to limit.
//!
//! All clients behind a reverse proxy have the address of the proxy, so [`Connections::exempt`] names the addresses to
//! which only the bound in all applies, and whose connections are not taken while they are in use.

mod permit;
mod shares;

pub(crate) use permit::ConnectionPermit;
pub(crate) use shares::Share;

use crate::discard_pace::DiscardPace;
use shares::Shares;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep};

/// One address may have this share of all connections.
const SHARE: usize = 4;
/// The connections that one address may have at least, unless fewer are allowed in all. An address with fewer never loses
/// one that is in use.
const MIN_PER_ADDRESS: usize = 16;
/// Requests whose rest may be discarded at the same time, so that their clients can read the early answer. Each keeps the
/// buffers of its connection; those of other clients are closed at once.
const MAX_DISCARDS: usize = 256;
/// How many displaced connections may be closing while new ones are accepted.
const MAX_CLOSING: usize = 32;
/// The time to let them close.
const CLOSING_PAUSE: Duration = Duration::from_millis(1);
/// The pause between two log lines about connections that were closed at once.
const LOG_INTERVAL: Duration = Duration::from_secs(60);

/// The open connections of a server, and how many are allowed.
pub struct Connections {
    max: usize,
    max_per_address: usize,
    is_exempt: Box<dyn Fn(IpAddr) -> bool + Send + Sync>,
    table: Mutex<Table>,
    /// Streams of HTTP/2 in flight. A connection carries many requests, and each takes memory until its answer is sent. Half
    /// as many as connections are served at the same time; a client may send another one again later (RFC 9113, section
    /// 8.7).
    streams: Arc<Shares>,
    discards: Arc<Shares>,
    discard_pace: DiscardPace,
}

/// How many connections there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionCounts {
    /// Connections that are open now.
    pub open: usize,
    /// Connections that were closed so far because a new one needed their place.
    pub displaced: u64,
    /// New connections that were closed at once so far.
    pub refused: u64,
}

#[derive(Debug, Default)]
struct Table {
    open: usize,
    addresses: HashMap<IpAddr, AddressEntry>,
    /// The idle connections, those that became idle first at the beginning.
    idle: BTreeMap<u64, IdleConnection>,
    /// The next number of a connection, or of one that becomes idle.
    next: u64,
    displaced: u64,
    /// Displaced connections whose sockets are still open.
    closing: usize,
    refused: u64,
    logged: Option<Instant>,
}

#[derive(Debug, Default)]
struct AddressEntry {
    is_exempt: bool,
    /// Its connections, the oldest at the beginning.
    open: BTreeMap<u64, Arc<Slot>>,
    /// Its connections in [`Table::idle`].
    idle: BTreeSet<u64>,
}

#[derive(Debug)]
struct IdleConnection {
    address: IpAddr,
    slot: Arc<Slot>,
}

/// The state of one connection in the table.
#[derive(Debug, Default)]
struct Slot {
    /// Its number in [`AddressEntry::open`].
    number: u64,
    /// Changed only under the lock of the table.
    is_idle: AtomicBool,
    place: Mutex<Place>,
}

#[derive(Debug, Default)]
struct Place {
    /// Its number in [`Table::idle`] while it is idle.
    idle: Option<u64>,
    /// Ends its task.
    task: Option<AbortHandle>,
    /// Whether it was closed for another one, and counts no more.
    is_displaced: bool,
    /// Whether its socket is closed. What belongs to its requests may live longer.
    is_closed: bool,
}

impl Connections {
    /// Allows `max` connections in all, and a quarter of them per address, at least 16.
    #[must_use]
    pub fn new(max: usize) -> Self {
        let max_per_address = (max / SHARE).max(MIN_PER_ADDRESS).min(max);
        Self {
            max,
            max_per_address,
            is_exempt: Box::new(|_| false),
            table: Mutex::default(),
            streams: Arc::new(Shares::new(max / 2, max_per_address / 2)),
            discards: Arc::new(Shares::new(MAX_DISCARDS, MAX_DISCARDS / SHARE)),
            discard_pace: DiscardPace::default(),
        }
    }

    /// Exempts addresses, such as those of reverse proxies, from the bound per address.
    #[must_use]
    pub fn exempt(mut self, is_exempt: impl Fn(IpAddr) -> bool + Send + Sync + 'static) -> Self {
        self.is_exempt = Box::new(is_exempt);
        self
    }

    /// How many connections there are.
    #[must_use]
    pub fn counts(&self) -> ConnectionCounts {
        let table = self.table();
        ConnectionCounts { open: table.open, displaced: table.displaced, refused: table.refused }
    }

    /// Returns when few displaced connections are still closing: otherwise a burst of new connections would use up the
    /// descriptors before those are closed.
    pub(crate) async fn displaced_are_closed(&self) {
        while self.table().closing >= MAX_CLOSING {
            sleep(CLOSING_PAUSE).await;
        }
    }

    /// Makes room for a new connection; `None` if it must be closed at once. It counts as idle until
    /// [`ConnectionPermit::set_busy`].
    pub(crate) fn admit(self: &Arc<Self>, peer: IpAddr) -> Option<ConnectionPermit> {
        let address = counted(peer);
        let is_exempt = (self.is_exempt)(peer);
        let mut table = self.table();
        let of_address = if is_exempt { 0 } else { table.open_of(address) };
        let is_address_full = of_address >= self.max_per_address;
        let has_room = if is_address_full {
            table.displace_idle_of(address)
        } else {
            table.open < self.max || table.displace_of_heaviest(of_address) || table.displace_idle(of_address)
        };
        if !has_room {
            table.refuse(peer, is_address_full);
            return None;
        }
        let slot = table.add(address, is_exempt);
        table.set_idle(&slot, address);
        Some(ConnectionPermit::new(Arc::clone(self), address, is_exempt, slot))
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Connections {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Connections")
            .field("max", &self.max)
            .field("counts", &self.counts())
            .finish_non_exhaustive()
    }
}

impl Table {
    fn set_idle(&mut self, slot: &Arc<Slot>, address: IpAddr) {
        let mut place = slot.place();
        if place.idle.is_some() || place.is_displaced {
            return;
        }
        let number = self.next;
        self.next += 1;
        place.idle = Some(number);
        slot.is_idle.store(true, Ordering::Release);
        self.idle.insert(number, IdleConnection { address, slot: Arc::clone(slot) });
        self.addresses.entry(address).or_default().idle.insert(number);
    }

    fn set_busy(&mut self, slot: &Slot, address: IpAddr) {
        if let Some(number) = slot.place().idle.take() {
            slot.is_idle.store(false, Ordering::Release);
            self.idle.remove(&number);
            if let Some(entry) = self.addresses.get_mut(&address) {
                entry.idle.remove(&number);
            }
        }
    }

    fn open_of(&self, address: IpAddr) -> usize {
        self.addresses.get(&address).map_or(0, |entry| entry.open.len())
    }

    fn add(&mut self, address: IpAddr, is_exempt: bool) -> Arc<Slot> {
        let slot = Arc::new(Slot { number: self.next, ..Slot::default() });
        self.next += 1;
        self.open += 1;
        let entry = self.addresses.entry(address).or_default();
        entry.is_exempt = is_exempt;
        entry.open.insert(slot.number, Arc::clone(&slot));
        slot
    }

    /// Closes the connection of this address that has been idle longest; `false` if none is idle.
    fn displace_idle_of(&mut self, address: IpAddr) -> bool {
        let longest = self.addresses.get(&address).and_then(|entry| entry.idle.first().copied());
        let slot = longest.and_then(|number| self.idle.get(&number)).map(|idle| Arc::clone(&idle.slot));
        slot.is_some_and(|slot| self.displace(&slot, address))
    }

    /// Closes a connection of the address that has most, unless that are few, or as many as the new connection's address
    /// has: the one that has been idle longest, or else the oldest.
    fn displace_of_heaviest(&mut self, of_address: usize) -> bool {
        let most = |(_, entry): &(&IpAddr, &AddressEntry)| entry.open.len();
        let Some((&address, entry)) = self.addresses.iter().filter(|(_, entry)| !entry.is_exempt).max_by_key(most)
        else {
            return false;
        };
        if entry.open.len() <= MIN_PER_ADDRESS.max(of_address + 1) {
            return false;
        }
        let oldest = entry.open.first_key_value().map(|(_, slot)| Arc::clone(slot));
        self.displace_idle_of(address) || oldest.is_some_and(|slot| self.displace(&slot, address))
    }

    /// Closes the connection that has been idle longest; `false` if none is idle. An address with many connections does
    /// not take the place of one with fewer.
    fn displace_idle(&mut self, of_address: usize) -> bool {
        let longest = self.idle.first_key_value().map(|(_, idle)| (Arc::clone(&idle.slot), idle.address));
        longest.is_some_and(|(slot, address)| {
            (of_address < MIN_PER_ADDRESS || of_address <= self.open_of(address)) && self.displace(&slot, address)
        })
    }

    fn displace(&mut self, slot: &Slot, address: IpAddr) -> bool {
        self.set_busy(slot, address);
        {
            let mut place = slot.place();
            place.is_displaced = true;
            self.closing += usize::from(!place.is_closed);
            if let Some(task) = place.task.take() {
                task.abort();
            }
        }
        self.displaced += 1;
        self.forget(slot, address);
        true
    }

    /// Counts a connection no more.
    fn forget(&mut self, slot: &Slot, address: IpAddr) {
        self.open -= 1;
        if let Some(entry) = self.addresses.get_mut(&address) {
            entry.open.remove(&slot.number);
            if entry.open.is_empty() {
                self.addresses.remove(&address);
            }
        }
    }

    fn refuse(&mut self, peer: IpAddr, is_address_full: bool) {
        self.refused += 1;
        if self.logged.is_none_or(|last| last.elapsed() >= LOG_INTERVAL) {
            self.logged = Some(Instant::now());
            let reason = if is_address_full { "its address has too many" } else { "the server has too many" };
            tracing::warn!(client = %peer, open = self.open, "closed a new connection: {reason}, and none can give way");
        }
    }
}

impl Slot {
    fn place(&self) -> MutexGuard<'_, Place> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The address that is counted: of IPv6 the first 64 bits, because a client has all addresses of such a network.
fn counted(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => {
            let network = u128::from(address) & !u128::from(u64::MAX);
            IpAddr::V6(Ipv6Addr::from(network))
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests;
