//! Caches the callers of recent requests, so that a read by one of them needs no database query.
//!
//! An entry is used only while [`RevocationLease`] confirms it: the process receives revocations, nothing of the user
//! changed since the entry was read, and the session has not expired by the database's clock. Otherwise the database is
//! queried, as if there were no cache. `docs/credential-cache.md` explains the design.
//!
//! Three more rules limit the damage of a mistake:
//!
//! - An entry authorizes reads only ([`CredentialCache::serves`]). In the few milliseconds before another process
//!   receives a revocation, the revoked credential can read, but change nothing.
//! - Only valid credentials are cached, so that a new one works immediately.
//! - An entry is read again after a minute, in any case.
//!
//! The number of entries is bounded. The keys are hashes of the credentials, and their `Debug` output hides them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use http::Method;
use immich_api::Operation;
use quick_cache::sync::Cache;

use super::caller::{Caller, CallerCredential};
use crate::db::{RevocationLease, TokenHash, Version};

/// The longest time that an entry is used before it is read again.
const MAX_AGE: Duration = Duration::from_secs(60);

/// The key of an entry: the hash of a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CredentialHash {
    /// A session's token.
    Session(TokenHash),
    /// An API key's secret.
    ApiKey(TokenHash),
}

struct Entry {
    caller: Arc<Caller>,
    read: Version,
    since: Instant,
}

/// A lookup that found no usable entry. The result of a query that begins now may be put into the cache.
#[derive(Clone, Copy, Debug)]
pub struct Lookup(Option<Version>);

/// Counts of lookups, for the metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheStatistics {
    /// Lookups that found the caller.
    pub hits: u64,
    /// Lookups that did not find the caller, or an outdated entry.
    pub misses: u64,
    /// Lookups that were not made, because revocations might be missing.
    pub bypasses: u64,
}

/// The callers of recent requests.
pub struct CredentialCache {
    /// `None` when the cache is off, or revocations cannot be received.
    cached: Option<Cached>,
    hits: AtomicU64,
    misses: AtomicU64,
    bypasses: AtomicU64,
}

struct Cached {
    entries: Cache<CredentialHash, Arc<Entry>>,
    lease: Arc<RevocationLease>,
}

impl CredentialCache {
    /// A cache of at most `size` entries. Without a lease nothing is cached.
    #[must_use]
    pub fn new(lease: Option<Arc<RevocationLease>>, size: usize) -> Self {
        let cached = lease.map(|lease| Cached { entries: Cache::new(size), lease });
        Self { cached, hits: AtomicU64::new(0), misses: AtomicU64::new(0), bypasses: AtomicU64::new(0) }
    }

    /// Whether a cached caller may be used for this operation: only for reads.
    #[must_use]
    pub fn serves(operation: Operation) -> bool {
        operation.method() == Method::GET
    }

    /// The caller with this credential, if it is cached, still valid, and `usable` for the request.
    ///
    /// # Errors
    /// What to pass to [`CredentialCache::put`] with the result of the query.
    pub fn get(&self, hash: &CredentialHash, usable: impl FnOnce(&Caller) -> bool) -> Result<Arc<Caller>, Lookup> {
        let Some(Cached { entries, lease }) = &self.cached else { return Err(Lookup(None)) };
        let lookup = Lookup(Some(lease.version()));
        if !lease.is_valid() {
            self.bypasses.fetch_add(1, Ordering::Relaxed);
            return Err(lookup);
        }
        let found = entries.get(hash).filter(|entry| entry.is_current(lease) && usable(&entry.caller));
        let outcome = if found.is_some() { &self.hits } else { &self.misses };
        outcome.fetch_add(1, Ordering::Relaxed);
        found.map(|entry| Arc::clone(&entry.caller)).ok_or(lookup)
    }

    /// What to pass to [`CredentialCache::put`] when the database is queried without a lookup here.
    #[must_use]
    pub fn lookup(&self) -> Lookup {
        Lookup(self.cached.as_ref().map(|cached| cached.lease.version()))
    }

    /// Caches a caller, found by a query that began after `lookup`.
    pub fn put(&self, hash: CredentialHash, lookup: Lookup, caller: &Arc<Caller>) {
        if let (Some(cached), Lookup(Some(read))) = (&self.cached, lookup) {
            cached.entries.insert(hash, Arc::new(Entry { caller: Arc::clone(caller), read, since: Instant::now() }));
        }
    }

    /// How often the cache had the caller.
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
    fn is_current(&self, lease: &RevocationLease) -> bool {
        let ends = match &self.caller.credential {
            CallerCredential::Session(session) => session.expires_at,
            CallerCredential::ApiKey(_) => None,
        };
        self.since.elapsed() < MAX_AGE && lease.is_current(self.read, self.caller.user.id, ends)
    }
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;
    use uuid::Uuid;

    use super::*;
    use crate::db::api_key::ApiKeyRow;
    use crate::db::user::{KnownStatus, UserRow, UserStatus};

    fn caller() -> Arc<Caller> {
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
            profile_image_path: String::new(),
            profile_changed_at: now,
            avatar_color: None,
            storage_label: None,
            oauth_id: String::new(),
            quota_size_in_bytes: None,
            quota_usage_in_bytes: Some(0),
            license: None,
        };
        let key = ApiKeyRow {
            id: Uuid::from_u128(2),
            user_id: user.id,
            name: "key".to_owned(),
            permissions: vec!["all".to_owned()],
            created_at: now,
            updated_at: now,
        };
        Arc::new(Caller { user, credential: CallerCredential::ApiKey(key) })
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
    fn a_caller_is_cached_until_something_of_it_changes() {
        let (cache, lease) = live(10);
        let lookup = cache.get(&hash("a"), |_| true).unwrap_err();
        cache.put(hash("a"), lookup, &caller());
        assert!(has(&cache, &hash("a")) && !has(&cache, &hash("b")));
        assert!(cache.get(&hash("a"), |_| false).is_err(), "it is not usable for the request");

        lease.invalidate(caller().user.id);

        assert!(!has(&cache, &hash("a")));
        assert_eq!(cache.statistics(), CacheStatistics { hits: 1, misses: 4, bypasses: 0 });
    }

    #[test]
    fn a_change_during_the_query_keeps_the_result_out_of_the_cache() {
        let (cache, lease) = live(10);
        let lookup = cache.get(&hash("a"), |_| true).unwrap_err();

        lease.invalidate(caller().user.id);
        cache.put(hash("a"), lookup, &caller());

        assert!(!has(&cache, &hash("a")));
    }

    #[test]
    fn without_a_valid_lease_no_entry_is_used() {
        let lease = Arc::new(RevocationLease::new());
        for (cache, bypasses) in [(CredentialCache::new(Some(lease), 10), 1), (CredentialCache::new(None, 10), 0)] {
            cache.put(hash("a"), cache.lookup(), &caller());

            assert!(!has(&cache, &hash("a")));
            assert_eq!(cache.statistics(), CacheStatistics { bypasses, ..CacheStatistics::default() });
        }
    }

    #[test]
    fn the_number_of_entries_is_bounded() {
        let (cache, _watch) = live(10);

        for number in 0..1_000 {
            cache.put(hash(&number.to_string()), cache.lookup(), &caller());
        }

        let entries = &cache.cached.as_ref().unwrap().entries;
        assert!((1..=10).contains(&entries.len()), "{} entries", entries.len());
    }

    #[test]
    fn debug_output_hides_the_hash() {
        assert_eq!(format!("{:?}", hash("secret")), "ApiKey(TokenHash(..))");
    }
}
