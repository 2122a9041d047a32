//! The counters that the processes of one database share.
//!
//! Each attempt reads them while its user is looked up. A failure is written before its response, a success only if it
//! resets failures. So a login without failures before it waits for no write, and two processes that a client tries in
//! turn admit as many attempts as one. While the database cannot be read or written, the counters of this process apply.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::keys::HashKey;
use super::local::FAMILIAR_FOR;
use crate::db::login_throttle::{self, Failures, Keys, Stored};
use crate::db::{Database, DbError};

/// The shortest time between two removals of expired rows.
const PURGE_INTERVAL: Duration = Duration::from_secs(60);

/// The shared counters.
pub(super) struct SharedCounters {
    database: Database,
    is_failing: AtomicBool,
    purged_at: Mutex<Instant>,
}

impl SharedCounters {
    /// The counters in this database, and the key of their hashes. None, and a line in the log, if it has no tables for
    /// them.
    pub(super) async fn open(database: &Database, is_upstream: bool) -> Option<(Self, HashKey)> {
        if is_upstream {
            tracing::info!(
                "failed logins are counted by each process for itself: the database of upstream Immich has no table \
                 for them"
            );
            return None;
        }
        let key = async { login_throttle::hash_key(&database.reader()?).await };
        let reason = match key.await {
            Ok(Some(key)) => {
                let shared = Self {
                    database: database.clone(),
                    is_failing: AtomicBool::new(false),
                    purged_at: Mutex::new(Instant::now()),
                };
                return Some((shared, HashKey::new(key)));
            }
            Ok(None) => "the table login_hash_key is empty".to_owned(),
            Err(error) => crate::error::chain(&error),
        };
        tracing::warn!(
            reason,
            "failed logins are counted by each process for itself: could not read the shared counters; run \
             `immich-server migrate`, then restart"
        );
        None
    }

    /// What is stored about an attempt; none if the database is unavailable.
    pub(super) async fn read(&self, keys: Keys) -> Option<Stored> {
        let read = async { login_throttle::read(&self.database.reader()?, keys).await };
        self.report(read.await)
    }

    /// Counts a failure, and returns the new counts; none if the database is unavailable.
    pub(super) async fn add_failure(&self, keys: &[i64], pair: i64, window: Duration) -> Option<Vec<(i64, Failures)>> {
        let add = async { login_throttle::add_failure(&mut self.database.writer().await?, keys, pair, window).await };
        self.report(add.await)
    }

    /// Resets failures.
    pub(super) async fn reset(&self, key: i64) {
        let reset = async { login_throttle::reset(&mut self.database.writer().await?, key).await };
        self.report(reset.await);
    }

    /// Makes the address of a login familiar. The login does not wait for it.
    pub(super) fn remember_in_background(&self, keys: Keys) {
        let database = self.database.clone();
        tokio::spawn(async move {
            let remember = async { login_throttle::remember(&mut database.writer().await?, keys, FAMILIAR_FOR).await };
            if let Err(error) = remember.await {
                tracing::debug!(error = crate::error::chain(&error), "could not store the address of a login");
            }
        });
    }

    /// Removes expired rows, at most once a minute.
    pub(super) fn purge_in_background(&self) {
        {
            let mut purged_at = self.purged_at.lock().unwrap_or_else(PoisonError::into_inner);
            if purged_at.elapsed() < PURGE_INTERVAL {
                return;
            }
            *purged_at = Instant::now();
        }
        let database = self.database.clone();
        tokio::spawn(async move {
            let purge = async { login_throttle::purge(&mut database.writer().await?).await };
            if let Err(error) = purge.await {
                tracing::debug!(error = crate::error::chain(&error), "could not remove expired failed logins");
            }
        });
    }

    /// Logs when the counters become unavailable, and when they are available again.
    fn report<T>(&self, result: Result<T, DbError>) -> Option<T> {
        let is_failing = result.is_err();
        let was_failing = self.is_failing.swap(is_failing, Ordering::Relaxed);
        match result {
            Ok(value) => {
                if was_failing {
                    tracing::info!("the shared counters of failed logins are available again");
                }
                Some(value)
            }
            Err(error) => {
                if !was_failing {
                    tracing::warn!(
                        error = crate::error::chain(&error),
                        "the shared counters of failed logins are unavailable; counting in this process only"
                    );
                }
                None
            }
        }
    }
}

impl std::fmt::Debug for SharedCounters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SharedCounters(..)")
    }
}
