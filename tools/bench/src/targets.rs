//! What is to be reached, by the keys of the report.

use crate::stats::number;
use crate::stats::{Spread, spread};
use serde::{Deserialize, Serialize};

/// A bound that a figure is to keep.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

impl Bound {
    fn is_kept_by(self, value: f64) -> bool {
        match self {
            Self::AtLeast(bound) => value >= bound,
            Self::AtMost(bound) => value <= bound,
        }
    }
}

/// One thing to be reached.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Goal {
    key: &'static str,
    what: &'static str,
    unit: &'static str,
    bound: Bound,
}

/// A goal, and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Finding {
    pub(crate) key: String,
    pub(crate) what: String,
    /// Of the figures; empty for ratios.
    pub(crate) unit: String,
    pub(crate) target: Bound,
    /// The median of the rounds is what counts.
    pub(crate) figure: Spread,
    pub(crate) met: bool,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { key, unit, target, figure, met, .. } = self;
        let mark = if *met { "met   " } else { "MISSED" };
        let unit = if unit.is_empty() { String::new() } else { format!(" {unit}") };
        let (figure, low, high) = (number(figure.median), number(figure.low), number(figure.high));
        write!(f, "{mark} {key:32} {figure:>8}{unit} ({low} to {high}), target {target}{unit}")
    }
}

impl std::fmt::Display for Bound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::AtLeast(value) => write!(f, "≥ {}", number(*value)),
            Self::AtMost(value) => write!(f, "≤ {}", number(*value)),
        }
    }
}

impl Goal {
    const fn at_least(bound: f64, key: &'static str, what: &'static str) -> Self {
        Self { key, what, unit: "", bound: Bound::AtLeast(bound) }
    }

    const fn at_most(bound: f64, unit: &'static str, key: &'static str, what: &'static str) -> Self {
        Self { key, what, unit, bound: Bound::AtMost(bound) }
    }

    /// What came of it; none without rounds.
    pub(crate) fn judge(&self, rounds: &[f64]) -> Option<Finding> {
        let figure = spread(rounds)?;
        Some(Finding {
            key: self.key.to_owned(),
            what: self.what.to_owned(),
            unit: self.unit.to_owned(),
            target: self.bound,
            figure,
            met: self.bound.is_kept_by(figure.median),
        })
    }
}

pub(crate) const PING: Goal =
    Goal::at_least(0.95, "ping_vs_bare_hyper", "pings per second, of those of bare hyper with the same bytes");
pub(crate) const PING_INSTRUCTIONS: Goal =
    Goal::at_most(1.10, "", "ping_vs_bare_hyper_instructions", "instructions per ping, of those of bare hyper");
pub(crate) const ME_CACHED: Goal =
    Goal::at_least(0.60, "me_cached_vs_ping", "`GET /users/me` by Bearer with the cache, of pings per second");
pub(crate) const ME_16: Goal = Goal::at_least(
    0.75,
    "me_uncached_vs_pgbench_16",
    "`GET /users/me` by Bearer without the cache, of pgbench with its query; 16 connections",
);
pub(crate) const ME_64: Goal = Goal::at_least(0.75, "me_uncached_vs_pgbench_64", "the same; 64 connections");
pub(crate) const KEYS_16: Goal = Goal::at_least(
    0.65,
    "apikeys_vs_pgbench_16",
    "`GET /api-keys` by x-api-key without the cache, of pgbench with its queries; 16 connections",
);
pub(crate) const KEYS_64: Goal = Goal::at_least(0.65, "apikeys_vs_pgbench_64", "the same; 64 connections");
pub(crate) const ME_16_TAIL: Goal =
    Goal::at_most(3.0, "", "me_uncached_p99_over_p50_16", "`GET /users/me`: p99, of p50; 16 connections");
pub(crate) const ME_64_TAIL: Goal = Goal::at_most(3.0, "", "me_uncached_p99_over_p50_64", "the same; 64 connections");
pub(crate) const KEYS_16_TAIL: Goal =
    Goal::at_most(3.0, "", "apikeys_p99_over_p50_16", "`GET /api-keys`: p99, of p50; 16 connections");
pub(crate) const KEYS_64_TAIL: Goal = Goal::at_most(3.0, "", "apikeys_p99_over_p50_64", "the same; 64 connections");
pub(crate) const LOGIN: Goal =
    Goal::at_least(0.95, "login_vs_bcrypt", "logins per second, of bare bcrypt on as many threads");
pub(crate) const FLOOD_PING: Goal =
    Goal::at_most(2.0, "", "flood_ping_p99", "p99 of ping while 64 logins are under way, of p99 without");
pub(crate) const FLOOD_ME: Goal = Goal::at_most(2.0, "", "flood_me_p99", "p99 of `GET /users/me`, likewise");
pub(crate) const IDLE: Goal = Goal::at_most(12.0, "MB", "rss_idle", "resident memory of an idle server");
pub(crate) const CONNECTED: Goal =
    Goal::at_most(25.0, "MB", "rss_1000_connections", "resident memory with 1,000 connections that have asked once");
pub(crate) const MILLION: Goal =
    Goal::at_most(1.0, "MB", "rss_growth_over_a_million", "growth of resident memory over a million requests");
pub(crate) const START: Goal = Goal::at_most(60.0, "ms", "start_to_first_answer", "from start to first answer");
pub(crate) const BINARY: Goal = Goal::at_most(15.0, "MB", "binary", "size of the release binary");
pub(crate) const ROWS_SESSIONS: Goal = Goal::at_most(
    1.20,
    "",
    "rows_sessions",
    "time of `GET /sessions` with 1,000 or 100,000 rows (the worse), of that with 10",
);
pub(crate) const ROWS_KEYS: Goal = Goal::at_most(1.20, "", "rows_api_keys", "`GET /api-keys`, likewise");
pub(crate) const ROWS_USERS: Goal = Goal::at_most(1.20, "", "rows_users", "`GET /users`, likewise");
pub(crate) const MILLION_SESSIONS: Goal = Goal::at_most(
    1.10,
    "",
    "million_sessions",
    "time of `GET /users/me` without the cache with a million sessions, of that with 10",
);
pub(crate) const STREAM: Goal = Goal::at_most(
    4.0,
    "MB",
    "users_stream_growth",
    "growth of resident memory, at its peak, while `GET /users` answers with 100,000 users",
);
pub(crate) const BUILD_NOTHING: Goal = Goal::at_most(1.0, "s", "build_no_op", "`cargo build` with nothing to do");
pub(crate) const BUILD_CONTRACT: Goal =
    Goal::at_most(15.0, "s", "build_contract_edit", "from an edit of the contract to the compiler's verdict");
pub(crate) const BUILD_CLEAN: Goal = Goal::at_most(180.0, "s", "build_clean", "debug build of the server from nothing");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_what_has_to_keep_the_bound() {
        let kept = PING.judge(&[0.5, 0.96, 0.97]).unwrap();
        let missed = PING.judge(&[0.5, 0.94, 0.97]).unwrap();

        assert!(kept.met && !missed.met);
    }

    #[test]
    fn a_bound_is_kept_by_what_equals_it() {
        assert!(IDLE.judge(&[12.0]).unwrap().met && !IDLE.judge(&[12.01]).unwrap().met);
        assert!(LOGIN.judge(&[0.95]).unwrap().met);
    }

    #[test]
    fn without_rounds_nothing_is_found() {
        assert_eq!(PING.judge(&[]), None);
    }
}
