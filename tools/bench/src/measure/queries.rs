//! Reads without the credential cache, compared with pgbench making the same queries.
//!
//! pgbench runs on the server's core and connects over TCP as the server does; Postgres has another core. Latencies are
//! measured separately, with a load generator that has a core to itself.

use super::{Bench, CACHE_OFF, Results};
use crate::error::BenchError;
use crate::http::Request;
use crate::pgbench::Pgbench;
use crate::query::Query;
use crate::rounds::{Candidate, alternate};
use crate::server::Running;
use crate::stats::ratios;
use crate::targets::{self, Target};
use crate::wrk::Load;
use std::thread;
use std::time::Duration;

/// After this time a server has opened all its connections to the database.
const CONNECTED: Duration = Duration::from_millis(500);
/// The first requests of a turn, which are the first of their connections, wait longer. In turns twice as long they are
/// fewer than the hundredth above p99.
const TAIL_TURNS: u32 = 2;

struct Subject {
    name: &'static str,
    path: &'static str,
    /// Where its queries are written for pgbench.
    script: &'static str,
    /// By number of connections: throughput against pgbench, and p99 against p50.
    targets: [(usize, Target, Target); 2],
}

pub(crate) fn measure_me(bench: &Bench<'_>) -> Result<Results, BenchError> {
    let subject = Subject {
        name: "GET /users/me",
        path: "/api/users/me",
        script: "users-me.sql",
        targets: [(16, targets::ME_16, targets::ME_16_TAIL), (64, targets::ME_64, targets::ME_64_TAIL)],
    };
    measure(bench, &subject, &bench.account.bearer)
}

pub(crate) fn measure_api_keys(bench: &Bench<'_>) -> Result<Results, BenchError> {
    let subject = Subject {
        name: "GET /api-keys",
        path: "/api/api-keys",
        script: "api-keys.sql",
        targets: [(16, targets::KEYS_16, targets::KEYS_16_TAIL), (64, targets::KEYS_64, targets::KEYS_64_TAIL)],
    };
    measure(bench, &subject, &bench.account.key)
}

fn measure(bench: &Bench<'_>, subject: &Subject, credential: &str) -> Result<Results, BenchError> {
    let Subject { name, path, script, targets } = subject;
    let queries = queries(bench, subject, credential)?;
    let script = bench.programs.folder.join(script);
    let pgbench = &Pgbench::new(bench.placement.server.clone(), &queries, bench.database.url(), script)?;
    let server = &bench.serve(&[CACHE_OFF])?;
    let apart = &serve_apart(bench)?;
    let headers = &[credential];
    let mut candidates = Vec::new();
    for &(connections, ..) in targets {
        let load = Load { path, headers, connections, time: bench.turn };
        let long = Load { time: bench.turn * TAIL_TURNS, ..load };
        candidates.extend([
            Candidate::new(format!("{name}, {connections} connections"), move || bench.wrk.run(server.address, load)),
            Candidate::new(format!("pgbench, queries of {name}, {connections} connections"), move || {
                pgbench.run(connections, bench.turn)
            }),
            Candidate::new(format!("{name}, {connections} connections, load apart"), move || {
                bench.wrk.run(apart.address, long)
            }),
        ]);
    }
    let series = alternate(bench.rounds, candidates)?;
    let mut results = Results::default();
    for ((_, throughput, tail), triple) in targets.iter().zip(series.chunks(3)) {
        let [server, pgbench, apart] = triple else { continue };
        results.targets.extend(throughput.check(&ratios(&server.rates(), &pgbench.rates())));
        results.targets.extend(tail.check(&ratios(&apart.p99s(), &apart.p50s())));
    }
    results.series = series;
    Ok(results)
}

/// A server whose Postgres does not share the core of the load generator.
fn serve_apart(bench: &Bench<'_>) -> Result<Running, BenchError> {
    bench.database.serve_on(&bench.placement.database_apart)?;
    let server = bench.serve(&[CACHE_OFF]);
    thread::sleep(CONNECTED);
    bench.database.serve_on(&bench.placement.database)?;
    server
}

/// The queries that a request makes, as the database logs them.
fn queries(bench: &Bench<'_>, subject: &Subject, credential: &str) -> Result<Vec<Query>, BenchError> {
    bench.database.log_statements(true)?;
    let server = bench.programs.serve(&bench.placement.all, &bench.database.url(), &[CACHE_OFF]);
    bench.database.log_statements(false)?;
    let server = server?;
    let request = Request::get(subject.path, &[credential]);
    let queries = bench.database.queries_of(|| server.ask(&request).map(drop))?;
    if queries.is_empty() { Err(BenchError::NoQuery(subject.name)) } else { Ok(queries) }
}
