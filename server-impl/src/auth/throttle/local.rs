//! The counters of this process: attempts in progress, and failures. Where failures are shared, these are the last that
//! are known, which apply while the database is unavailable.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use quick_cache::unsync::Cache;
use tokio::time::Instant;

use super::counter::Counter;
use super::{ThrottleSettings, Throttled};
use crate::db::login_throttle::{Failures, Keys, Stored};

/// The limit of the counters per address and per account, as a multiple of the limit per account and address.
const WIDE_FACTOR: u32 = 10;

/// How long an address stays familiar after a login.
pub(super) const FAMILIAR_FOR: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A login makes its address familiar again if it is familiar for less than this.
const FAMILIARITY_DUE: Duration = Duration::from_secs(29 * 24 * 60 * 60);

/// How an attempt was admitted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Admission {
    /// Whether the address is familiar, so that only the first counter is used.
    pub(super) is_familiar: bool,
    /// For how long.
    familiar_for: Duration,
    /// Whether the account has failures at the address.
    pub(super) has_failures: bool,
    /// Whether no further attempt is admitted after a failure.
    pub(super) is_last: bool,
}

impl Admission {
    /// The keys of the counters that the attempt uses.
    pub(super) fn counted(&self, keys: Keys) -> Vec<i64> {
        if self.is_familiar { vec![keys.pair] } else { vec![keys.pair, keys.address, keys.account] }
    }

    /// Whether a login must be stored, so that the address stays familiar.
    pub(super) fn is_familiarity_due(&self) -> bool {
        self.familiar_for < FAMILIARITY_DUE
    }
}

/// The versions of the counters of an attempt.
pub(super) type Versions = [u32; 3];

/// The counters of this process.
pub(super) struct Counters {
    settings: ThrottleSettings,
    tables: Mutex<Tables>,
}

struct Tables {
    counters: Cache<i64, Counter>,
    /// Until when an address is familiar to an account, by the key of both. Separate, so that failures do not evict it.
    familiar: Cache<i64, Instant>,
}

impl Counters {
    pub(super) fn new(settings: ThrottleSettings) -> Self {
        let capacity = settings.capacity.max(16);
        let tables = Tables { counters: Cache::new(capacity), familiar: Cache::new(capacity) };
        Self { settings, tables: Mutex::new(tables) }
    }

    fn lock(&self) -> MutexGuard<'_, Tables> {
        // A panic cannot leave a counter in an invalid state.
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Checks the limit per account and address, which does not depend on what the database has: whether the address is
    /// familiar. Returns the versions of the counters.
    pub(super) fn check(&self, keys: Keys) -> Result<Versions, Throttled> {
        let now = Instant::now();
        let tables = self.lock();
        tables.counter(keys.pair, now).check(self.settings.max_failures, now)?;
        Ok([keys.pair, keys.address, keys.account].map(|key| tables.counter(key, now).version))
    }

    /// Adds an attempt in progress to all counters that apply, or to none.
    ///
    /// `stored` is what the database has, and the versions of the counters before it was read. It replaces a counter,
    /// unless the result of another attempt has changed the counter since; then the higher number applies.
    pub(super) fn reserve(
        &self,
        keys: Keys,
        may_be_shared: bool,
        stored: Option<(Versions, Stored)>,
    ) -> Result<Admission, Throttled> {
        let now = Instant::now();
        let mut tables = self.lock();
        if let Some((versions, stored)) = stored {
            tables.merge(keys, versions, &stored, now);
        }
        let admission = tables.admit(self.settings, keys, may_be_shared, now)?;
        for key in admission.counted(keys) {
            tables.update(key, now, |counter| counter.in_progress = counter.in_progress.saturating_add(1));
        }
        Ok(admission)
    }

    /// Ends an attempt without a result.
    pub(super) fn release(&self, keys: &[i64]) {
        let now = Instant::now();
        let mut tables = self.lock();
        for key in keys {
            tables.update(*key, now, Counter::release);
        }
    }

    /// Ends an attempt that failed. `counted` are the failures in the database, with this one.
    pub(super) fn fail(&self, keys: &[i64], pair: i64, counted: Option<&[(i64, Failures)]>) {
        let now = Instant::now();
        let mut tables = self.lock();
        for key in keys {
            let stored = counted.unwrap_or_default().iter().find(|(counted, _)| counted == key);
            tables.update(*key, now, |counter| {
                counter.release();
                counter.version = counter.version.wrapping_add(1);
                match stored {
                    Some((_, failures)) => counter.set(Some(*failures), now),
                    None => counter.fail(now, self.settings.window, *key == pair),
                }
            });
        }
    }

    /// Ends an attempt that succeeded.
    pub(super) fn succeed(&self, keys: Keys, counted: &[i64]) {
        let now = Instant::now();
        let mut tables = self.lock();
        for key in counted {
            tables.update(*key, now, |counter| {
                counter.release();
                if *key == keys.pair {
                    counter.version = counter.version.wrapping_add(1);
                    counter.set(None, now);
                }
            });
        }
        tables.familiar.insert(keys.pair, now + FAMILIAR_FOR);
    }

    /// The number of counters in the table.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.lock().counters.len()
    }
}

impl Tables {
    fn counter(&self, key: i64, now: Instant) -> Counter {
        // `get`, not `peek`, because it marks the counter as used, so that a flood of other keys does not evict it.
        self.counters.get(&key).copied().unwrap_or_default().at(now)
    }

    fn update(&mut self, key: i64, now: Instant, change: impl FnOnce(&mut Counter)) {
        let mut counter = self.counters.peek(&key).copied().unwrap_or_default().at(now);
        change(&mut counter);
        if counter.is_empty() {
            self.counters.remove(&key);
        } else {
            self.counters.insert(key, counter);
        }
    }

    fn merge(&mut self, keys: Keys, versions: Versions, stored: &Stored, now: Instant) {
        for (key, version) in [keys.pair, keys.address, keys.account].into_iter().zip(versions) {
            let failures = stored.failures.iter().find(|(stored, _)| *stored == key).map(|(_, failures)| *failures);
            self.update(key, now, |counter| counter.merge(version, failures, now));
        }
        if let Some(remaining) = stored.familiar
            && self.familiar.peek(&keys.pair).is_none_or(|end| *end < now + remaining)
        {
            self.familiar.insert(keys.pair, now + remaining);
        }
    }

    fn admit(
        &self,
        settings: ThrottleSettings,
        keys: Keys,
        may_be_shared: bool,
        now: Instant,
    ) -> Result<Admission, Throttled> {
        let narrow = settings.max_failures;
        let wide = narrow.saturating_mul(WIDE_FACTOR);
        let pair = self.counter(keys.pair, now);
        pair.check(narrow, now)?;
        let familiar_until = self.familiar.get(&keys.pair).filter(|end| **end > now);
        let is_familiar = familiar_until.is_some();
        let mut is_last = false;
        if !is_familiar {
            self.counter(keys.account, now).check(wide, now)?;
            if let Err(throttled) = self.counter(keys.address, now).check(wide, now) {
                if !may_be_shared {
                    return Err(throttled);
                }
                pair.check(1, now)?;
                is_last = true;
            }
        }
        let familiar_for = familiar_until.map_or(Duration::ZERO, |end| end.saturating_duration_since(now));
        Ok(Admission { is_familiar, familiar_for, has_failures: pair.failures > 0, is_last })
    }
}

impl std::fmt::Debug for Counters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Counters").field("settings", &self.settings).finish_non_exhaustive()
    }
}
