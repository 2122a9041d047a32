//! Whether the time of an answer depends on rows that are not in it.

use super::{Bench, CACHE_OFF, Found};
use crate::account::Account;
use crate::database::Database;
use crate::error::BenchError;
use crate::fill;
use crate::rounds::{Arm, Series, alternate};
use crate::server::Running;
use crate::stats::number;
use crate::stats::ratios;
use crate::targets::{self, Finding, Goal};
use crate::wrk::Load;
use std::time::Duration;

/// Rows in each table beside those in the answer.
const SIZES: [u32; 3] = [10, 1_000, 100_000];
const MANY_SESSIONS: u32 = 1_000_000;
/// Rows in each answer, about.
const ANSWERED: u32 = 9;
const CONNECTIONS: usize = 8;
/// There are many turns; each is short.
const TURN: Duration = Duration::from_secs(1);

/// A server on a database of its own.
struct Site {
    server: Running,
    account: Account,
}

impl Site {
    fn new(bench: &Bench<'_>, name: &str, rows: u32, more_sessions: u32) -> Result<Self, BenchError> {
        let database: Database<'_> = bench.databases.create(name)?;
        let server = bench.programs.serve(&bench.placement.all, &database.url(), &[])?;
        let account = Account::sign_up(&server)?;
        server.stop();
        fill::others(&database, rows)?;
        if more_sessions > 0 {
            fill::sessions(&database, more_sessions)?;
        }
        fill::users(&database, ANSWERED)?;
        fill::own_sessions(&database, ANSWERED)?;
        fill::settle(&database)?;
        let server = bench.programs.serve(&bench.placement.server, &database.url(), &[CACHE_OFF])?;
        Ok(Self { server, account })
    }

    fn arm<'a>(&'a self, bench: &'a Bench<'_>, name: String, path: &'a str) -> Arm<'a> {
        Arm::new(name, move || {
            let headers = [self.account.bearer.as_str()];
            let load = Load { path, headers: &headers, connections: CONNECTIONS, time: TURN };
            bench.wrk.run(self.server.address, load)
        })
    }
}

pub(crate) fn measure(bench: &Bench<'_>) -> Result<Found, BenchError> {
    let mut found = Found::default();
    let sites = SIZES.map(|rows| Site::new(bench, &format!("rows_{rows}"), rows, 0));
    let [few, some, many] = sites;
    let sites = [few?, some?, many?];
    let subjects = [
        ("/api/sessions", targets::ROWS_SESSIONS),
        ("/api/api-keys", targets::ROWS_KEYS),
        ("/api/users", targets::ROWS_USERS),
    ];
    for (path, goal) in subjects {
        let name = path.strip_prefix("/api").unwrap_or(path);
        let arms = sites
            .iter()
            .zip(SIZES)
            .map(|(site, rows)| site.arm(bench, format!("GET {name}, {} rows", number(f64::from(rows))), path));
        let series = alternate(bench.rounds, arms.collect(), bench.progress)?;
        found.findings.extend(worst(&goal, &series));
        found.series.extend(series);
    }

    let [few, _, _] = sites;
    let many = Site::new(bench, "million", 100, MANY_SESSIONS)?;
    let arms = vec![
        few.arm(bench, "GET /users/me, 20 sessions".to_owned(), "/api/users/me"),
        many.arm(bench, "GET /users/me, 1,000,000 sessions".to_owned(), "/api/users/me"),
    ];
    let series = alternate(bench.rounds, arms, bench.progress)?;
    found.findings.extend(worst(&targets::MILLION_SESSIONS, &series));
    found.series.extend(series);
    Ok(found)
}

/// The finding of that series which takes the most time per request, compared with the first.
fn worst(goal: &Goal, series: &[Series]) -> Option<Finding> {
    let (first, others) = series.split_first()?;
    // Time per request is the inverse of requests per second.
    let findings = others.iter().filter_map(|other| goal.judge(&ratios(&first.rates(), &other.rates())));
    findings.max_by(|one, other| one.figure.median.total_cmp(&other.figure.median))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rounds::Sample;

    fn series(rates: &[f64]) -> Series {
        let sample = |&rate: &f64| Sample { rate, requests: rate, p50_us: None, p99_us: None };
        Series { name: String::new(), rounds: rates.iter().map(sample).collect() }
    }

    #[test]
    fn the_size_that_takes_longest_is_the_one_that_is_judged() {
        let series = [series(&[1000.0, 1000.0]), series(&[1000.0, 1000.0]), series(&[500.0, 500.0])];

        let finding = worst(&targets::ROWS_USERS, &series).unwrap();

        assert!((finding.figure.median - 2.0).abs() < 1e-9 && !finding.met);
    }
}
