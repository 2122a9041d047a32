//! Runs the cleanup once a day.

use crate::error::{Error, chain};
use crate::service::cleanup::{Cleanup, Outcome, Report, UserRemoval};
use crate::state::AppState;
use crate::telemetry::metrics::Metrics;
use std::sync::Arc;
use std::time::Duration;
use time::{OffsetDateTime, Time};

/// How often the clock is read: a timer does not run while the machine is suspended, and ignores changes of the clock.
const TICK: Duration = Duration::from_secs(30);

/// The pause after a failed cleanup.
const RETRY: Duration = Duration::from_secs(600);

/// Runs a cleanup every day at `at` (UTC), and repeats a failed one every ten minutes. Never returns. A time that passes
/// while no process runs is not made up for: the rows stay until the next day, and are rejected meanwhile.
pub async fn run(state: Arc<AppState>, metrics: Arc<Metrics>, at: Time, users: UserRemoval) {
    loop {
        wait_until(next(OffsetDateTime::now_utc(), at)).await;
        loop {
            match clean_up(&state, users).await {
                Ok(report) => {
                    log(&report);
                    metrics.count_cleanup(report.sessions, report.users, OffsetDateTime::now_utc().unix_timestamp());
                    break;
                }
                Err(error) => {
                    tracing::warn!(error = chain(&error), "cleanup failed; retrying in {} s", RETRY.as_secs());
                    tokio::time::sleep(RETRY).await;
                }
            }
        }
    }
}

async fn clean_up(state: &AppState, users: UserRemoval) -> Result<Report, Error> {
    let cleanup = Cleanup::prepare(&state.database, &state.info.system, users).await?;
    Ok(cleanup.run().await?)
}

fn log(report: &Report) {
    let Report { outcome, sessions, users, users_left_to_upstream, delete_delay_days } = report;
    match outcome {
        Outcome::Busy => tracing::debug!(sessions, users, "another process is cleaning up; leaving the rest to it"),
        Outcome::Done | Outcome::DryRun => tracing::info!(sessions, users, "cleanup finished"),
    }
    match delete_delay_days {
        None => {
            tracing::warn!("user.deleteDelay in the system configuration is invalid: no user was removed; correct it");
        }
        Some(days) if *users_left_to_upstream > 0 => tracing::info!(
            users = users_left_to_upstream,
            "users deleted more than {days} days ago stay: only upstream can remove them with their files"
        ),
        Some(_) => {}
    }
}

/// The first moment after `now` at this time of day.
fn next(now: OffsetDateTime, at: Time) -> OffsetDateTime {
    let today = now.replace_time(at);
    if today > now { today } else { today.saturating_add(time::Duration::DAY) }
}

async fn wait_until(moment: OffsetDateTime) {
    while let Ok(left) = Duration::try_from(moment - OffsetDateTime::now_utc()) {
        if left.is_zero() {
            return;
        }
        tokio::time::sleep(left.min(TICK)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::{datetime, time};

    #[test]
    fn the_next_cleanup_is_later_today_or_tomorrow() {
        for (now, at, expected) in [
            (datetime!(2026-01-31 12:00 UTC), time!(12:00:01), datetime!(2026-01-31 12:00:01 UTC)),
            (datetime!(2026-01-31 12:00 UTC), time!(12:00), datetime!(2026-02-01 12:00 UTC)),
            (datetime!(2026-12-31 23:59:59.9 UTC), time!(0:00), datetime!(2027-01-01 0:00 UTC)),
        ] {
            assert_eq!(next(now, at), expected, "{now} {at}");
        }
    }
}
