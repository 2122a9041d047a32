//! Limits on concurrent work, and timeouts.

use std::ffi::OsString;
use std::thread;
use std::time::Duration;

use rustix::process::{Resource, getrlimit};

use super::error::Invalid;
use super::reader::{Reader, read_fields};
use super::table::{
    IMMICH_BODY_TIMEOUT, IMMICH_DB_CONNECTIONS, IMMICH_HASH_QUEUE, IMMICH_HASH_THREADS, IMMICH_HEADER_TIMEOUT,
    IMMICH_IDLE_TIMEOUT, IMMICH_MAX_CONNECTIONS, IMMICH_SHUTDOWN_TIMEOUT,
};

/// The longest timeout, in seconds.
pub(super) const LONGEST_TIMEOUT: u64 = 3_600;

pub(super) const MAX_HASH_THREADS: u64 = 1_024;

/// The default for connections where the limit on open files permits them. Many more than an installation has, and few
/// enough that the buffers of all of them, 64 KiB each, fit in the memory of a small machine.
const DEFAULT_CONNECTIONS: u64 = 4_096;
/// The fewest connections that are the default.
const FEWEST_CONNECTIONS: u64 = 16;
/// Open files for everything but connections of clients: the database, the log, the listeners, the metrics.
pub const RESERVED_FILES: u64 = 128;

/// Limits on concurrent work, and timeouts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Threads that hash passwords; at least 1.
    pub hash_threads: usize,
    /// Passwords that may wait for a thread; at least 1.
    pub hash_queue: usize,
    /// Maximum number of database connections; at least 1.
    pub db_connections: u32,
    /// Maximum number of client connections; at least 1.
    pub max_connections: usize,
    /// For receiving the head of a request.
    pub header_timeout: Duration,
    /// For receiving the body of a request, and for a client that reads the response too slowly.
    pub body_timeout: Duration,
    /// Between two requests on a connection.
    pub idle_timeout: Duration,
    /// For finishing requests in progress at shutdown.
    pub shutdown_timeout: Duration,
}

impl Limits {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Invalid> {
        read_fields!(Self {
            hash_threads: reader.required(IMMICH_HASH_THREADS),
            hash_queue: reader.required(IMMICH_HASH_QUEUE),
            db_connections: reader.required(IMMICH_DB_CONNECTIONS),
            max_connections: reader.required(IMMICH_MAX_CONNECTIONS),
            header_timeout: reader.required(IMMICH_HEADER_TIMEOUT),
            body_timeout: reader.required(IMMICH_BODY_TIMEOUT),
            idle_timeout: reader.required(IMMICH_IDLE_TIMEOUT),
            shutdown_timeout: reader.required(IMMICH_SHUTDOWN_TIMEOUT),
        })
    }
}

/// One core is left to everything else, so that a flood of logins cannot starve the other requests.
#[expect(clippy::unnecessary_wraps, reason = "the signature of a computed default")]
pub(super) fn default_hash_threads() -> Result<OsString, String> {
    let cores = thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
    Ok(cores.saturating_sub(1).clamp(1, MAX_HASH_THREADS).to_string().into())
}

/// What the hard limit on open files leaves, to which `serve` raises the soft one.
#[expect(clippy::unnecessary_wraps, reason = "the signature of a computed default")]
pub(super) fn default_max_connections() -> Result<OsString, String> {
    Ok(connections_within(getrlimit(Resource::Nofile).maximum).to_string().into())
}

/// The connections that a limit on open files permits.
fn connections_within(open_files: Option<u64>) -> u64 {
    let rest = open_files.map_or(u64::MAX, |open_files| open_files.saturating_sub(RESERVED_FILES));
    rest.clamp(FEWEST_CONNECTIONS, DEFAULT_CONNECTIONS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_open_files_for_everything_else() {
        for (open_files, connections) in
            [(None, 4_096), (Some(1_048_576), 4_096), (Some(4_096), 3_968), (Some(1_024), 896), (Some(64), 16)]
        {
            assert_eq!(connections_within(open_files), connections, "{open_files:?}");
        }
    }
}
