//! How much work is taken on, and how long anything may take.

use std::thread;
use std::time::Duration;

use super::fault::Faulted;
use super::reader::Reader;
use super::setting::{DefaultValue, Setting};

const HEADING: &str = "Limits";

/// The longest time-out, in seconds.
const LONGEST: u64 = 3_600;

const MOST_HASH_THREADS: usize = 1_024;

const fn setting(
    name: &'static str,
    flag: &'static str,
    placeholder: &'static str,
    help: &'static str,
    default: DefaultValue,
) -> Setting {
    Setting { name, flag, heading: HEADING, placeholder, help, default, secret: false }
}

/// `IMMICH_HASH_THREADS`
pub(super) static HASH_THREADS: Setting = setting(
    "IMMICH_HASH_THREADS",
    "hash-threads",
    "COUNT",
    "Passwords hashed at the same time",
    DefaultValue::Computed {
        words: "one less than the cores, at least 1",
        value: || Some(default_hash_threads().to_string().into()),
    },
);
/// `IMMICH_HASH_QUEUE`
pub(super) static HASH_QUEUE: Setting = setting(
    "IMMICH_HASH_QUEUE",
    "hash-queue",
    "COUNT",
    "Passwords that may wait to be hashed; more are refused",
    DefaultValue::Text("64"),
);
/// `IMMICH_DB_CONNECTIONS`
pub(super) static DB_CONNECTIONS: Setting = setting(
    "IMMICH_DB_CONNECTIONS",
    "db-connections",
    "COUNT",
    "Most connections to the database",
    DefaultValue::Text("16"),
);
/// `IMMICH_HEADER_TIMEOUT`
pub(super) static HEADER_TIMEOUT: Setting = setting(
    "IMMICH_HEADER_TIMEOUT",
    "header-timeout",
    "SECONDS",
    "How long the head of a request may take to arrive",
    DefaultValue::Text("10"),
);
/// `IMMICH_BODY_TIMEOUT`
pub(super) static BODY_TIMEOUT: Setting = setting(
    "IMMICH_BODY_TIMEOUT",
    "body-timeout",
    "SECONDS",
    "How long the body of a request may take to arrive",
    DefaultValue::Text("30"),
);
/// `IMMICH_IDLE_TIMEOUT`
pub(super) static IDLE_TIMEOUT: Setting = setting(
    "IMMICH_IDLE_TIMEOUT",
    "idle-timeout",
    "SECONDS",
    "How long a connection may wait for its next request",
    DefaultValue::Text("75"),
);
/// `IMMICH_SHUTDOWN_TIMEOUT`
pub(super) static SHUTDOWN_TIMEOUT: Setting = setting(
    "IMMICH_SHUTDOWN_TIMEOUT",
    "shutdown-timeout",
    "SECONDS",
    "How long running requests may take to finish when the server is stopped",
    DefaultValue::Text("25"),
);

/// How much work is taken on, and how long anything may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Passwords hashed at the same time; at least 1.
    pub hash_threads: usize,
    /// Passwords that may wait to be hashed; at least 1.
    pub hash_queue: usize,
    /// Most connections to the database; at least 1.
    pub db_connections: u32,
    /// How long the head of a request may take to arrive.
    pub header_timeout: Duration,
    /// How long the body of a request may take to arrive.
    pub body_timeout: Duration,
    /// How long a connection may wait for its next request.
    pub idle_timeout: Duration,
    /// How long running requests may take to finish when the server is stopped.
    pub shutdown_timeout: Duration,
}

impl Limits {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Faulted> {
        let hash_threads = reader.whole(&HASH_THREADS, 1..=MOST_HASH_THREADS);
        let hash_queue = reader.whole(&HASH_QUEUE, 1..=100_000);
        let db_connections = reader.whole(&DB_CONNECTIONS, 1..=1_000);
        let header_timeout = reader.seconds(&HEADER_TIMEOUT, LONGEST);
        let body_timeout = reader.seconds(&BODY_TIMEOUT, LONGEST);
        let idle_timeout = reader.seconds(&IDLE_TIMEOUT, LONGEST);
        let shutdown_timeout = reader.seconds(&SHUTDOWN_TIMEOUT, LONGEST);
        Ok(Self {
            hash_threads: hash_threads?,
            hash_queue: hash_queue?,
            db_connections: db_connections?,
            header_timeout: header_timeout?,
            body_timeout: body_timeout?,
            idle_timeout: idle_timeout?,
            shutdown_timeout: shutdown_timeout?,
        })
    }
}

/// One core is left to everything else, so that a flood of logins cannot starve the other requests.
fn default_hash_threads() -> usize {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    cores.saturating_sub(1).clamp(1, MOST_HASH_THREADS)
}
