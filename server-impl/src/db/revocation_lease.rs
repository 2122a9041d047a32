//! Decides whether a cached read from the database may still be used.
//!
//! A cached credential is used only while this process is certain to receive every revocation. Two mechanisms ensure
//! this:
//!
//! - **A lease.** The listener ([`super::listener`]) sends a query on the connection on which it receives revocations.
//!   The database sends notifications before it answers, so an answer shows that every revocation was received that was
//!   committed before the query was *sent*. From that moment, for the length of [`LEASE`], cached credentials may be
//!   used. If a notification is lost with its connection, or the process was suspended, the lease expires by itself.
//! - **Versions.** All changes are counted. What is read carries the count from before the read ([`Version`]), and is
//!   not current once its user has changed. So the answer to a read that overlaps with a revocation is not current when
//!   it arrives, without a lock.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use time::OffsetDateTime;
use tokio::sync::Notify;
use uuid::Uuid;

/// How long an answer of the database extends the lease. No process accepts a revoked credential for longer.
pub const LEASE: Duration = Duration::from_millis(40);

/// The number of counters that the users share. After a change of one user, all users with the same counter are read
/// again.
const COUNTS: usize = 1024;

/// Which reads are current. All fields are atomic: requests never wait for the listener.
pub struct RevocationLease {
    begin: Instant,
    /// When the lease expires, in microseconds since `begin`.
    lease: AtomicU64,
    /// The database's clock at `begin`, in microseconds of Unix time.
    clock: AtomicI64,
    /// Counts all changes.
    changes: AtomicU64,
    /// The count at the last change that may affect any user.
    all_changed: AtomicU64,
    /// The count at the last change of the users of each slot.
    users_changed: Box<[AtomicU64]>,
    hasher: RandomState,
    requested: AtomicBool,
    request: Notify,
}

/// A position in the sequence of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(u64);

impl RevocationLease {
    pub(crate) fn new() -> Self {
        Self {
            begin: Instant::now(),
            lease: AtomicU64::new(0),
            clock: AtomicI64::new(0),
            changes: AtomicU64::new(0),
            all_changed: AtomicU64::new(0),
            users_changed: (0..COUNTS).map(|_| AtomicU64::new(0)).collect(),
            hasher: RandomState::new(),
            requested: AtomicBool::new(false),
            request: Notify::new(),
        }
    }

    /// The current version: take it before a read.
    #[must_use]
    pub fn version(&self) -> Version {
        Version(self.changes.load(Ordering::SeqCst))
    }

    /// Whether the lease is valid, so that cached credentials may be used. Also requests that the listener renews it.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        if !self.requested.load(Ordering::Relaxed) && !self.requested.swap(true, Ordering::Relaxed) {
            self.request.notify_one();
        }
        self.is_valid_at(self.now())
    }

    /// Whether what was read of this user at version `read` is current: the user has not changed, and by the database's
    /// clock it has not expired.
    #[must_use]
    pub fn is_current(&self, read: Version, user: Uuid, expires: Option<OffsetDateTime>) -> bool {
        let unchanged = read.0 >= self.all_changed.load(Ordering::SeqCst)
            && self.users_changed.get(self.slot(user)).is_some_and(|last| read.0 >= last.load(Ordering::SeqCst));
        unchanged && expires.is_none_or(|expires| self.database_time_at(self.now()) < micros(expires))
    }

    /// This user, or one of its credentials, has changed.
    pub(crate) fn invalidate(&self, user: Uuid) {
        let change = self.next_change();
        if let Some(last) = self.users_changed.get(self.slot(user)) {
            last.fetch_max(change, Ordering::SeqCst);
        }
    }

    /// Any user may have changed.
    pub(super) fn invalidate_all(&self) {
        let change = self.next_change();
        self.all_changed.fetch_max(change, Ordering::SeqCst);
    }

    /// Extends the lease: every revocation was received that was committed before `sent`, and between then and now the
    /// database's clock showed this time, in microseconds.
    pub(crate) fn renew(&self, sent: Instant, database_time: i64) {
        let sent = self.since_begin(sent);
        self.clock.store(database_time.saturating_sub_unsigned(sent), Ordering::SeqCst);
        let lease = u64::try_from(LEASE.as_micros()).unwrap_or(0);
        self.lease.fetch_max(sent.saturating_add(lease), Ordering::SeqCst);
    }

    /// Ends the lease: revocations are no longer received.
    pub(super) fn expire(&self) {
        self.lease.store(0, Ordering::SeqCst);
    }

    /// Waits until a caller has asked for the lease since the last call.
    pub(super) async fn requested(&self) {
        while !self.requested.swap(false, Ordering::Relaxed) {
            self.request.notified().await;
        }
    }

    fn next_change(&self) -> u64 {
        self.changes.fetch_add(1, Ordering::SeqCst).saturating_add(1)
    }

    fn slot(&self, user: Uuid) -> usize {
        usize::try_from(self.hasher.hash_one(user)).map_or(0, |hash| hash % COUNTS)
    }

    fn now(&self) -> u64 {
        self.since_begin(Instant::now())
    }

    fn since_begin(&self, moment: Instant) -> u64 {
        u64::try_from(moment.saturating_duration_since(self.begin).as_micros()).unwrap_or(u64::MAX)
    }

    fn is_valid_at(&self, moment: u64) -> bool {
        moment < self.lease.load(Ordering::SeqCst)
    }

    /// The latest that the database's clock can show: it was read after the query was sent.
    fn database_time_at(&self, moment: u64) -> i64 {
        self.clock.load(Ordering::SeqCst).saturating_add_unsigned(moment)
    }
}

fn micros(moment: OffsetDateTime) -> i64 {
    i64::try_from(moment.unix_timestamp_nanos() / 1_000).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLISECOND: u64 = 1_000;

    fn ada() -> Uuid {
        Uuid::from_u128(1)
    }

    /// A user with another count.
    fn other_user(lease: &RevocationLease) -> Uuid {
        (2..100).map(Uuid::from_u128).find(|user| lease.slot(*user) != lease.slot(ada())).unwrap()
    }

    fn lease_micros() -> u64 {
        u64::try_from(LEASE.as_micros()).unwrap()
    }

    #[test]
    fn given_no_answer_then_there_is_no_lease() {
        assert!(!RevocationLease::new().is_valid());
    }

    #[test]
    fn given_an_answer_then_the_lease_starts_at_the_query_and_not_at_the_answer() {
        let lease = RevocationLease::new();
        let sent = lease.begin + Duration::from_millis(10);

        lease.renew(sent, 0);

        assert!(lease.is_valid_at(10 * MILLISECOND + lease_micros() - 1));
        assert!(!lease.is_valid_at(10 * MILLISECOND + lease_micros()));
    }

    #[test]
    fn given_answers_out_of_order_then_the_later_query_counts() {
        let lease = RevocationLease::new();

        lease.renew(lease.begin + Duration::from_millis(10), 0);
        lease.renew(lease.begin, 0);

        assert!(lease.is_valid_at(10 * MILLISECOND + lease_micros() - 1));
    }

    #[test]
    fn given_a_lost_connection_then_the_lease_expires_at_once() {
        let lease = RevocationLease::new();
        lease.renew(Instant::now(), 0);
        assert!(lease.is_valid());

        lease.expire();

        assert!(!lease.is_valid());
    }

    #[test]
    fn given_a_change_of_a_user_then_only_reads_of_that_user_from_before_are_not_current() {
        let lease = RevocationLease::new();
        let before = lease.version();

        lease.invalidate(ada());

        assert!(!lease.is_current(before, ada(), None));
        assert!(lease.is_current(before, other_user(&lease), None));
        assert!(lease.is_current(lease.version(), ada(), None));
    }

    #[test]
    fn given_a_change_during_a_read_then_the_read_is_not_current() {
        let lease = RevocationLease::new();
        lease.invalidate(other_user(&lease));
        let version = lease.version();

        lease.invalidate(ada());

        assert!(!lease.is_current(version, ada(), None));
    }

    #[test]
    fn given_a_change_of_all_then_no_read_from_before_is_current() {
        let lease = RevocationLease::new();
        let before = lease.version();

        lease.invalidate_all();

        assert!(!lease.is_current(before, ada(), None));
        assert!(!lease.is_current(before, other_user(&lease), None));
        assert!(lease.is_current(lease.version(), ada(), None));
    }

    #[test]
    fn given_an_expiry_then_the_clock_of_the_database_decides_and_not_that_of_this_machine() {
        let lease = RevocationLease::new();
        let hour = time::Duration::hours(1);
        let there = OffsetDateTime::now_utc() - hour;
        lease.renew(Instant::now(), micros(there));
        let read = lease.version();

        assert!(lease.is_current(read, ada(), Some(there + time::Duration::minutes(1))));
        assert!(!lease.is_current(read, ada(), Some(there)));
    }
}
