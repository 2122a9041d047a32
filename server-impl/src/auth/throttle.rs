//! The login throttle: how often a wrong password may be tried.
//!
//! Three counters, each of failed attempts and of attempts under way (OWASP ASVS 5.0, 6.3.1; the figures are those of
//! the default settings, 10 failures and 5 minutes):
//!
//! | counted per | limit | stops |
//! |---|---|---|
//! | account and address | 10 until 5 minutes have passed without a failure | guessing one account's password |
//! | address | 100 in 5 minutes | trying a few passwords on many accounts |
//! | account | 100 in 5 minutes | guessing one account's password from many addresses |
//!
//! Malicious lock-out (ASVS 6.1.1): an address an account has logged in from during the last 30 days is *familiar* to
//! it. There only the first counter rules, and the other two neither count nor refuse. So whoever fails on purpose
//! locks the account for his own address, or with many addresses for all that are not familiar, while its user gets
//! in from the usual place; also when all users seem to come from one address, that of a proxy. What is familiar is
//! kept in memory and is unknown after a restart.
//!
//! An attempt is counted when it is admitted and not when it has failed. So of any number of guesses at the same time
//! no more are computed than the limit has left.
//!
//! The table is bounded, and what is seldom used gives way first. Keys are hashes under a key of this process; no
//! e-mail address is kept. Whether an account exists plays no part.

mod counter;

use std::hash::{BuildHasher as _, Hash as _, Hasher as _, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::StatusCode;
use quick_cache::unsync::Cache;
use tokio::time::Instant;

use crate::error::Error;

use counter::Counter;

/// How many times more a whole address, or a whole account, may fail than one account at one address.
const WIDE_FACTOR: u32 = 10;

/// How long an address stays familiar after a login.
const FAMILIAR_FOR: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// What one has to wait whose attempt would fit if none of those under way failed.
const UNDER_WAY_DELAY: Duration = Duration::from_secs(1);

/// The limits of the login throttle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThrottleSettings {
    /// Failures one account may have at one address; 0 turns the throttle off.
    pub max_failures: u32,
    /// How long failures count.
    pub window: Duration,
    /// Counters that are kept; an attempt uses up to three. One takes some 80 bytes.
    pub capacity: usize,
}

/// Too many attempts have failed.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
#[error("too many failed logins; retry in {} s", retry_after.as_secs())]
pub struct Throttled {
    /// When the next attempt is admitted, in whole seconds, at least one.
    pub retry_after: Duration,
}

impl From<Throttled> for Error {
    fn from(Throttled { retry_after }: Throttled) -> Self {
        let message = "Too many failed logins, try again later";
        Self::RetryLater { status: StatusCode::TOO_MANY_REQUESTS, message, retry_after }
    }
}

/// Counts failed logins. Cheap to clone; the clones share their counters.
#[derive(Clone, Debug)]
pub struct LoginThrottle {
    /// `None` when the throttle is off.
    shared: Option<Arc<Shared>>,
}

impl LoginThrottle {
    /// A throttle that has seen nothing yet.
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

    /// Admits one attempt to log in, and reserves its place until the outcome is reported.
    ///
    /// `account` is the e-mail address as sent; upper and lower case are the same. IPv6 addresses count by their /64
    /// network, which is what one subscriber has.
    ///
    /// # Errors
    /// [`Throttled`] when a limit is reached.
    pub fn admit(&self, account: &str, address: IpAddr) -> Result<Attempt, Throttled> {
        let Some(shared) = &self.shared else {
            return Ok(Attempt { place: None });
        };
        let keys = shared.keys(account, address);
        let familiar = shared.reserve(&keys)?;
        Ok(Attempt { place: Some(Place { shared: Arc::clone(shared), keys, familiar }) })
    }

    /// How many counters are kept, for the metrics.
    #[must_use]
    pub fn counters(&self) -> usize {
        self.shared.as_ref().map_or(0, |shared| shared.lock().len())
    }
}

/// An attempt that was admitted. Dropped without an outcome (the caller left, the server was busy) it counts for
/// nothing.
#[derive(Debug)]
#[must_use = "an attempt that is dropped counts for nothing"]
pub struct Attempt {
    place: Option<Place>,
}

impl Attempt {
    /// Reports a wrong password, or an account that does not exist.
    pub fn failed(mut self) {
        if let Some(place) = self.place.take() {
            place.resolve(Outcome::Failed);
        }
    }

    /// Reports a right password: the failures of this account at this address are forgotten, and the address is
    /// familiar to it from now on. The failures of the address with other accounts stay, or one's own account would
    /// be the means to go on guessing at others.
    pub fn succeeded(mut self) {
        if let Some(place) = self.place.take() {
            place.resolve(Outcome::Succeeded);
        }
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        if let Some(place) = self.place.take() {
            place.resolve(Outcome::Unknown);
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Failed,
    Succeeded,
    Unknown,
}

/// The hashed keys of the three counters of an attempt.
#[derive(Clone, Copy, Debug)]
struct Keys {
    pair: u64,
    address: u64,
    account: u64,
}

impl Keys {
    /// The counters that an attempt touches.
    fn counted(&self, familiar: bool) -> impl Iterator<Item = u64> + use<> {
        let wide = (!familiar).then_some([self.address, self.account]);
        [self.pair].into_iter().chain(wide.into_iter().flatten())
    }
}

/// A reserved place in the counters.
#[derive(Debug)]
struct Place {
    shared: Arc<Shared>,
    keys: Keys,
    /// Whether the address was familiar, in which case only the first counter was touched.
    familiar: bool,
}

impl Place {
    fn resolve(self, outcome: Outcome) {
        let window = self.shared.settings.window;
        let now = Instant::now();
        let mut counters = self.shared.lock();
        for key in self.keys.counted(self.familiar) {
            let mut counter = counters.peek(&key).copied().unwrap_or_default().at(now);
            counter.under_way = counter.under_way.saturating_sub(1);
            let is_pair = key == self.keys.pair;
            match outcome {
                Outcome::Failed => counter.fail(now, window, is_pair),
                Outcome::Succeeded if is_pair => counter.succeed(now + FAMILIAR_FOR),
                Outcome::Succeeded | Outcome::Unknown => {}
            }
            if counter.is_blank() {
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
        // Counters that a panic left half updated are still counters.
        self.counters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keys(&self, account: &str, address: IpAddr) -> Keys {
        let network = network(address);
        let mut account_hash = self.hash_key.build_hasher();
        for letter in account.chars().flat_map(char::to_lowercase) {
            letter.hash(&mut account_hash);
        }
        let account = account_hash.finish();
        // The number keeps the three kinds apart.
        Keys {
            pair: self.hash_key.hash_one((0_u8, account, network)),
            address: self.hash_key.hash_one((1_u8, network)),
            account: self.hash_key.hash_one((2_u8, account)),
        }
    }

    /// Reserves a place in all counters that matter, or in none. Tells whether the address is familiar.
    fn reserve(&self, keys: &Keys) -> Result<bool, Throttled> {
        let narrow = self.settings.max_failures;
        let wide = narrow.saturating_mul(WIDE_FACTOR);
        let now = Instant::now();
        let mut counters = self.lock();
        // `get` and not `peek`: it marks the counter as used, so that a flood of other keys does not push it out.
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
            counter.under_way = counter.under_way.saturating_add(1);
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

/// The network an address counts for: itself, or for IPv6 its /64.
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
