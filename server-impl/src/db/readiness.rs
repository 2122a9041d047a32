//! Whether requests can be answered: what is missing for reads, and for writes.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use tokio::time::Instant;

use super::connect_error::ConnectError;
use super::primary::NotPrimary;

/// The shortest time between two checks. Callers in between share the result, so that they use one connection at most,
/// however many they are.
const PERIOD: Duration = Duration::from_millis(100);

/// What is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    /// No server answers.
    #[error("the database is unavailable")]
    Database,
    /// Only a standby answers.
    #[error("the database is a standby: there is no primary")]
    Primary,
    /// The primary refuses writes.
    #[error("the database is read-only")]
    Writable,
    /// The tables are missing.
    #[error("the tables of the database are missing")]
    Schema,
    /// All connections for writes are in use.
    #[error("no connection for writes is free")]
    Connection,
}

impl From<&ConnectError> for Missing {
    fn from(error: &ConnectError) -> Self {
        match error.not_primary() {
            Some(NotPrimary::ReadOnly) => Self::Writable,
            Some(NotPrimary::Standby | NotPrimary::Replaced { .. }) => Self::Primary,
            None => Self::Database,
        }
    }
}

impl ConnectError {
    /// Whether connecting may succeed later without a change of the configuration: the database is not up yet, or
    /// another server is not yet the primary.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::NoServer(errors) => errors.iter().any(Self::is_temporary),
            _ => matches!(
                self,
                Self::Refused { .. }
                    | Self::Unreachable { .. }
                    | Self::NoAnswer { .. }
                    | Self::NotNow { .. }
                    | Self::NotPrimary { .. }
                    | Self::Closed
            ),
        }
    }

    /// Why the server is not usable as the primary, if a server answered.
    pub(super) fn not_primary(&self) -> Option<NotPrimary> {
        match self {
            Self::NotPrimary { reason, .. } => Some(*reason),
            Self::NoServer(errors) => errors.iter().find_map(Self::not_primary),
            _ => None,
        }
    }
}

/// Whether requests can be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// What is missing for reads.
    pub reads: Result<(), Missing>,
    /// What is missing for writes.
    pub writes: Result<(), Missing>,
    /// False if cached credentials should be used, but cannot, because revocations are not received.
    pub revocations: bool,
}

/// The latest check, running or done, and when it began.
#[derive(Default)]
pub(super) struct LatestCheck(Mutex<Option<(Instant, SharedCheck)>>);

type SharedCheck = Shared<BoxFuture<'static, Readiness>>;

impl LatestCheck {
    /// The result of the latest check, or of a new one if that is over and out of date. A check runs to its end, also
    /// when its callers are dropped: they cannot leave connections behind.
    pub(super) async fn get_or_run<F>(&self, check: impl FnOnce() -> F) -> Readiness
    where
        F: Future<Output = Readiness> + Send + 'static,
    {
        let shared = {
            let mut latest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            match &*latest {
                Some((begin, running)) if running.peek().is_none() || begin.elapsed() < PERIOD => running.clone(),
                _ => {
                    let unavailable = Err(Missing::Database);
                    let failed = Readiness { reads: unavailable, writes: unavailable, revocations: false };
                    let task = tokio::spawn(check()).map(move |done| done.unwrap_or(failed));
                    let started = task.boxed().shared();
                    *latest = Some((Instant::now(), started.clone()));
                    started
                }
            }
        };
        shared.await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    const READY: Readiness = Readiness { reads: Ok(()), writes: Ok(()), revocations: true };

    #[tokio::test(start_paused = true)]
    async fn callers_share_a_check_and_a_dropped_caller_does_not_stop_it() {
        let (latest, begun, ended) =
            (LatestCheck::default(), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let check = || {
            let (begun, ended) = (Arc::clone(&begun), Arc::clone(&ended));
            async move {
                begun.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(PERIOD * 3).await;
                ended.fetch_add(1, Ordering::SeqCst);
                READY
            }
        };
        assert!(tokio::time::timeout(PERIOD, latest.get_or_run(check)).await.is_err());
        let callers = futures_util::future::join_all((0..9).map(|_| latest.get_or_run(check)));
        assert_eq!(callers.await, [READY; 9]);
        assert_eq!((begun.load(Ordering::SeqCst), ended.load(Ordering::SeqCst)), (1, 1));

        latest.get_or_run(check).await;
        assert_eq!(begun.load(Ordering::SeqCst), 2);
    }
}
