//! One counter of the throttle.

use std::time::Duration;

use tokio::time::Instant;

use super::Throttled;
use crate::db::login_throttle::Failures;

/// When to retry an attempt that is rejected only because of attempts in progress.
const IN_PROGRESS_DELAY: Duration = Duration::from_secs(1);

/// Counts failures, and attempts in progress.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counter {
    pub(super) failures: u32,
    pub(super) in_progress: u32,
    /// Changes with every result of an attempt.
    pub(super) version: u32,
    /// When the failures expire.
    expires_at: Option<Instant>,
}

impl Counter {
    /// The counter at `now`, without expired failures.
    pub(super) fn at(mut self, now: Instant) -> Self {
        if self.expires_at.is_some_and(|end| end <= now) {
            self.failures = 0;
            self.expires_at = None;
        }
        self
    }

    /// Checks that one more attempt stays within the limit.
    pub(super) fn check(&self, limit: u32, now: Instant) -> Result<(), Throttled> {
        if self.failures.saturating_add(self.in_progress) < limit {
            return Ok(());
        }
        let wait = match self.expires_at {
            Some(end) if self.failures >= limit => end.saturating_duration_since(now),
            _ => IN_PROGRESS_DELAY,
        };
        Err(Throttled { retry_after: whole_seconds(wait) })
    }

    /// Counts a failure.
    ///
    /// With `prolong`, each failure restarts the window, so that no period as long as the window has more failures than
    /// the limit. Otherwise only the first failure starts the window, so that the occasional failures of many users
    /// behind one address do not add up to a lockout.
    pub(super) fn fail(&mut self, now: Instant, window: Duration, prolong: bool) {
        self.failures = self.failures.saturating_add(1);
        if prolong || self.expires_at.is_none() {
            self.expires_at = now.checked_add(window);
        }
    }

    /// Replaces the failures.
    pub(super) fn set(&mut self, failures: Option<Failures>, now: Instant) {
        self.failures = failures.map_or(0, |failures| failures.count);
        self.expires_at = failures.and_then(|failures| now.checked_add(failures.remaining));
    }

    /// Takes over the failures that are stored, which were read when the counter had this version.
    pub(super) fn merge(&mut self, version: u32, stored: Option<Failures>, now: Instant) {
        let count = stored.map_or(0, |stored| stored.count);
        if self.version == version || count > self.failures {
            self.set(stored, now);
        }
    }

    /// Ends an attempt in progress.
    pub(super) fn release(&mut self) {
        self.in_progress = self.in_progress.saturating_sub(1);
    }

    /// Whether it equals a new counter, apart from its version.
    pub(super) fn is_empty(&self) -> bool {
        self.failures == 0 && self.in_progress == 0
    }
}

/// Rounds up to whole seconds, the unit of the header `Retry-After`; at least one.
fn whole_seconds(wait: Duration) -> Duration {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    Duration::from_secs(seconds.max(1))
}
