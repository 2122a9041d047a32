//! The keys of the counters: hashes that do not reveal the account.

use std::net::IpAddr;

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::auth::source::{lower_case, network};
use crate::db::login_throttle::Keys;

/// The random key of the hashes. Processes that share their counters share it.
#[derive(Clone, Copy)]
pub(super) struct HashKey(Uuid);

impl HashKey {
    pub(super) fn new(key: Uuid) -> Self {
        Self(key)
    }

    pub(super) fn random() -> Self {
        Self(Uuid::new_v4())
    }

    pub(super) fn keys(self, account: &str, address: IpAddr) -> Keys {
        let account: String = lower_case(account).collect();
        let address = match network(address) {
            IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
            IpAddr::V6(address) => address.octets(),
        };
        Keys {
            pair: self.hash(b'p', &[&address, account.as_bytes()]),
            address: self.hash(b'a', &[&address]),
            account: self.hash(b'u', &[account.as_bytes()]),
        }
    }

    /// 64 bits of a keyed SHA-256. `kind` distinguishes the three keys. At most the last part has no fixed length, so
    /// that different parts are different bytes.
    fn hash(self, kind: u8, parts: &[&[u8]]) -> i64 {
        let mut hash = Sha256::new_with_prefix(self.0.as_bytes());
        hash.update([kind]);
        for part in parts {
            hash.update(part);
        }
        let mut first = [0; 8];
        first.copy_from_slice(&hash.finalize()[..8]);
        i64::from_be_bytes(first)
    }
}

impl std::fmt::Debug for HashKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HashKey(..)")
    }
}
