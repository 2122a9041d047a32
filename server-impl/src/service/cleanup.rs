//! Removes what is no longer of use, by upstream's rules: sessions that have expired or were not used for 90 days, and
//! users who were deleted longer ago than `user.deleteDelay` days.

use crate::config::SystemSource;
use crate::db::cleanup::{self, Due};
use crate::db::{Database, DbError, Schema, login_throttle};
use crate::error::Error;
use crate::service::system_config;
use serde::Serialize;
use std::time::Duration;

/// Rows that one transaction removes. It takes about 30 ms: so long may a request wait for one of them.
const BATCH: usize = 1_000;

/// The pause between two transactions, for the requests that use the database meanwhile.
const PAUSE: Duration = Duration::from_millis(10);

/// A cleanup to do.
#[derive(Clone)]
pub struct Cleanup {
    database: Database,
    /// None if the stored `user.deleteDelay` is invalid: users stay, as the default may be shorter than was meant.
    delete_delay_days: Option<u32>,
    users: UserRemoval,
}

/// Whether this server removes users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserRemoval {
    /// It does.
    Here,
    /// It leaves that to upstream, whose database this is: upstream removes the files of a user first, and the row that
    /// names them last.
    LeftToUpstream,
}

impl From<&Schema> for UserRemoval {
    fn from(schema: &Schema) -> Self {
        match schema {
            Schema::Own => Self::Here,
            Schema::Upstream { .. } => Self::LeftToUpstream,
        }
    }
}

/// What a cleanup has done, or would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// How it ended.
    pub outcome: Outcome,
    /// Sessions that were removed. Sessions of the removed users are not counted.
    pub sessions: u64,
    /// Users that were removed.
    pub users: u64,
    /// Users that are due, but stay because upstream removes them.
    pub users_left_to_upstream: u64,
    /// How many days ago a user must have been deleted to be removed; none if the stored `user.deleteDelay` is invalid, so
    /// that no user is removed.
    pub delete_delay_days: Option<u32>,
}

/// How a cleanup ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Everything that was due is removed.
    Done,
    /// Nothing was removed; the numbers say what would be.
    DryRun,
    /// Another process is cleaning up the same database, and removes the rest.
    Busy,
}

impl Cleanup {
    /// With the current `user.deleteDelay`.
    ///
    /// # Errors
    /// As [`system_config::read`].
    pub async fn prepare(database: &Database, source: &SystemSource, users: UserRemoval) -> Result<Self, Error> {
        let (config, invalid) = system_config::read(database, source).await?;
        let delete_delay_days = (!invalid.include_delete_delay).then_some(config.user_delete_delay_days);
        Ok(Self { database: database.clone(), delete_delay_days, users })
    }

    /// Counts what [`Cleanup::run`] would remove.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn dry_run(&self) -> Result<Report, DbError> {
        let sessions = self.count(Due::Sessions).await?;
        let users = self.count_due_users().await?;
        let report = Report { sessions, ..self.report(Outcome::DryRun) };
        Ok(match self.users {
            UserRemoval::Here => Report { users, ..report },
            UserRemoval::LeftToUpstream => Report { users_left_to_upstream: users, ..report },
        })
    }

    /// Removes everything that is due, in many small transactions. Ends early if another process is doing the same.
    ///
    /// # Errors
    /// See [`DbError`]. What was removed before the failure stays removed.
    pub async fn run(&self) -> Result<Report, DbError> {
        let mut report = self.report(Outcome::Done);
        for due in self.steps() {
            let (removed, outcome) = self.remove(due).await?;
            match due {
                Due::Sessions => report.sessions = removed,
                Due::Users { .. } => report.users = removed,
                Due::SessionsOfUsers { .. } | Due::ApiKeysOfUsers { .. } => {}
            }
            if outcome == Outcome::Busy {
                return Ok(Report { outcome, ..report });
            }
        }
        if self.users == UserRemoval::Here {
            login_throttle::purge(&mut self.database.writer().await?).await?;
        } else {
            report.users_left_to_upstream = self.count_due_users().await?;
        }
        Ok(report)
    }

    async fn count_due_users(&self) -> Result<u64, DbError> {
        match self.delete_delay_days {
            Some(days) => self.count(Due::Users { days }).await,
            None => Ok(0),
        }
    }

    fn steps(&self) -> Vec<Due> {
        match (self.users, self.delete_delay_days) {
            (UserRemoval::LeftToUpstream, _) | (UserRemoval::Here, None) => vec![Due::Sessions],
            // A user may have any number of sessions and keys: deleted together with the user, they could take longer
            // than a statement may.
            (UserRemoval::Here, Some(days)) => {
                vec![Due::Sessions, Due::SessionsOfUsers { days }, Due::ApiKeysOfUsers { days }, Due::Users { days }]
            }
        }
    }

    async fn count(&self, due: Due) -> Result<u64, DbError> {
        cleanup::count(&self.database.writer().await?, due).await
    }

    /// Removes rows until none is due, or until another process has the lock.
    async fn remove(&self, due: Due) -> Result<(u64, Outcome), DbError> {
        let mut removed = 0;
        loop {
            // The connection is given back at once: there may be only one for writes.
            let ids = cleanup::find(&self.database.writer().await?, due).await?;
            let before = removed;
            for batch in ids.chunks(BATCH) {
                match cleanup::remove(&mut self.database.writer().await?, due, batch).await? {
                    Some(count) => removed += u64::try_from(count).unwrap_or_default(),
                    None => return Ok((removed, Outcome::Busy)),
                }
                tokio::time::sleep(PAUSE).await;
            }
            // Rows that other transactions have locked stay until the next cleanup.
            if removed == before {
                return Ok((removed, Outcome::Done));
            }
        }
    }

    fn report(&self, outcome: Outcome) -> Report {
        Report { outcome, sessions: 0, users: 0, users_left_to_upstream: 0, delete_delay_days: self.delete_delay_days }
    }
}
