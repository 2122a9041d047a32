//! The limit on open files, of which every connection is one.

use crate::config::{Limits, RESERVED_FILES};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises the soft limit to the hard one, and warns if that does not suffice for the configured connections. The soft
/// limit is low, usually 1,024, only for programs that use `select`.
pub(super) fn raise_limit(limits: &Limits) {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        tracing::warn!(%error, "could not raise the limit on open files");
    }
    let needed = limits.max_connections as u64 + RESERVED_FILES;
    if let Some(limit) = getrlimit(Resource::Nofile).current.filter(|limit| *limit < needed) {
        tracing::warn!(
            limit,
            needed,
            "the limit on open files may not suffice for IMMICH_MAX_CONNECTIONS; raise the limit (ulimit -n) or lower \
             the setting"
        );
    }
}
