//! One counter of the login throttle.

use std::time::Duration;

use tokio::time::Instant;

use super::{Throttled, UNDER_WAY_DELAY};

/// Failures, and attempts whose outcome is not known yet.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counter {
    failures: u32,
    pub(super) under_way: u32,
    /// When the failures are forgotten.
    forget_at: Option<Instant>,
    /// Until when the address is familiar to the account. Only for the two together.
    familiar_until: Option<Instant>,
}

impl Counter {
    /// The counter as it is at `now`, without what has expired.
    pub(super) fn at(mut self, now: Instant) -> Self {
        if self.forget_at.is_some_and(|end| end <= now) {
            self.failures = 0;
            self.forget_at = None;
        }
        self.familiar_until = self.familiar_until.filter(|end| *end > now);
        self
    }

    /// Whether one more attempt stays within the limit.
    pub(super) fn check(&self, limit: u32, now: Instant) -> Result<(), Throttled> {
        if self.failures.saturating_add(self.under_way) < limit {
            return Ok(());
        }
        let wait = match self.forget_at {
            Some(end) if self.failures >= limit => end.saturating_duration_since(now),
            _ => UNDER_WAY_DELAY,
        };
        Err(Throttled { retry_after: whole_seconds(wait) })
    }

    /// Counts a failure. `prolong`: each failure starts the window anew, so that no stretch of time as long as the
    /// window can hold more failures than the limit. Otherwise the first one starts it, so that many users behind one
    /// address, who fail now and then, do not add up to a lock.
    pub(super) fn fail(&mut self, now: Instant, window: Duration, prolong: bool) {
        self.failures = self.failures.saturating_add(1);
        if prolong || self.forget_at.is_none() {
            self.forget_at = now.checked_add(window);
        }
    }

    /// Forgets the failures.
    pub(super) fn succeed(&mut self, familiar_until: Instant) {
        self.failures = 0;
        self.forget_at = None;
        self.familiar_until = Some(familiar_until);
    }

    pub(super) fn is_familiar(&self) -> bool {
        self.familiar_until.is_some()
    }

    /// Whether it says nothing that a new counter does not say.
    pub(super) fn is_blank(&self) -> bool {
        self.failures == 0 && self.under_way == 0 && !self.is_familiar()
    }
}

/// Rounds up, as the header `Retry-After` wants it; at least one.
fn whole_seconds(wait: Duration) -> Duration {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    Duration::from_secs(seconds.max(1))
}
