//! What the server waits for: a database at start, load balancers at shutdown; and when it is ready.

use std::time::Duration;

use super::error::Invalid;
use super::reader::{Reader, read_fields};
use super::table::{DB_CONNECTION_MAX_AGE, DB_WAIT, IMMICH_DRAIN_DELAY, IMMICH_READY};

/// When `/readyz` reports that the server is ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadyFor {
    /// When the database takes reads and writes.
    Writes,
    /// When the database takes reads.
    Reads,
}

/// How the server behaves while it, or its database, starts, stops or fails over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Availability {
    /// How long `serve` and `migrate` wait for a database that is not up yet; zero for not at all.
    pub database_wait: Duration,
    /// The greatest age of a connection to the database.
    pub connection_max_age: Duration,
    /// When the server is ready.
    pub ready_for: ReadyFor,
    /// Between the signal to stop and the end of accepting connections.
    pub drain_delay: Duration,
}

impl Availability {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Invalid> {
        read_fields!(Self {
            database_wait: reader.required(DB_WAIT),
            connection_max_age: reader.required(DB_CONNECTION_MAX_AGE),
            ready_for: reader.required(IMMICH_READY),
            drain_delay: reader.required(IMMICH_DRAIN_DELAY),
        })
    }
}
