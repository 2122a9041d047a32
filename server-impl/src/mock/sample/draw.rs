//! Where the variety of samples comes from.
//!
//! Everything is drawn from SHA-256 of the seed and of the place in the contract. So a seed gives the same samples in
//! every build, which generators of random numbers do not promise, and a property that is added to the contract changes
//! no other property's sample, unless that is a moment: those of an object follow one another.

use sha2::{Digest as _, Sha256};

/// A source of numbers for one place in a sample.
#[derive(Debug, Clone, Copy)]
pub(super) struct Draw([u8; 32]);

impl Draw {
    /// The source for everything below a name.
    pub(super) fn new(seed: u64, name: &str) -> Self {
        Self(Sha256::new().chain_update(seed.to_be_bytes()).chain_update(name).finalize().into())
    }

    /// The source for a place within this one.
    pub(super) fn within(self, name: &str) -> Self {
        // A separator, so that no name within one place is the same as another name within another.
        Self(Sha256::new().chain_update(self.0).chain_update("/").chain_update(name).finalize().into())
    }

    /// The source for an item of a list.
    pub(super) fn item(self, index: u64) -> Self {
        self.within(&index.to_string())
    }

    /// A number from 0 to `limit`, without `limit`; 0 when there is none.
    pub(super) fn below(self, limit: u64) -> u64 {
        // As many bytes as the number has; the bias is of no matter here.
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&self.0[..8]);
        u64::from_be_bytes(bytes).checked_rem(limit).unwrap_or_default()
    }

    /// Whether a thing happens that happens once in so many cases.
    pub(super) fn once_in(self, cases: u64) -> bool {
        self.below(cases) == 0
    }

    /// One of these.
    pub(super) fn pick<T>(self, choices: &[T]) -> Option<&T> {
        choices.get(usize::try_from(self.below(choices.len() as u64)).unwrap_or_default())
    }

    /// Sixteen bytes.
    pub(super) fn bytes(self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&self.0[..16]);
        bytes
    }

    /// So many letters and digits.
    pub(super) fn letters(self, count: u64) -> String {
        const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        (0..count).filter_map(|index| self.item(index).pick(ALPHABET)).map(|letter| char::from(*letter)).collect()
    }
}
