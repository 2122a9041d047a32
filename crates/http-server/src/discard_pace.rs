//! How fast the server discards what clients still send after an early answer, all connections together.
//!
//! Discarding costs the system a copy of every byte, so clients that send large bodies only to have them refused would
//! take the time of all others. Beyond this pace the server stops reading, and the window of TCP stops the client.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Bytes per second.
const RATE: u32 = 128 * 1024 * 1024;

/// The pace of all connections of a server.
#[derive(Debug, Default)]
pub(crate) struct DiscardPace {
    /// When the bytes discarded so far are paid for.
    paid: Mutex<Option<Instant>>,
}

impl DiscardPace {
    /// Records that this many bytes were discarded, and returns when the same connection may discard more.
    pub(crate) fn discarded(&self, bytes: usize) -> Instant {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let cost = Duration::from_secs_f64(f64::from(bytes) / f64::from(RATE));
        let now = Instant::now();
        let mut paid = self.paid.lock().unwrap_or_else(PoisonError::into_inner);
        let until = paid.map_or(now, |paid| paid.max(now)) + cost;
        *paid = Some(until);
        until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn connections_share_the_pace_and_idle_time_is_not_saved_up() {
        let pace = DiscardPace::default();
        let start = Instant::now();

        assert_eq!(pace.discarded(RATE as usize / 2) - start, Duration::from_millis(500));
        assert_eq!(pace.discarded(RATE as usize / 2) - start, Duration::from_secs(1));
        tokio::time::advance(Duration::from_secs(10)).await;
        assert_eq!(pace.discarded(RATE as usize) - start, Duration::from_secs(11));
    }
}
