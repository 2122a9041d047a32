//! Bounds the open connections, in all and per client address.
//!
//! A connection beyond a bound takes the place of the one that has been idle longest: of the same address, or of any if
//! the server is full. If none is idle, the new connection is closed at once. It is not answered, because reading its
//! request is the work that the bound is there to limit.
//!
//! All clients behind a reverse proxy have the address of the proxy, so [`Connections::exempt`] names the addresses to
//! which only the bound in all applies.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::task::AbortHandle;
use tokio::time::Instant;

/// One address may have this share of all connections.
const SHARE: usize = 4;
/// The connections that one address may have at least, unless fewer are allowed in all.
const MIN_PER_ADDRESS: usize = 16;
/// The pause between two log lines about connections that were closed at once.
const LOG_INTERVAL: Duration = Duration::from_secs(60);

/// The open connections of a server, and how many are allowed.
pub struct Connections {
    max: usize,
    max_per_address: usize,
    is_exempt: Box<dyn Fn(IpAddr) -> bool + Send + Sync>,
    table: Mutex<Table>,
}

/// How many connections there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionCounts {
    /// Connections that are open now.
    pub open: usize,
    /// Idle connections that were closed so far because a new one needed their place.
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
    /// The number of the next connection that becomes idle.
    next: u64,
    displaced: u64,
    refused: u64,
    logged: Option<Instant>,
}

#[derive(Debug, Default)]
struct AddressEntry {
    open: usize,
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
}

impl Connections {
    /// Allows `max` connections in all, and a quarter of them per address, at least 16.
    #[must_use]
    pub fn new(max: usize) -> Self {
        let max_per_address = (max / SHARE).max(MIN_PER_ADDRESS).min(max);
        Self { max, max_per_address, is_exempt: Box::new(|_| false), table: Mutex::default() }
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

    /// Makes room for a new connection; `None` if it must be closed at once. It counts as idle until
    /// [`ConnectionPermit::set_busy`].
    pub(crate) fn admit(self: &Arc<Self>, peer: IpAddr) -> Option<ConnectionPermit> {
        let address = counted(peer);
        let is_exempt = (self.is_exempt)(peer);
        let mut table = self.table();
        let of_address = table.addresses.get(&address).map_or(0, |entry| entry.open);
        let is_address_full = !is_exempt && of_address >= self.max_per_address;
        let has_room = if is_address_full {
            table.displace_one_of(address)
        } else {
            table.open < self.max || table.displace_one()
        };
        if !has_room {
            table.refuse(peer, is_address_full);
            return None;
        }
        table.open += 1;
        table.addresses.entry(address).or_default().open += 1;
        let slot = Arc::default();
        table.set_idle(&slot, address);
        Some(ConnectionPermit { connections: Arc::clone(self), address, slot })
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

    /// Closes the connection of this address that has been idle longest; `false` if none is idle.
    fn displace_one_of(&mut self, address: IpAddr) -> bool {
        let longest = self.addresses.get(&address).and_then(|entry| entry.idle.first().copied());
        longest.is_some_and(|number| self.displace(number))
    }

    /// Closes the connection that has been idle longest; `false` if none is idle.
    fn displace_one(&mut self) -> bool {
        let longest = self.idle.first_key_value().map(|(number, _)| *number);
        longest.is_some_and(|number| self.displace(number))
    }

    fn displace(&mut self, number: u64) -> bool {
        let Some(IdleConnection { address, slot }) = self.idle.remove(&number) else { return false };
        {
            let mut place = slot.place();
            place.is_displaced = true;
            place.idle = None;
            if let Some(task) = place.task.take() {
                task.abort();
            }
        }
        self.displaced += 1;
        self.forget(address, Some(number));
        true
    }

    /// Counts a connection no more.
    fn forget(&mut self, address: IpAddr, idle: Option<u64>) {
        self.open -= 1;
        if let Some(entry) = self.addresses.get_mut(&address) {
            entry.open -= 1;
            if let Some(number) = idle {
                entry.idle.remove(&number);
            }
            if entry.open == 0 {
                self.addresses.remove(&address);
            }
        }
    }

    fn refuse(&mut self, peer: IpAddr, is_address_full: bool) {
        self.refused += 1;
        if self.logged.is_none_or(|last| last.elapsed() >= LOG_INTERVAL) {
            self.logged = Some(Instant::now());
            let reason = if is_address_full { "its address has too many" } else { "the server has too many" };
            tracing::warn!(client = %peer, open = self.open, "closed a new connection: {reason}, and none is idle");
        }
    }
}

impl Slot {
    fn place(&self) -> MutexGuard<'_, Place> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An open connection. It counts until the permit is dropped.
pub(crate) struct ConnectionPermit {
    connections: Arc<Connections>,
    address: IpAddr,
    slot: Arc<Slot>,
}

impl ConnectionPermit {
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
            table.forget(self.address, None);
        }
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
