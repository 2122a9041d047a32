//! Callers that were found lately, so that a read by one of them needs no database.
//!
//! An entry is used only while [`RevocationLease`] confirms it: the program is certain to receive revocations, nothing of
//! the user changed since before the entry was read, and the session has not expired by the database's clock. In every
//! other case the database is queried, as if there were no cache. `docs/credential-cache.md` has the whole reasoning.
//!
//! Three more rules keep what could go wrong small:
//!
//! - Only reads are let in by an entry ([`CredentialCache::serves`]). In the few milliseconds in which another process
//!   may not have heard of a revocation, nothing can be done that lasts.
//! - Only credentials that were found are remembered, so that a new one works at once.
//! - An entry is read anew once a minute, whatever happens.
//!
//! The number of entries is bounded, and the keys are hashes of the credentials, which do not show themselves.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use http::Method;
use immich_api::Operation;
use quick_cache::sync::Cache;

use super::caller::CallerCredential;
use crate::db::user::UserRow;
use crate::db::{RevocationLease, TokenHash, Version};

/// The longest that an entry is used without being read anew.
const LONGEST_USE: Duration = Duration::from_secs(60);

/// What a caller is found by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CredentialHash {
    /// A session's token.
    Session(TokenHash),
    /// An API key's secret.
    ApiKey(TokenHash),
}

/// A caller as the database had it.
#[derive(Clone, Debug)]
pub struct Found {
    /// The user.
    pub user: UserRow,
    /// The session or the API key.
    pub credential: CallerCredential,
}

struct Entry {
    found: Found,
    read: Version,
    since: Instant,
}

/// A look into the cache that found nothing usable. What the database is asked for now may be put there.
#[derive(Clone, Copy, Debug)]
pub struct Reading(Option<Version>);

/// How often the cache could answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheStatistics {
    /// Callers that were found in it.
    pub hits: u64,
    /// Callers that were not in it, or not any more.
    pub misses: u64,
    /// Callers that were not looked for, since it was not sure that all revocations are known.
    pub bypasses: u64,
}

/// Callers that were found lately.
pub struct CredentialCache {
    /// None when it is switched off, or cannot hear of revocations.
    watched: Option<Watched>,
    hits: AtomicU64,
    misses: AtomicU64,
    bypasses: AtomicU64,
}

struct Watched {
    entries: Cache<CredentialHash, Arc<Entry>>,
    lease: Arc<RevocationLease>,
}

impl CredentialCache {
    /// A cache of at most so many entries. Without a lease nothing is remembered.
    #[must_use]
    pub fn new(lease: Option<Arc<RevocationLease>>, size: usize) -> Self {
        let watched = lease.map(|lease| Watched { entries: Cache::new(size), lease });
        Self { watched, hits: AtomicU64::new(0), misses: AtomicU64::new(0), bypasses: AtomicU64::new(0) }
    }

    /// Whether an operation may be answered to a remembered caller.
    #[must_use]
    pub fn serves(operation: Operation) -> bool {
        operation.method() == Method::GET
    }

    /// The caller with this credential, if it is remembered, still valid, and `usable` for the request at hand.
    ///
    /// # Errors
    /// What to give to [`CredentialCache::put`] with what the database says.
    pub fn get(&self, hash: &CredentialHash, usable: impl FnOnce(&Found) -> bool) -> Result<Found, Reading> {
        let Some(Watched { entries, lease }) = &self.watched else { return Err(Reading(None)) };
        let reading = Reading(Some(lease.version()));
        if !lease.is_valid() {
            self.bypasses.fetch_add(1, Ordering::Relaxed);
            return Err(reading);
        }
        let found = entries.get(hash).filter(|entry| entry.holds(lease) && usable(&entry.found));
        let outcome = if found.is_some() { &self.hits } else { &self.misses };
        outcome.fetch_add(1, Ordering::Relaxed);
        found.map(|entry| entry.found.clone()).ok_or(reading)
    }

    /// What to give to [`CredentialCache::put`] when a caller is looked for in the database anyway.
    #[must_use]
    pub fn reading(&self) -> Reading {
        Reading(self.watched.as_ref().map(|watched| watched.lease.version()))
    }

    /// Remembers a caller that the database was asked for after `reading`.
    pub fn put(&self, hash: CredentialHash, reading: Reading, found: &Found) {
        if let (Some(watched), Reading(Some(read))) = (&self.watched, reading) {
            watched.entries.insert(hash, Arc::new(Entry { found: found.clone(), read, since: Instant::now() }));
        }
    }

    /// How often it could answer.
    #[must_use]
    pub fn statistics(&self) -> CacheStatistics {
        CacheStatistics {
            hits: self.hits.load(Ordering::Relaxed),
            misses: self.misses.load(Ordering::Relaxed),
            bypasses: self.bypasses.load(Ordering::Relaxed),
        }
    }
}

impl Entry {
    fn holds(&self, lease: &RevocationLease) -> bool {
        let ends = match &self.found.credential {
            CallerCredential::Session(session) => session.expires_at,
            CallerCredential::ApiKey(_) => None,
        };
        self.since.elapsed() < LONGEST_USE && lease.is_current(self.read, self.found.user.id, ends)
    }
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;
    use uuid::Uuid;

    use super::*;
    use crate::db::api_key::ApiKeyRow;
    use crate::db::user::{KnownStatus, UserStatus};

    fn found() -> Found {
        let now = OffsetDateTime::now_utc();
        let user = UserRow {
            id: Uuid::from_u128(1),
            email: "ada@immich.cloud".to_owned(),
            name: "Ada".to_owned(),
            is_admin: false,
            should_change_password: false,
            created_at: now,
            updated_at: now,
            deleted_at: None,
            status: UserStatus::Known(KnownStatus::Active),
        };
        let key = ApiKeyRow {
            id: Uuid::from_u128(2),
            user_id: user.id,
            name: "key".to_owned(),
            permissions: vec!["all".to_owned()],
            created_at: now,
            updated_at: now,
        };
        Found { user, credential: CallerCredential::ApiKey(key) }
    }

    fn hash(text: &str) -> CredentialHash {
        CredentialHash::ApiKey(TokenHash::of(text))
    }

    /// A cache with a lease.
    fn live(size: usize) -> (CredentialCache, Arc<RevocationLease>) {
        let lease = Arc::new(RevocationLease::new());
        lease.renew(Instant::now(), 0);
        (CredentialCache::new(Some(Arc::clone(&lease)), size), lease)
    }

    fn has(cache: &CredentialCache, hash: &CredentialHash) -> bool {
        cache.get(hash, |_| true).is_ok()
    }

    #[test]
    fn given_a_caller_that_was_found_then_it_is_remembered_until_something_changes() {
        let (cache, lease) = live(10);
        let reading = cache.get(&hash("a"), |_| true).unwrap_err();
        cache.put(hash("a"), reading, &found());
        assert!(has(&cache, &hash("a")) && !has(&cache, &hash("b")));
        assert!(cache.get(&hash("a"), |_| false).is_err(), "it is not usable for the request");

        lease.invalidate(found().user.id);

        assert!(!has(&cache, &hash("a")));
        assert_eq!(cache.statistics(), CacheStatistics { hits: 1, misses: 4, bypasses: 0 });
    }

    #[test]
    fn given_a_change_while_the_database_is_asked_then_the_answer_is_not_remembered() {
        let (cache, lease) = live(10);
        let reading = cache.get(&hash("a"), |_| true).unwrap_err();

        lease.invalidate(found().user.id);
        cache.put(hash("a"), reading, &found());

        assert!(!has(&cache, &hash("a")));
    }

    #[test]
    fn given_no_lease_then_nothing_is_used() {
        let lease = Arc::new(RevocationLease::new());
        for (cache, bypasses) in [(CredentialCache::new(Some(lease), 10), 1), (CredentialCache::new(None, 10), 0)] {
            cache.put(hash("a"), cache.reading(), &found());

            assert!(!has(&cache, &hash("a")));
            assert_eq!(cache.statistics(), CacheStatistics { bypasses, ..CacheStatistics::default() });
        }
    }

    #[test]
    fn given_more_callers_than_it_holds_then_the_size_is_kept() {
        let (cache, _watch) = live(10);

        for number in 0..1_000 {
            cache.put(hash(&number.to_string()), cache.reading(), &found());
        }

        let entries = &cache.watched.as_ref().unwrap().entries;
        assert!((1..=10).contains(&entries.len()), "{} entries", entries.len());
    }

    #[test]
    fn given_a_hash_then_its_debug_form_is_silent() {
        assert_eq!(format!("{:?}", hash("secret")), "ApiKey(TokenHash(..))");
    }
}
