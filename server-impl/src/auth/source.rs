//! Where work on a password comes from: an account, at an address.

use std::hash::{BuildHasher as _, Hash as _, Hasher as _, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::LazyLock;

/// A random key, so that clients cannot choose accounts or addresses whose hashes collide.
static HASH_KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// Where work on a password comes from. The hashing queue is shared fairly by account and by address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// The hash of the account.
    pub(super) account: u64,
    /// The hash of the address.
    pub(super) address: u64,
    /// Whether a share of the queue is reserved for it.
    pub(super) is_known: bool,
}

impl Source {
    /// `account` is an e-mail address, without regard to case; it need not exist.
    #[must_use]
    pub fn new(account: &str, address: IpAddr) -> Self {
        let mut hash = HASH_KEY.build_hasher();
        hash.write_u8(0);
        lower_case(account).for_each(|letter| letter.hash(&mut hash));
        Self { account: hash.finish(), address: HASH_KEY.hash_one((1_u8, network(address))), is_known: false }
    }

    /// The same, with a share of the queue reserved: the request has a valid credential, or the account has logged in
    /// from this address before.
    #[must_use]
    pub fn known(self) -> Self {
        Self { is_known: true, ..self }
    }
}

/// The letters of an account as they are compared.
pub(super) fn lower_case(account: &str) -> impl Iterator<Item = char> {
    account.chars().flat_map(char::to_lowercase)
}

/// The network that an address is counted as: an IPv6 address as its /64, the usual size of one subscriber's network, an
/// IPv4 address as itself.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            const INTERFACE_BITS: u32 = 64;
            IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> INTERFACE_BITS << INTERFACE_BITS))
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}
