//! Reads that ask the database every time, against pgbench with the very queries that they make.
//!
//! pgbench stands where the server stands: on its core, over TCP as it. Postgres has another core in both. How long single
//! requests take is measured beside that, with a load generator that has a core for itself.

use super::{Bench, CACHE_OFF, Found};
use crate::error::BenchError;
use crate::http::Request;
use crate::pgbench::Pgbench;
use crate::query::Query;
use crate::rounds::{Arm, Series, alternate};
use crate::server::Running;
use crate::stats::ratios;
use crate::targets::{self, Goal};
use crate::wrk::Load;
use std::thread;
use std::time::Duration;

/// A server that has started has all its connections to the database by then.
const CONNECTED: Duration = Duration::from_millis(500);

/// So many turns long is one of a tail: what the first requests of a turn wait for, which are the first of their connection,
/// is then less than the hundredth that the tail begins with.
const TAIL_TURNS: u32 = 2;

/// A request, and what is to be reached with it.
struct Subject {
    name: &'static str,
    path: &'static str,
    /// Where its queries are written for pgbench.
    file: &'static str,
    /// Per number of connections: throughput against pgbench, and p99 against p50.
    goals: [(usize, Goal, Goal); 2],
}

pub(crate) fn measure_me(bench: &Bench<'_>) -> Result<Found, BenchError> {
    let subject = Subject {
        name: "GET /users/me",
        path: "/api/users/me",
        file: "users-me.sql",
        goals: [(16, targets::ME_16, targets::ME_16_TAIL), (64, targets::ME_64, targets::ME_64_TAIL)],
    };
    measure(bench, &subject, &bench.account.bearer)
}

pub(crate) fn measure_api_keys(bench: &Bench<'_>) -> Result<Found, BenchError> {
    let subject = Subject {
        name: "GET /api-keys",
        path: "/api/api-keys",
        file: "api-keys.sql",
        goals: [(16, targets::KEYS_16, targets::KEYS_16_TAIL), (64, targets::KEYS_64, targets::KEYS_64_TAIL)],
    };
    measure(bench, &subject, &bench.account.key)
}

fn measure(bench: &Bench<'_>, subject: &Subject, credential: &str) -> Result<Found, BenchError> {
    let queries = queries(bench, subject, credential)?;
    let script = bench.programs.folder.join(subject.file);
    let pgbench = Pgbench::new(bench.placement.server.clone(), &queries, bench.database.url(), script)?;
    let server = bench.programs.serve(&bench.placement.server, &bench.database.url(), &[CACHE_OFF])?;
    let apart = serve_apart(bench)?;
    let headers = [credential];
    let mut arms = Vec::new();
    for (connections, _, _) in &subject.goals {
        let load = Load { path: subject.path, headers: &headers, connections: *connections, time: bench.turn };
        let (server, apart, pgbench) = (&server, &apart, &pgbench);
        let name = format!("{}, {connections} connections", subject.name);
        arms.push(Arm::new(name, move || bench.wrk.run(server.address, load)));
        let name = format!("pgbench, queries of {}, {connections} connections", subject.name);
        arms.push(Arm::new(name, move || pgbench.run(*connections, bench.turn)));
        let name = format!("{}, {connections} connections, load apart", subject.name);
        let load = Load { time: bench.turn * TAIL_TURNS, ..load };
        arms.push(Arm::new(name, move || bench.wrk.run(apart.address, load)));
    }
    let series = alternate(bench.rounds, arms, bench.progress)?;
    let mut found = Found::default();
    for ((_, throughput, tail), pair) in subject.goals.iter().zip(series.chunks(3)) {
        let [ours, bare, apart] = pair else { continue };
        found.findings.extend(throughput.judge(&ratios(&ours.rates(), &bare.rates())));
        found.findings.extend(tail.judge(&tails(apart)));
    }
    found.series = series;
    Ok(found)
}

/// A server whose Postgres keeps away from the load generator.
fn serve_apart(bench: &Bench<'_>) -> Result<Running, BenchError> {
    bench.database.serve_on(&bench.placement.database_apart)?;
    let server = bench.programs.serve(&bench.placement.server, &bench.database.url(), &[CACHE_OFF]);
    // It opens its connections one after the other.
    thread::sleep(CONNECTED);
    bench.database.serve_on(&bench.placement.database)?;
    server
}

fn tails(series: &Series) -> Vec<f64> {
    ratios(&series.p99s(), &series.p50s())
}

/// The queries that a request makes, told by the database.
fn queries(bench: &Bench<'_>, subject: &Subject, credential: &str) -> Result<Vec<Query>, BenchError> {
    bench.database.log_statements(true)?;
    let server = bench.programs.serve(&bench.placement.all, &bench.database.url(), &[CACHE_OFF]);
    bench.database.log_statements(false)?;
    let server = server?;
    let request = Request::get(subject.path, &[credential]);
    let queries = bench.database.queries_of(|| server.ask(&request).map(drop))?;
    if queries.is_empty() { Err(BenchError::NoQuery(subject.name)) } else { Ok(queries) }
}
