//! What is measured, one file per subject.

pub(crate) mod builds;
pub(crate) mod footprint;
pub(crate) mod instructions;
pub(crate) mod login;
pub(crate) mod login_load;
pub(crate) mod queries;
pub(crate) mod streaming;
pub(crate) mod table_size;
pub(crate) mod throughput;

use crate::account::Account;
use crate::cores::Placement;
use crate::database::{Database, Databases};
use crate::error::BenchError;
use crate::progress::Progress;
use crate::rounds::Series;
use crate::server::Programs;
use crate::targets::Finding;
use crate::wrk::Wrk;
use std::time::Duration;

/// The setting that has the database asked for every credential.
pub(crate) const CACHE_OFF: (&str, &str) = ("IMMICH_CREDENTIAL_CACHE", "off");

/// What every measurement needs.
pub(crate) struct Bench<'a> {
    pub(crate) programs: &'a Programs,
    pub(crate) placement: &'a Placement,
    pub(crate) databases: &'a Databases,
    /// With the account's rows and not many others.
    pub(crate) database: &'a Database<'a>,
    pub(crate) account: &'a Account,
    pub(crate) wrk: &'a Wrk,
    /// How many rounds count.
    pub(crate) rounds: usize,
    /// How long one turn of one lasts.
    pub(crate) turn: Duration,
    pub(crate) progress: &'a Progress,
}

/// What a measurement found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) findings: Vec<Finding>,
    pub(crate) series: Vec<Series>,
}

impl Found {
    /// Takes in what another measurement found.
    pub(crate) fn add(&mut self, other: Self) {
        self.findings.extend(other.findings);
        self.series.extend(other.series);
    }
}

/// A measurement.
type Measure = fn(&Bench<'_>) -> Result<Found, BenchError>;

/// Measures everything, in this order. The steps of `progress` are those that [`steps`] counts.
pub(crate) fn all(bench: &Bench<'_>) -> Result<Found, BenchError> {
    let parts: [(&str, Measure); 8] = [
        ("ping, bare hyper, the cache", throughput::measure),
        ("GET /users/me and pgbench", queries::measure_me),
        ("GET /api-keys and pgbench", queries::measure_api_keys),
        ("logins and bare bcrypt", login::measure),
        ("a flood of logins", login_load::measure),
        ("start and memory", footprint::measure),
        ("10, 1,000 and 100,000 rows", table_size::measure),
        ("100,000 users in one answer", streaming::measure),
    ];
    let mut found = Found::default();
    for (name, part) in parts {
        bench.progress.part(name);
        found.add(part(bench)?);
    }
    Ok(found)
}

/// How many steps [`all`] has, for so many rounds: the turns of all parts, first turns included.
pub(crate) fn steps(rounds: usize) -> usize {
    let turns_per_round = [3, 6, 6, 2, 1, 1, 11, 1];
    (rounds + 1) * turns_per_round.iter().sum::<usize>()
}
