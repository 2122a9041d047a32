//! Until when, and since when, something read from the database still holds.
//!
//! What is remembered of a credential is used only while this program surely hears of every revocation. Two things
//! make that sure:
//!
//! - **A lease.** The listener ([`super::listener`]) asks the database for a sign of life on the connection on which
//!   it hears of revocations. The database tells what was revoked before it answers, so an answer shows that
//!   everything is known that was committed before the question was *sent*. From that moment on, and for the length
//!   of [`LEASE`], what is remembered may be used. A notification that gets lost with its connection, or a program
//!   that was asleep, delays nothing: the lease ends by itself.
//! - **Stamps.** All changes are counted. What is read carries the count from before it was read ([`Stamp`]), and is
//!   void when something of its user changed since. So an answer that was under way while the revocation was heard of
//!   is void before it arrives, without a lock.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use time::OffsetDateTime;
use tokio::sync::Notify;
use uuid::Uuid;

/// How long a sign of life counts. No other process lets a revoked credential in for longer.
pub const LEASE: Duration = Duration::from_millis(40);

/// Users share this many counts; one whose count another user shares is read again once in a while for nothing.
const COUNTS: usize = 1024;

/// The state of knowledge about revocations. All of it is atomic: requests only read, whatever the listener does.
pub struct Watch {
    begin: Instant,
    /// Until when the lease runs, in microseconds since `begin`.
    lease: AtomicU64,
    /// What the database's clock is ahead of `begin`, in microseconds of Unix time.
    clock: AtomicI64,
    /// Counts all changes.
    changes: AtomicU64,
    /// The count at the last change of everything.
    of_all: AtomicU64,
    /// The count at the last change of the users of each place.
    of_users: Box<[AtomicU64]>,
    places: RandomState,
    wanted: AtomicBool,
    awaited: Notify,
}

/// A moment in the order of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp(u64);

impl Watch {
    pub(crate) fn new() -> Self {
        Self {
            begin: Instant::now(),
            lease: AtomicU64::new(0),
            clock: AtomicI64::new(0),
            changes: AtomicU64::new(0),
            of_all: AtomicU64::new(0),
            of_users: (0..COUNTS).map(|_| AtomicU64::new(0)).collect(),
            places: RandomState::new(),
            wanted: AtomicBool::new(false),
            awaited: Notify::new(),
        }
    }

    /// To be taken before something is read.
    #[must_use]
    pub fn stamp(&self) -> Stamp {
        Stamp(self.changes.load(Ordering::SeqCst))
    }

    /// Whether the lease runs, so that what is remembered may be used. Asking also tells the listener that there is
    /// somebody to keep the lease for.
    #[must_use]
    pub fn is_live(&self) -> bool {
        if !self.wanted.load(Ordering::Relaxed) && !self.wanted.swap(true, Ordering::Relaxed) {
            self.awaited.notify_one();
        }
        self.runs_at(self.now())
    }

    /// Whether what was read of this user at `read` holds to this day: nothing of it changed, and by the database's
    /// clock it has not ended.
    #[must_use]
    pub fn holds(&self, read: Stamp, user: Uuid, ends: Option<OffsetDateTime>) -> bool {
        let unchanged = read.0 >= self.of_all.load(Ordering::SeqCst)
            && self.of_users.get(self.place(user)).is_some_and(|last| read.0 >= last.load(Ordering::SeqCst));
        unchanged && ends.is_none_or(|ends| self.database_time_at(self.now()) < micros(ends))
    }

    /// Something of this user changed.
    pub(crate) fn forget(&self, user: Uuid) {
        let change = self.next_change();
        if let Some(last) = self.of_users.get(self.place(user)) {
            last.fetch_max(change, Ordering::SeqCst);
        }
    }

    /// Anything may have changed.
    pub(super) fn forget_all(&self) {
        let change = self.next_change();
        self.of_all.fetch_max(change, Ordering::SeqCst);
    }

    /// A sign of life: everything is known that was committed before `sent`, and between then and now the database's
    /// clock showed this time, in microseconds.
    pub(crate) fn renew(&self, sent: Instant, database_time: i64) {
        let sent = self.since_begin(sent);
        self.clock.store(database_time.saturating_sub_unsigned(sent), Ordering::SeqCst);
        let lease = u64::try_from(LEASE.as_micros()).unwrap_or(0);
        self.lease.fetch_max(sent.saturating_add(lease), Ordering::SeqCst);
    }

    /// Nothing is heard any more.
    pub(super) fn lapse(&self) {
        self.lease.store(0, Ordering::SeqCst);
    }

    /// Waits until somebody asked since the last call whether the lease runs.
    pub(super) async fn wanted(&self) {
        while !self.wanted.swap(false, Ordering::Relaxed) {
            self.awaited.notified().await;
        }
    }

    fn next_change(&self) -> u64 {
        self.changes.fetch_add(1, Ordering::SeqCst).saturating_add(1)
    }

    fn place(&self, user: Uuid) -> usize {
        usize::try_from(self.places.hash_one(user)).map_or(0, |hash| hash % COUNTS)
    }

    fn now(&self) -> u64 {
        self.since_begin(Instant::now())
    }

    fn since_begin(&self, moment: Instant) -> u64 {
        u64::try_from(moment.saturating_duration_since(self.begin).as_micros()).unwrap_or(u64::MAX)
    }

    fn runs_at(&self, moment: u64) -> bool {
        moment < self.lease.load(Ordering::SeqCst)
    }

    /// The latest that the database's clock can show: it was read after the question was sent.
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

    /// A user whose count is another one.
    fn somebody_else(watch: &Watch) -> Uuid {
        (2..100).map(Uuid::from_u128).find(|user| watch.place(*user) != watch.place(ada())).unwrap()
    }

    fn lease() -> u64 {
        u64::try_from(LEASE.as_micros()).unwrap()
    }

    #[test]
    fn given_no_sign_of_life_then_there_is_no_lease() {
        assert!(!Watch::new().is_live());
    }

    #[test]
    fn given_a_sign_of_life_then_the_lease_runs_from_the_question_and_not_from_the_answer() {
        let watch = Watch::new();
        let sent = watch.begin + Duration::from_millis(10);

        watch.renew(sent, 0);

        assert!(watch.runs_at(10 * MILLISECOND + lease() - 1));
        assert!(!watch.runs_at(10 * MILLISECOND + lease()));
    }

    #[test]
    fn given_answers_out_of_order_then_the_later_question_counts() {
        let watch = Watch::new();

        watch.renew(watch.begin + Duration::from_millis(10), 0);
        watch.renew(watch.begin, 0);

        assert!(watch.runs_at(10 * MILLISECOND + lease() - 1));
    }

    #[test]
    fn given_a_lost_connection_then_the_lease_ends_at_once() {
        let watch = Watch::new();
        watch.renew(Instant::now(), 0);
        assert!(watch.is_live());

        watch.lapse();

        assert!(!watch.is_live());
    }

    #[test]
    fn given_a_change_of_a_user_then_what_was_read_before_is_void_and_only_of_that_user() {
        let watch = Watch::new();
        let before = watch.stamp();

        watch.forget(ada());

        assert!(!watch.holds(before, ada(), None));
        assert!(watch.holds(before, somebody_else(&watch), None));
        assert!(watch.holds(watch.stamp(), ada(), None));
    }

    #[test]
    fn given_a_change_while_it_is_read_then_what_is_read_is_void() {
        let watch = Watch::new();
        watch.forget(somebody_else(&watch));
        let reading = watch.stamp();

        watch.forget(ada());

        assert!(!watch.holds(reading, ada(), None));
    }

    #[test]
    fn given_a_change_of_all_then_everything_read_before_is_void() {
        let watch = Watch::new();
        let before = watch.stamp();

        watch.forget_all();

        assert!(!watch.holds(before, ada(), None));
        assert!(!watch.holds(before, somebody_else(&watch), None));
        assert!(watch.holds(watch.stamp(), ada(), None));
    }

    #[test]
    fn given_an_end_then_it_comes_by_the_clock_of_the_database_and_not_by_that_of_this_machine() {
        let watch = Watch::new();
        let hour = time::Duration::hours(1);
        let there = OffsetDateTime::now_utc() - hour;
        watch.renew(Instant::now(), micros(there));
        let read = watch.stamp();

        assert!(watch.holds(read, ada(), Some(there + time::Duration::minutes(1))));
        assert!(!watch.holds(read, ada(), Some(there)));
    }
}
