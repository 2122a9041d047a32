//! Waiting for a database that is not up yet, as when both are started together.

use super::Failure;
use crate::db::{self, DatabaseSettings};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// The pause between two attempts.
const PAUSE: Duration = Duration::from_millis(250);
/// The time between two lines of the log.
const REPORT_PERIOD: Duration = Duration::from_secs(5);

/// Returns when the database has a primary that accepts writes. What only another configuration can change, such as a
/// wrong password, fails at once.
pub(super) async fn wait_for_database(target: &DatabaseSettings, limit: Duration) -> Result<(), Failure> {
    if limit.is_zero() {
        return Ok(());
    }
    let begin = Instant::now();
    let mut reported: Option<Instant> = None;
    loop {
        let error = match db::probe(target).await {
            Ok(()) => break,
            Err(error) if !error.is_temporary() => return Err(error.into()),
            Err(error) => error,
        };
        let left = limit.saturating_sub(begin.elapsed());
        if left.is_zero() {
            return Err(
                format!("the database was not available within {} s (DB_WAIT): {error}", limit.as_secs()).into()
            );
        }
        if reported.is_none_or(|at| at.elapsed() >= REPORT_PERIOD) {
            tracing::warn!(reason = %error, seconds_left = left.as_secs(), "waiting for the database");
            reported = Some(Instant::now());
        }
        sleep(PAUSE.min(left)).await;
    }
    if reported.is_some() {
        tracing::info!("the database is available");
    }
    Ok(())
}
