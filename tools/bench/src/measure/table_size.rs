//! Whether the time of an answer depends on rows that are not in it.

use super::{Bench, CACHE_OFF, Results};
use crate::account::Account;
use crate::error::BenchError;
use crate::fill;
use crate::rounds::{Candidate, Series, alternate};
use crate::server::Running;
use crate::stats::{number, ratios};
use crate::targets::{self, Checked, Target};
use crate::wrk::Load;

/// Rows in each table beside those in the answer.
const SIZES: [u32; 3] = [10, 1_000, 100_000];
const MANY_SESSIONS: u32 = 1_000_000;
/// Rows in each answer, about.
const ANSWERED: u32 = 9;
const CONNECTIONS: usize = 8;

/// A server on a separate database.
struct Installation {
    server: Running,
    account: Account,
}

impl Installation {
    fn new(bench: &Bench<'_>, name: &str, rows: u32, more_sessions: u32) -> Result<Self, BenchError> {
        let database = bench.databases.create(name)?;
        let account = bench.account_on(&database)?;
        fill::others(&database, rows)?;
        if more_sessions > 0 {
            fill::sessions(&database, more_sessions)?;
        }
        fill::users(&database, ANSWERED)?;
        fill::own_sessions(&database, ANSWERED)?;
        fill::analyze(&database)?;
        let server = bench.programs.serve(&bench.placement.server, &database.url(), &[CACHE_OFF])?;
        Ok(Self { server, account })
    }

    fn candidate<'a>(&'a self, bench: &'a Bench<'_>, name: String, path: &'a str) -> Candidate<'a> {
        Candidate::new(name, move || {
            let headers = [self.account.bearer.as_str()];
            bench
                .wrk
                .run(self.server.address, Load { path, headers: &headers, connections: CONNECTIONS, time: bench.turn })
        })
    }
}

pub(crate) fn measure(bench: &Bench<'_>) -> Result<Results, BenchError> {
    let mut results = Results::default();
    let [few, some, many] = SIZES.map(|rows| Installation::new(bench, &format!("rows_{rows}"), rows, 0));
    let installations = [few?, some?, many?];
    let subjects = [
        ("/api/sessions", targets::ROWS_SESSIONS),
        ("/api/api-keys", targets::ROWS_KEYS),
        ("/api/users", targets::ROWS_USERS),
    ];
    for (path, target) in subjects {
        let mut candidates = Vec::new();
        for (installation, rows) in installations.iter().zip(SIZES) {
            let name = format!("GET {}, {} rows", path.strip_prefix("/api").unwrap_or(path), number(f64::from(rows)));
            candidates.push(installation.candidate(bench, name, path));
        }
        results.add(compare(bench, target, candidates)?);
    }
    let [few, _, _] = installations;
    let many = Installation::new(bench, "million", 100, MANY_SESSIONS)?;
    let path = "/api/users/me";
    let candidates = vec![
        few.candidate(bench, "GET /users/me, 20 sessions".to_owned(), path),
        many.candidate(bench, "GET /users/me, 1,000,000 sessions".to_owned(), path),
    ];
    results.add(compare(bench, targets::MILLION_SESSIONS, candidates)?);
    Ok(results)
}

fn compare(bench: &Bench<'_>, target: Target, candidates: Vec<Candidate<'_>>) -> Result<Results, BenchError> {
    let series = alternate(bench.rounds, candidates)?;
    Ok(Results { targets: slowest(target, &series).into_iter().collect(), series, ..Results::default() })
}

/// Compares the series that takes the most time per request with the first.
fn slowest(target: Target, series: &[Series]) -> Option<Checked> {
    let (first, others) = series.split_first()?;
    // Time per request is the inverse of requests per second.
    let checked = others.iter().filter_map(|other| target.check(&ratios(&first.rates(), &other.rates())));
    checked.max_by(|one, other| one.figure.median.total_cmp(&other.figure.median))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rounds::Sample;
    use std::time::Duration;

    #[test]
    fn the_slowest_size_is_the_one_that_is_checked() {
        let series = [1000.0, 1000.0, 500.0]
            .map(|rate| Series { name: String::new(), rounds: vec![Sample::new(rate, Duration::from_secs(1)); 2] });

        let checked = slowest(targets::ROWS_USERS, &series).unwrap();

        assert!((checked.figure.median - 2.0).abs() < 1e-9 && !checked.is_met());
    }
}
