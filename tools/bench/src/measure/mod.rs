//! What is measured, one file per part.

mod builds;
mod footprint;
pub(crate) mod instructions;
mod login;
mod login_load;
mod queries;
mod streaming;
mod table_size;
mod throughput;

use crate::account::Account;
use crate::cores::Placement;
use crate::database::{Database, Databases};
use crate::error::BenchError;
use crate::rounds::Series;
use crate::server::{Programs, Running};
use crate::targets::Checked;
use crate::wrk::Wrk;
use instructions::Counted;
use std::time::Duration;

/// The setting with which every credential is looked up in the database.
const CACHE_OFF: (&str, &str) = ("IMMICH_CREDENTIAL_CACHE", "off");

/// What every part needs.
pub(crate) struct Bench<'a> {
    pub(crate) programs: &'a Programs,
    pub(crate) placement: &'a Placement,
    pub(crate) databases: &'a Databases,
    /// Has the account's rows and few others.
    pub(crate) database: &'a Database<'a>,
    pub(crate) account: &'a Account,
    pub(crate) wrk: &'a Wrk,
    pub(crate) rounds: usize,
    /// How long one turn of one candidate lasts.
    pub(crate) turn: Duration,
}

impl Bench<'_> {
    /// The server on its core and the main database.
    fn serve(&self, settings: &[(&str, &str)]) -> Result<Running, BenchError> {
        self.programs.serve(&self.placement.server, &self.database.url(), settings)
    }

    /// An account on a new database.
    fn account_on(&self, database: &Database<'_>) -> Result<Account, BenchError> {
        Account::sign_up(&self.programs.serve(&self.placement.all, &database.url(), &[])?)
    }
}

/// What a part measured.
#[derive(Debug, Default)]
pub(crate) struct Results {
    pub(crate) targets: Vec<Checked>,
    pub(crate) series: Vec<Series>,
    pub(crate) instructions: Vec<Counted>,
}

impl Results {
    pub(crate) fn add(&mut self, other: Self) {
        self.targets.extend(other.targets);
        self.series.extend(other.series);
        self.instructions.extend(other.instructions);
    }
}

type Measure = fn(&Bench<'_>) -> Result<Results, BenchError>;

/// The parts by their names for `--only`, in the order in which they run.
pub(crate) const PARTS: [(&str, Measure); 10] = [
    ("throughput", throughput::measure),
    ("me", queries::measure_me),
    ("api-keys", queries::measure_api_keys),
    ("login", login::measure),
    ("login-load", login_load::measure),
    ("footprint", footprint::measure),
    ("table-size", table_size::measure),
    ("streaming", streaming::measure),
    ("instructions", instructions::measure),
    ("builds", builds::measure),
];
