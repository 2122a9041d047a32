//! The throttle: limits how often a wrong password may be tried, in every operation that checks one.
//!
//! Each of three counters limits failed attempts plus attempts in progress (OWASP ASVS 5.0, 6.3.1). The numbers are
//! those of the default settings, 10 failures and 5 minutes:
//!
//! | counter per | limit | stops |
//! |---|---|---|
//! | account and address | 10, until 5 minutes pass without a failure | guessing one account's password |
//! | address | 100 in 5 minutes | trying a few passwords on many accounts |
//! | account | 100 in 5 minutes | guessing one account's password from many addresses |
//!
//! Malicious lockout (ASVS 6.1.1): failing on purpose must not lock users out of their accounts. An address is
//! *familiar* to an account that logged in from it during the last 30 days. For an account at a familiar address only
//! the first counter applies; the other two neither count nor reject. So an attacker can lock an account for the
//! attacker's own address, or, with many addresses, for all unfamiliar ones, but the user can still log in from the
//! usual place. The last 16 addresses of an account are familiar, and while many passwords wait to be hashed, a share of
//! the queue is reserved for them ([`super::password`]).
//!
//! Many clients may share the address of a proxy that is missing in the configuration. There the second counter does
//! not reject: beyond its limit, each account has one attempt until 5 minutes pass without a failure. It is verified,
//! and answered like a rejected one if the password is wrong. So one client behind the proxy cannot lock out the others,
//! and one that only claims to be a proxy gains one guess per account.
//!
//! An attempt counts from the moment it is admitted, not from its failure. So however many guesses arrive at the same
//! time, no more of them are verified than the limit leaves. The processes of one database share failures and familiar
//! addresses (`throttle/shared.rs`), not attempts in progress: together they admit no more than the limit, and what is in
//! progress in the others.
//!
//! All tables are bounded. Their keys are hashes, keyed with a random key; no e-mail address is stored. Existing and
//! unknown accounts are treated the same.

mod counter;
mod keys;
mod local;
mod shared;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use immich_api::PasswordCheck;
use immich_wire::Secret;

use crate::auth::password::PasswordHasher;
use crate::auth::source::Source;
use crate::db::login_throttle::Keys;
use crate::db::{Database, PasswordHash};
use crate::error::Error;

use keys::HashKey;
use local::{Admission, Counters};
use shared::SharedCounters;

/// The limits of the throttle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThrottleSettings {
    /// Failures that one account may have at one address; 0 turns the throttle off.
    pub max_failures: u32,
    /// How long a failure counts.
    pub window: Duration,
    /// Counters that this process keeps. An attempt uses up to three; each takes about 80 bytes.
    pub capacity: usize,
}

/// Too many attempts have failed, or are in progress.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
#[error("too many failed logins; retry in {} s", retry_after.as_secs())]
pub struct Throttled {
    /// When the next attempt is admitted, in whole seconds, at least one.
    pub retry_after: Duration,
}

impl From<Throttled> for Error {
    fn from(Throttled { retry_after }: Throttled) -> Self {
        Self::too_many_requests("Too many failed logins, try again later", retry_after)
    }
}

/// The address of a client, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress {
    /// The address.
    pub address: IpAddr,
    /// Whether many clients may share it.
    pub may_be_shared: bool,
}

/// Counts wrong passwords. Cheap to clone; the clones share their counters.
#[derive(Clone, Debug)]
pub struct LoginThrottle {
    /// `None` when the throttle is off.
    inner: Option<Arc<Inner>>,
}

#[derive(Debug)]
struct Inner {
    settings: ThrottleSettings,
    hash_key: HashKey,
    local: Counters,
    /// `None` where the database has no tables for it.
    shared: Option<SharedCounters>,
}

impl LoginThrottle {
    /// A throttle that shares its counters with the other processes of this database, if the database has tables for
    /// them. Otherwise it counts in this process only, and logs that.
    pub async fn open(settings: ThrottleSettings, database: &Database, is_upstream: bool) -> Self {
        if settings.max_failures == 0 {
            return Self { inner: None };
        }
        match SharedCounters::open(database, is_upstream).await {
            Some((shared, hash_key)) => Self::with(settings, hash_key, Some(shared)),
            None => Self::per_process(settings),
        }
    }

    /// A throttle that counts in this process only, without any counters yet.
    #[must_use]
    pub fn per_process(settings: ThrottleSettings) -> Self {
        Self::with(settings, HashKey::random(), None)
    }

    fn with(settings: ThrottleSettings, hash_key: HashKey, shared: Option<SharedCounters>) -> Self {
        let inner = (settings.max_failures > 0)
            .then(|| Arc::new(Inner { settings, hash_key, local: Counters::new(settings), shared }));
        Self { inner }
    }

    /// Admits one attempt to check the password of an account, and counts it as in progress until its result is known.
    ///
    /// `account` is the e-mail address as sent, without regard to case. IPv6 addresses are counted per /64 network, the
    /// usual size of one subscriber's network.
    ///
    /// # Errors
    /// [`Throttled`] when a limit is reached.
    pub async fn admit(
        &self,
        check: PasswordCheck,
        account: &str,
        client: ClientAddress,
    ) -> Result<Attempt, Throttled> {
        let attempt = self.reserve(account, client).await?;
        // The request has a valid credential.
        let source = if check.operation().is_secured() { attempt.source.known() } else { attempt.source };
        Ok(Attempt { source, ..attempt })
    }

    async fn reserve(&self, account: &str, client: ClientAddress) -> Result<Attempt, Throttled> {
        let source = Source::new(account, client.address);
        let Some(inner) = &self.inner else { return Ok(Attempt { source, reservation: None }) };
        let keys = inner.hash_key.keys(account, client.address);
        // First without a query, so that a flood of guesses at one password costs the database nothing.
        let versions = inner.local.check(keys)?;
        let stored = match &inner.shared {
            Some(shared) => shared.read(keys).await,
            None => None,
        };
        let admission = inner.local.reserve(keys, client.may_be_shared, stored.map(|stored| (versions, stored)))?;
        let source = if admission.is_familiar { source.known() } else { source };
        let reservation = Reservation { inner: Arc::clone(inner), keys, admission, is_open: true };
        Ok(Attempt { source, reservation: Some(reservation) })
    }
}

/// An attempt that was admitted. If it is dropped without a result (the client disconnected, the server was busy), it
/// is not counted.
#[derive(Debug)]
#[must_use = "an attempt that is dropped is not counted"]
pub struct Attempt {
    source: Source,
    reservation: Option<Reservation>,
}

impl Attempt {
    /// Whether the password matches the stored hash, see [`PasswordHasher`]; `None` if the account does not exist. The
    /// result is counted.
    ///
    /// A match resets the failures of this account at this address, and makes the address familiar to the account. The
    /// failures of the address with other accounts are kept; otherwise an attacker could reset them by logging in to an
    /// account of their own.
    ///
    /// # Errors
    /// 503 when too many passwords are being hashed; 429 for a wrong password if it was the last attempt.
    pub async fn verify(
        self,
        hasher: &PasswordHasher,
        password: Secret,
        stored: Option<PasswordHash>,
    ) -> Result<bool, Error> {
        let is_right = hasher.verify(self.source, password.into(), stored.map(PasswordHash::into_text)).await?;
        self.finish(is_right).await?;
        Ok(is_right)
    }

    async fn finish(self, is_right: bool) -> Result<(), Throttled> {
        match self.reservation {
            Some(reservation) if is_right => {
                reservation.succeed().await;
                Ok(())
            }
            Some(reservation) => reservation.fail().await,
            None => Ok(()),
        }
    }
}

/// One attempt in progress in each of its counters.
#[derive(Debug)]
struct Reservation {
    inner: Arc<Inner>,
    keys: Keys,
    admission: Admission,
    /// Whether it is still counted as in progress.
    is_open: bool,
}

impl Reservation {
    /// Counts a failure.
    async fn fail(self) -> Result<(), Throttled> {
        let is_last = self.admission.is_last;
        let retry_after = self.inner.settings.window;
        if self.inner.shared.is_some() {
            // A client that disconnects now does not prevent it.
            let _ = tokio::spawn(self.count_failure()).await;
        } else {
            self.count_failure().await;
        }
        if is_last { Err(Throttled { retry_after }) } else { Ok(()) }
    }

    /// First in the database, so that at no time the attempt is counted neither there nor as in progress.
    async fn count_failure(mut self) {
        let keys = self.admission.counted(self.keys);
        let counted = match &self.inner.shared {
            Some(shared) => {
                shared.purge_in_background();
                shared.add_failure(&keys, self.keys.pair, self.inner.settings.window).await
            }
            None => None,
        };
        self.inner.local.fail(&keys, self.keys.pair, counted.as_deref());
        self.is_open = false;
    }

    /// Resets the failures, and makes the address familiar.
    async fn succeed(mut self) {
        if let Some(shared) = &self.inner.shared {
            if self.admission.has_failures {
                shared.reset(self.keys.pair).await;
            }
            if self.admission.is_familiarity_due() {
                shared.remember_in_background(self.keys);
            }
        }
        self.inner.local.succeed(self.keys, &self.admission.counted(self.keys));
        self.is_open = false;
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        if self.is_open {
            self.inner.local.release(&self.admission.counted(self.keys));
        }
    }
}

#[cfg(test)]
mod tests;
