//! One process at a time migrates a database.

use std::thread::sleep;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::deserialize::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

use super::migrate::{Harness, MigrateError};

/// The key of the advisory lock, one for all versions of this program: "immich" in ASCII.
const LOCK: i64 = 0x696d_6d69_6368;

/// How long to wait for another process that is migrating.
const LONGEST_WAIT: Duration = Duration::from_secs(120);

/// The time between two attempts. A process that waited in the database would keep one of the few connections of a
/// pooler.
const PAUSE: Duration = Duration::from_millis(50);

#[derive(QueryableByName)]
struct Attempt {
    #[diesel(sql_type = Bool)]
    locked: bool,
}

/// Does `work` on `connection` while `lock`, another connection, holds the lock in a transaction: a pooler may give each
/// transaction another connection to the database, and the work consists of several. Blocks.
pub(super) fn locked<T>(
    lock: &mut Harness,
    connection: &mut Harness,
    work: impl FnOnce(&mut Harness) -> Result<T, MigrateError>,
) -> Result<T, MigrateError> {
    let begin = Instant::now();
    while !attempt(lock).map_err(MigrateError::Lock)? {
        if begin.elapsed() > LONGEST_WAIT {
            return Err(MigrateError::Locked(LONGEST_WAIT));
        }
        sleep(PAUSE);
    }
    let result = work(connection);
    // Best effort: the end of the connection releases the lock too, a little later.
    let _ = lock.batch_execute("rollback");
    result
}

/// Begins a transaction that holds the lock; none if another process has it.
fn attempt(lock: &mut Harness) -> QueryResult<bool> {
    lock.batch_execute("begin")?;
    let attempt = diesel::sql_query("select pg_try_advisory_xact_lock($1) as locked").bind::<BigInt, _>(LOCK);
    let Attempt { locked } = attempt.get_result(lock)?;
    if !locked {
        lock.batch_execute("rollback")?;
    }
    Ok(locked)
}
