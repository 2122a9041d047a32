//! The account that the cluster runs under.

use std::os::unix::fs::MetadataExt as _;

/// User and group, when they are not this process's own.
pub(super) type Account = Option<(u32, u32)>;

/// Postgres refuses to run as root: the account to become instead, when this process is root.
#[must_use]
pub fn unprivileged_account() -> Option<(u32, u32)> {
    let own = std::fs::metadata("/proc/self").map_or(u32::MAX, |process| process.uid());
    if own != 0 {
        return None;
    }
    let accounts = std::fs::read_to_string("/etc/passwd").expect("/etc/passwd is readable");
    let ids = |name: &str| {
        let line = accounts.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    ids("postgres")
        .or_else(|| ids("nobody"))
        .or_else(|| panic!("run by root, the tests need an account `postgres` or `nobody`"))
}
