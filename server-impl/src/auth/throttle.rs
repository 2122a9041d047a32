//! The login throttle: limits how often a wrong password may be tried.
//!
//! Each of three counters limits failed attempts plus attempts in progress (OWASP ASVS 5.0, 6.3.1). The numbers are
//! those of the default settings, 10 failures and 5 minutes:
//!
//! | counter per | limit | stops |
//! |---|---|---|
//! | account and address | 10, until 5 minutes pass without a failure | guessing one account's password |
//! | address | 100 in 5 minutes | trying a few passwords on many accounts |
//! | account | 100 in 5 minutes | guessing one account's password from many addresses |
//!
//! Malicious lockout (ASVS 6.1.1): failing on purpose must not lock users out of their accounts. An address is
//! *familiar* to an account that logged in from it during the last 30 days. For an account at a familiar address only
//! the first counter applies; the other two neither count nor reject. So an attacker can lock an account for the
//! attacker's own address, or, with many addresses, for all unfamiliar ones, but the user can still log in from the
//! usual place. This also holds when all users appear to share one address, that of a proxy: failures with other
//! accounts do not lock out a user who is familiar there. Familiar addresses are kept in memory, and a restart loses
//! them.
//!
//! An attempt counts from the moment it is admitted, not from its failure. So however many guesses arrive at the same
//! time, no more of them are verified than the limit leaves.
//!
//! The table is bounded, and evicts the counters that are rarely used. Its keys are hashes, keyed with a random key of
//! this process; no e-mail address is stored. Existing and unknown accounts are treated the same.

mod counter;

use std::hash::{BuildHasher as _, Hash as _, Hasher as _, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use quick_cache::unsync::Cache;
use tokio::time::Instant;

use crate::error::Error;

use counter::Counter;

/// The limit of the counters per address and per account, as a multiple of the limit per account and address.
const WIDE_FACTOR: u32 = 10;

/// How long an address stays familiar after a login.
const FAMILIAR_FOR: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// When to retry an attempt that is rejected only because of attempts in progress.
const IN_PROGRESS_DELAY: Duration = Duration::from_secs(1);

/// The limits of the login throttle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThrottleSettings {
    /// Failures that one account may have at one address; 0 turns the throttle off.
    pub max_failures: u32,
    /// How long a failure counts.
    pub window: Duration,
    /// Counters that are kept. An attempt uses up to three; each takes about 80 bytes.
    pub capacity: usize,
}

/// Too many attempts have failed, or are in progress.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
#[error("too many failed logins; retry in {} s", retry_after.as_secs())]
pub struct Throttled {
    /// When the next attempt is admitted, in whole seconds, at least one.
    pub retry_after: Duration,
}

impl From<Throttled> for Error {
    fn from(Throttled { retry_after }: Throttled) -> Self {
        Self::too_many_requests("Too many failed logins, try again later", retry_after)
    }
}

/// Counts failed logins. Cheap to clone; the clones share their counters.
#[derive(Clone, Debug)]
pub struct LoginThrottle {
    /// `None` when the throttle is off.
    shared: Option<Arc<Shared>>,
}

impl LoginThrottle {
    /// A throttle without any counters yet.
    #[must_use]
    pub fn new(settings: ThrottleSettings) -> Self {
        let shared = (settings.max_failures > 0).then(|| {
            Arc::new(Shared {
                settings,
                hash_key: RandomState::new(),
                counters: Mutex::new(Cache::new(settings.capacity.max(16))),
            })
        });
        Self { shared }
    }

    /// Admits one attempt to log in, and counts it as in progress until its result is reported.
    ///
    /// `account` is the e-mail address as sent, without regard to case. IPv6 addresses are counted per /64 network, the
    /// usual size of one subscriber's network.
    ///
    /// # Errors
    /// [`Throttled`] when a limit is reached.
    pub fn admit(&self, account: &str, address: IpAddr) -> Result<Attempt, Throttled> {
        let Some(shared) = &self.shared else {
            return Ok(Attempt { reservation: None });
        };
        let keys = shared.keys(account, address);
        let familiar = shared.reserve(&keys)?;
        Ok(Attempt { reservation: Some(Reservation { shared: Arc::clone(shared), keys, familiar }) })
    }

    /// The number of counters in the table.
    #[cfg(test)]
    fn counters(&self) -> usize {
        self.shared.as_ref().map_or(0, |shared| shared.lock().len())
    }
}

/// An attempt that was admitted. If it is dropped without a result (the client disconnected, the server was busy), it
/// is not counted.
#[derive(Debug)]
#[must_use = "an attempt that is dropped is not counted"]
pub struct Attempt {
    reservation: Option<Reservation>,
}

impl Attempt {
    /// Reports that the password was wrong, or that the account does not exist.
    pub fn failed(mut self) {
        if let Some(reservation) = self.reservation.take() {
            reservation.resolve(AttemptResult::Failed);
        }
    }

    /// Reports that the password was correct. This resets the failures of this account at this address, and makes the
    /// address familiar to the account. The failures of the address with other accounts are kept; otherwise an attacker
    /// could reset them by logging in to an account of their own.
    pub fn succeeded(mut self) {
        if let Some(reservation) = self.reservation.take() {
            reservation.resolve(AttemptResult::Succeeded);
        }
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        if let Some(reservation) = self.reservation.take() {
            reservation.resolve(AttemptResult::Unknown);
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum AttemptResult {
    Failed,
    Succeeded,
    Unknown,
}

/// The keys of the three counters of an attempt: hashes.
#[derive(Clone, Copy, Debug)]
struct Keys {
    pair: u64,
    address: u64,
    account: u64,
}

impl Keys {
    /// The keys of the counters that an attempt uses.
    fn counted(&self, familiar: bool) -> impl Iterator<Item = u64> + use<> {
        let wide = (!familiar).then_some([self.address, self.account]);
        [self.pair].into_iter().chain(wide.into_iter().flatten())
    }
}

/// One attempt in progress in each of its counters.
#[derive(Debug)]
struct Reservation {
    shared: Arc<Shared>,
    keys: Keys,
    /// Whether the address was familiar, so that only the first counter is used.
    familiar: bool,
}

impl Reservation {
    fn resolve(self, result: AttemptResult) {
        let window = self.shared.settings.window;
        let now = Instant::now();
        let mut counters = self.shared.lock();
        for key in self.keys.counted(self.familiar) {
            let mut counter = counters.peek(&key).copied().unwrap_or_default().at(now);
            counter.in_progress = counter.in_progress.saturating_sub(1);
            let is_pair = key == self.keys.pair;
            match result {
                AttemptResult::Failed => counter.fail(now, window, is_pair),
                AttemptResult::Succeeded if is_pair => counter.succeed(now + FAMILIAR_FOR),
                AttemptResult::Succeeded | AttemptResult::Unknown => {}
            }
            if counter.is_empty() {
                counters.remove(&key);
            } else {
                counters.insert(key, counter);
            }
        }
    }
}

struct Shared {
    settings: ThrottleSettings,
    hash_key: RandomState,
    counters: Mutex<Cache<u64, Counter>>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Cache<u64, Counter>> {
        // A panic cannot leave a counter in an invalid state.
        self.counters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keys(&self, account: &str, address: IpAddr) -> Keys {
        let network = network(address);
        let mut account_hash = self.hash_key.build_hasher();
        for letter in account.chars().flat_map(char::to_lowercase) {
            letter.hash(&mut account_hash);
        }
        let account = account_hash.finish();
        // The number distinguishes the three kinds of keys.
        Keys {
            pair: self.hash_key.hash_one((0_u8, account, network)),
            address: self.hash_key.hash_one((1_u8, network)),
            account: self.hash_key.hash_one((2_u8, account)),
        }
    }

    /// Adds an attempt in progress to all counters that apply, or to none. Returns whether the address is familiar.
    fn reserve(&self, keys: &Keys) -> Result<bool, Throttled> {
        let narrow = self.settings.max_failures;
        let wide = narrow.saturating_mul(WIDE_FACTOR);
        let now = Instant::now();
        let mut counters = self.lock();
        // `get`, not `peek`, because it marks the counter as used, so that a flood of other keys does not evict it.
        let read = |key: u64| counters.get(&key).copied().unwrap_or_default().at(now);

        let pair = read(keys.pair);
        pair.check(narrow, now)?;
        let familiar = pair.is_familiar();
        if !familiar {
            read(keys.address).check(wide, now)?;
            read(keys.account).check(wide, now)?;
        }
        for key in keys.counted(familiar) {
            let mut counter = counters.peek(&key).copied().unwrap_or_default().at(now);
            counter.in_progress = counter.in_progress.saturating_add(1);
            counters.insert(key, counter);
        }
        Ok(familiar)
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// The network that an address is counted as: an IPv6 address as its /64, an IPv4 address as itself.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            const INTERFACE_BITS: u32 = 64;
            IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> INTERFACE_BITS << INTERFACE_BITS))
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests;
