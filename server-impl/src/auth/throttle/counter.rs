//! One counter of the login throttle.

use std::time::Duration;

use tokio::time::Instant;

use super::{IN_PROGRESS_DELAY, Throttled};

/// Counts failures, and attempts in progress.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counter {
    failures: u32,
    pub(super) in_progress: u32,
    /// When the failures expire.
    expires_at: Option<Instant>,
    /// The time until which the address is familiar to the account. Only set in counters per account and address.
    familiar_until: Option<Instant>,
}

impl Counter {
    /// The counter at `now`, without expired failures and familiarity.
    pub(super) fn at(mut self, now: Instant) -> Self {
        if self.expires_at.is_some_and(|end| end <= now) {
            self.failures = 0;
            self.expires_at = None;
        }
        self.familiar_until = self.familiar_until.filter(|end| *end > now);
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

    /// Resets the failures.
    pub(super) fn succeed(&mut self, familiar_until: Instant) {
        self.failures = 0;
        self.expires_at = None;
        self.familiar_until = Some(familiar_until);
    }

    pub(super) fn is_familiar(&self) -> bool {
        self.familiar_until.is_some()
    }

    /// Whether it equals a new counter.
    pub(super) fn is_empty(&self) -> bool {
        self.failures == 0 && self.in_progress == 0 && !self.is_familiar()
    }
}

/// Rounds up to whole seconds, the unit of the header `Retry-After`; at least one.
fn whole_seconds(wait: Duration) -> Duration {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    Duration::from_secs(seconds.max(1))
}
