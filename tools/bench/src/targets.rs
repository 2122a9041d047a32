//! The targets of the benchmarks, by their keys in the report.

use crate::stats::{Spread, number, spread};

/// The bound that a figure has to keep.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

/// One target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Target {
    pub(crate) key: &'static str,
    pub(crate) what: &'static str,
    /// Of the figures; empty for ratios.
    pub(crate) unit: &'static str,
    pub(crate) bound: Bound,
}

/// A target, and the figure that was measured.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Checked {
    pub(crate) target: Target,
    /// The median of the rounds is what counts.
    pub(crate) figure: Spread,
}

impl Target {
    /// Checks the figures of some rounds; none without rounds.
    pub(crate) fn check(self, rounds: &[f64]) -> Option<Checked> {
        Some(Checked { target: self, figure: spread(rounds)? })
    }
}

impl Checked {
    pub(crate) fn is_met(&self) -> bool {
        match self.target.bound {
            Bound::AtLeast(bound) => self.figure.median >= bound,
            Bound::AtMost(bound) => self.figure.median <= bound,
        }
    }
}

impl std::fmt::Display for Checked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Target { key, unit, bound, .. } = self.target;
        let mark = if self.is_met() { "met   " } else { "MISSED" };
        let unit = if unit.is_empty() { String::new() } else { format!(" {unit}") };
        let figure = number(self.figure.median);
        write!(f, "{mark} {key:32} {figure:>8}{unit} ({}), target {bound}{unit}", self.figure)
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

const fn at_least(bound: f64, key: &'static str, what: &'static str) -> Target {
    Target { key, what, unit: "", bound: Bound::AtLeast(bound) }
}

const fn at_most(bound: f64, unit: &'static str, key: &'static str, what: &'static str) -> Target {
    Target { key, what, unit, bound: Bound::AtMost(bound) }
}

pub(crate) const PING: Target =
    at_least(0.45, "ping_vs_bare_hyper", "pings per second ÷ those of bare hyper with the same bytes");
pub(crate) const PING_INSTRUCTIONS: Target =
    at_most(2.25, "", "ping_vs_bare_hyper_instructions", "instructions per ping ÷ those of bare hyper");
pub(crate) const ME_CACHED: Target =
    at_least(0.60, "me_cached_vs_ping", "`GET /users/me` per second by Bearer with the cache ÷ pings per second");
pub(crate) const MEMORY_GROWTH: Target =
    at_most(1.0, "MB", "rss_growth_over_a_million", "growth of resident memory over a million requests");
pub(crate) const ME_16: Target = at_least(
    0.75,
    "me_uncached_vs_pgbench_16",
    "`GET /users/me` per second by Bearer without the cache ÷ pgbench with its query; 16 connections",
);
pub(crate) const ME_16_TAIL: Target =
    at_most(3.0, "", "me_uncached_p99_over_p50_16", "`GET /users/me`: p99 ÷ p50; 16 connections");
pub(crate) const ME_64: Target = at_least(0.75, "me_uncached_vs_pgbench_64", "the same; 64 connections");
pub(crate) const ME_64_TAIL: Target = at_most(3.0, "", "me_uncached_p99_over_p50_64", "the same; 64 connections");
pub(crate) const KEYS_16: Target = at_least(
    0.65,
    "apikeys_vs_pgbench_16",
    "`GET /api-keys` per second by x-api-key without the cache ÷ pgbench with its queries; 16 connections",
);
pub(crate) const KEYS_16_TAIL: Target =
    at_most(3.0, "", "apikeys_p99_over_p50_16", "`GET /api-keys`: p99 ÷ p50; 16 connections");
pub(crate) const KEYS_64: Target = at_least(0.65, "apikeys_vs_pgbench_64", "the same; 64 connections");
pub(crate) const KEYS_64_TAIL: Target = at_most(3.0, "", "apikeys_p99_over_p50_64", "the same; 64 connections");
pub(crate) const LOGIN: Target =
    at_least(0.95, "login_vs_bcrypt", "logins per second ÷ bare bcrypt on as many threads");
pub(crate) const LOGIN_LOAD_PING: Target =
    at_most(2.0, "", "flood_ping_p99", "p99 of a ping during 64 concurrent logins ÷ p99 without them");
pub(crate) const LOGIN_LOAD_ME: Target = at_most(2.0, "", "flood_me_p99", "the same for `GET /users/me`");
pub(crate) const START: Target = at_most(60.0, "ms", "start_to_first_answer", "from start to first answer");
pub(crate) const IDLE: Target = at_most(12.0, "MB", "rss_idle", "resident memory of an idle server");
pub(crate) const CONNECTED: Target =
    at_most(25.0, "MB", "rss_1000_connections", "resident memory with 1,000 connections that have sent one request");
pub(crate) const BINARY: Target = at_most(15.0, "MB", "binary", "size of the release binary");
pub(crate) const ROWS_SESSIONS: Target = at_most(
    1.20,
    "",
    "rows_sessions",
    "time of `GET /sessions` with 1,000 or 100,000 rows (the slower) ÷ time with 10",
);
pub(crate) const ROWS_KEYS: Target = at_most(1.20, "", "rows_api_keys", "the same for `GET /api-keys`");
pub(crate) const ROWS_USERS: Target = at_most(1.20, "", "rows_users", "the same for `GET /users`");
pub(crate) const MILLION_SESSIONS: Target = at_most(
    1.10,
    "",
    "million_sessions",
    "time of `GET /users/me` without the cache with a million sessions ÷ time with 10",
);
pub(crate) const STREAMING: Target = at_most(
    4.0,
    "MB",
    "users_stream_growth",
    "growth of peak resident memory while `GET /users` answers with 100,000 users",
);
pub(crate) const BUILD_NOTHING: Target = at_most(1.0, "s", "build_no_op", "`cargo build` with nothing to do");
pub(crate) const BUILD_CONTRACT: Target =
    at_most(15.0, "s", "build_contract_edit", "from an edit of the contract to the compiler's error");
pub(crate) const BUILD_CLEAN: Target = at_most(180.0, "s", "build_clean", "debug build of the server from nothing");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_has_to_keep_the_bound() {
        assert!(PING.check(&[0.3, 0.46, 0.97]).unwrap().is_met());
        assert!(!PING.check(&[0.3, 0.44, 0.97]).unwrap().is_met());
    }

    #[test]
    fn a_figure_that_equals_the_bound_keeps_it() {
        assert!(IDLE.check(&[12.0]).unwrap().is_met() && !IDLE.check(&[12.01]).unwrap().is_met());
        assert!(LOGIN.check(&[0.95]).unwrap().is_met());
    }

    #[test]
    fn without_rounds_nothing_is_checked() {
        assert_eq!(PING.check(&[]), None);
    }
}
