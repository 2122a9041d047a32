//! The pseudorandom source of samples.
//!
//! All values are derived from SHA-256 of the seed and of the place in the contract. So a seed gives the same samples
//! in every build, which random number generators do not guarantee, and a new property in the contract changes no other
//! property's sample. Dates and times are the exception: within an object each is later than the one before.

use sha2::{Digest as _, Sha256};

/// The pseudorandom source for one place in a sample.
#[derive(Debug, Clone, Copy)]
pub(super) struct Draw([u8; 32]);

impl Draw {
    /// The source for everything under a name.
    pub(super) fn new(seed: u64, name: &str) -> Self {
        Self(Sha256::new().chain_update(seed.to_be_bytes()).chain_update(name).finalize().into())
    }

    /// The source for a place within this one.
    pub(super) fn within(self, name: &str) -> Self {
        // The separator keeps different paths of names from giving the same hash.
        Self(Sha256::new().chain_update(self.0).chain_update("/").chain_update(name).finalize().into())
    }

    /// The source for an item of a list.
    pub(super) fn item(self, index: u64) -> Self {
        self.within(&index.to_string())
    }

    /// A number below `limit`; 0 if `limit` is 0.
    pub(super) fn below(self, limit: u64) -> u64 {
        // The bias of the modulo does not matter for samples.
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&self.0[..8]);
        u64::from_be_bytes(bytes).checked_rem(limit).unwrap_or_default()
    }

    /// True in one of `cases` cases.
    pub(super) fn once_in(self, cases: u64) -> bool {
        self.below(cases) == 0
    }

    /// One of the choices; `None` if there are none.
    pub(super) fn pick<T>(self, choices: &[T]) -> Option<&T> {
        choices.get(usize::try_from(self.below(choices.len() as u64)).unwrap_or_default())
    }

    /// Sixteen pseudorandom bytes.
    pub(super) fn bytes(self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&self.0[..16]);
        bytes
    }

    /// `count` letters and digits.
    pub(super) fn letters(self, count: u64) -> String {
        const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        (0..count).filter_map(|index| self.item(index).pick(ALPHABET)).map(|letter| char::from(*letter)).collect()
    }
}
