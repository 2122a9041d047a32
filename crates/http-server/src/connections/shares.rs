//! Bounds how many of something there are at the same time, in all and per client address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What all connections of a server share.
#[derive(Debug)]
pub(super) struct Shares {
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

impl Shares {
    pub(super) fn new(max: usize, max_per_address: usize) -> Self {
        Self { max, max_per_address, counts: Mutex::default() }
    }

    /// Takes one for this address; `None` if there is none left. Only the bound in all applies to an exempt address.
    pub(super) fn take(self: &Arc<Self>, address: IpAddr, is_exempt: bool) -> Option<Share> {
        let mut counts = self.counts();
        let of_address = counts.addresses.get(&address).copied().unwrap_or_default();
        if counts.total >= self.max || (!is_exempt && of_address >= self.max_per_address) {
            return None;
        }
        counts.total += 1;
        counts.addresses.insert(address, of_address + 1);
        Some(Share(Some((Arc::clone(self), address))))
    }

    fn give_back(&self, address: IpAddr) {
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

/// One of [`Shares`]. It counts until this is dropped; the default counts nowhere.
#[derive(Debug, Default)]
pub(crate) struct Share(Option<(Arc<Shares>, IpAddr)>);

impl Drop for Share {
    fn drop(&mut self) {
        if let Some((shares, address)) = &self.0 {
            shares.give_back(*address);
        }
    }
}
