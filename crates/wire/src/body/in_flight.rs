//! The memory that all bodies in flight may take together.
//!
//! A few clients with large bodies must not keep others from sending small ones, nor clients without a credential those
//! with a valid one. So there are three pools. Until the caller is authorized, the first bytes of a body, which are all
//! that most requests have, are taken from one pool, and the rest from another. The third is for authorized callers.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::BodyError;

/// How many bytes at the start of a body are taken from the pool of starts.
pub(super) const START: usize = 4 * 1024;

/// The sizes of the pools in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capacity {
    /// Of the first 4 KiB of all bodies whose caller is not authorized, or not yet.
    pub starts: usize,
    /// Of the rest of these bodies.
    pub unauthorized: usize,
    /// Of all bodies whose caller was authorized before they were complete.
    pub authorized: usize,
}

impl Default for Capacity {
    /// 40 MiB in all: 8 MiB for the starts of 2,048 bodies, 8 MiB, and 24 MiB.
    fn default() -> Self {
        const MIB: usize = 1024 * 1024;
        Self { starts: 8 * MIB, unauthorized: 8 * MIB, authorized: 24 * MIB }
    }
}

/// The pools of a server.
#[derive(Debug)]
pub(super) struct Pools {
    starts: Pool,
    unauthorized: Pool,
    authorized: Pool,
}

impl Pools {
    pub(super) fn new(capacity: Capacity) -> Self {
        let pool = |capacity| Pool { capacity, taken: AtomicUsize::new(0) };
        Self {
            starts: pool(capacity.starts),
            unauthorized: pool(capacity.unauthorized),
            authorized: pool(capacity.authorized),
        }
    }

    /// The bytes that all bodies take.
    pub(super) fn taken(&self) -> usize {
        [&self.starts, &self.unauthorized, &self.authorized].map(|pool| pool.taken.load(Ordering::Relaxed)).iter().sum()
    }

    fn rest(&self, is_authorized: bool) -> &Pool {
        if is_authorized { &self.authorized } else { &self.unauthorized }
    }
}

#[derive(Debug)]
struct Pool {
    capacity: usize,
    taken: AtomicUsize,
}

impl Pool {
    fn take(&self, bytes: usize) -> Result<(), BodyError> {
        let add = |taken: usize| taken.checked_add(bytes).filter(|taken| *taken <= self.capacity);
        match self.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add) {
            Ok(_) => Ok(()),
            Err(_) => Err(BodyError::Busy),
        }
    }

    fn give_back(&self, bytes: usize) {
        self.taken.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// The bytes that one body takes from the pools, until this is dropped.
#[derive(Debug)]
pub struct InFlight {
    pools: Arc<Pools>,
    bytes: usize,
    is_authorized: bool,
}

impl InFlight {
    /// Takes nothing yet.
    pub(super) fn new(pools: &Arc<Pools>) -> Self {
        Self { pools: Arc::clone(pools), bytes: 0, is_authorized: false }
    }

    /// The bytes that are taken.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Takes more bytes, or gives some back, so that this many are taken.
    ///
    /// # Errors
    /// [`BodyError::Busy`] if a pool does not have them; then nothing changes.
    pub(super) fn resize(&mut self, bytes: usize) -> Result<(), BodyError> {
        let (start, rest) = self.split(self.bytes);
        let (new_start, new_rest) = self.split(bytes);
        let rest_pool = self.pools.rest(self.is_authorized);
        if new_start > start {
            self.pools.starts.take(new_start - start)?;
        }
        if new_rest > rest
            && let Err(error) = rest_pool.take(new_rest - rest)
        {
            self.pools.starts.give_back(new_start.saturating_sub(start));
            return Err(error);
        }
        self.pools.starts.give_back(start.saturating_sub(new_start));
        rest_pool.give_back(rest.saturating_sub(new_rest));
        self.bytes = bytes;
        Ok(())
    }

    /// Takes all bytes from the pool of authorized callers from now on.
    ///
    /// # Errors
    /// [`BodyError::Busy`] if that pool does not have the bytes already taken; then nothing changes.
    pub(super) fn authorize(&mut self) -> Result<(), BodyError> {
        if !self.is_authorized {
            let (start, rest) = self.split(self.bytes);
            self.pools.authorized.take(self.bytes)?;
            self.pools.starts.give_back(start);
            self.pools.unauthorized.give_back(rest);
            self.is_authorized = true;
        }
        Ok(())
    }

    /// Divides the bytes of a body into those that are taken from the pool of starts, and the rest.
    fn split(&self, bytes: usize) -> (usize, usize) {
        let start = if self.is_authorized { 0 } else { bytes.min(START) };
        (start, bytes - start)
    }

    /// Whether the caller is authorized.
    pub(super) fn is_authorized(&self) -> bool {
        self.is_authorized
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let (start, rest) = self.split(self.bytes);
        self.pools.starts.give_back(start);
        self.pools.rest(self.is_authorized).give_back(rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pools(starts: usize, unauthorized: usize, authorized: usize) -> Arc<Pools> {
        Arc::new(Pools::new(Capacity { starts, unauthorized, authorized }))
    }

    fn taken(pools: &Pools) -> [usize; 3] {
        [&pools.starts, &pools.unauthorized, &pools.authorized].map(|pool| pool.taken.load(Ordering::Relaxed))
    }

    #[test]
    fn bytes_are_taken_from_the_pools_and_given_back() {
        let pools = pools(10_000, 10_000, 10_000);
        let mut body = InFlight::new(&pools);
        for (bytes, expected) in [(0, [0, 0, 0]), (100, [100, 0, 0]), (5_000, [4_096, 904, 0]), (50, [50, 0, 0])] {
            body.resize(bytes).unwrap();
            assert_eq!((taken(&pools), body.bytes()), (expected, bytes));
        }
        body.resize(5_000).unwrap();
        body.authorize().unwrap();
        assert_eq!(taken(&pools), [0, 0, 5_000]);
        body.resize(6_000).unwrap();
        body.authorize().unwrap();
        assert_eq!(taken(&pools), [0, 0, 6_000]);
        drop(body);
        assert_eq!(taken(&pools), [0, 0, 0]);
    }

    #[test]
    fn a_refusal_changes_nothing() {
        let pools = pools(8_000, 1_000, 1_000);
        let (mut one, mut two) = (InFlight::new(&pools), InFlight::new(&pools));
        one.resize(START + 800).unwrap();
        let before = taken(&pools);
        assert_eq!(two.resize(START), Err(BodyError::Busy), "no start is left");
        assert_eq!(two.resize(3_000), Ok(()));
        assert_eq!(two.resize(START - 500 + 900), Err(BodyError::Busy), "neither a start nor a rest is left");
        two.resize(0).unwrap();
        assert_eq!(taken(&pools), before);
        assert_eq!(one.resize(START + 1_001), Err(BodyError::Busy), "no rest is left");
        assert_eq!((taken(&pools), one.bytes()), (before, START + 800));
    }

    #[test]
    fn large_bodies_without_a_credential_leave_room_for_small_ones_and_for_authorized_callers() {
        let pools = pools(2 * START, 10_000, 10_000);
        let mut large = InFlight::new(&pools);
        large.resize(START + 10_000).unwrap();
        assert_eq!(InFlight::new(&pools).resize(START + 1), Err(BodyError::Busy));
        let mut small = InFlight::new(&pools);
        assert_eq!(small.resize(START), Ok(()));
        assert_eq!(InFlight::new(&pools).resize(1), Err(BodyError::Busy));
        let mut authorized = InFlight::new(&pools);
        authorized.authorize().unwrap();
        assert_eq!(authorized.resize(10_000), Ok(()));
        assert_eq!(large.authorize(), Err(BodyError::Busy), "the other one has taken all");
        assert!(!large.is_authorized());
    }
}
