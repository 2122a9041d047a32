//! How long other requests wait during many concurrent logins.
//!
//! Server and Postgres have all cores here, as in production: the server promises to leave them to requests that are no
//! logins. Those are sent at a steady pace, however long the answers take, so that one wait cannot hide the requests that
//! were due during it.

use super::{Bench, Results};
use crate::account::login;
use crate::bare::PING;
use crate::error::BenchError;
use crate::http::Request;
use crate::rounds::{Sample, Series, repeat};
use crate::server::Running;
use crate::stats::{quantile, ratios};
use crate::targets;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

/// Concurrent logins.
const LOGINS: usize = 64;
/// Between two requests of one kind.
const PACE: Duration = Duration::from_millis(2);

pub(crate) fn measure(bench: &Bench<'_>) -> Result<Results, BenchError> {
    bench.database.serve_on(&bench.placement.all)?;
    let results = on_all_cores(bench);
    bench.database.serve_on(&bench.placement.database)?;
    results
}

fn on_all_cores(bench: &Bench<'_>) -> Result<Results, BenchError> {
    // A queue as long as that, so that no login is turned away.
    let settings = [("IMMICH_HASH_QUEUE", "64")];
    let server = bench.programs.serve(&bench.placement.all, &bench.database.url(), &settings)?;
    let requests = [Request::get(PING, &[]), Request::get("/api/users/me", &[&bench.account.bearer])];
    let rounds = repeat(bench.rounds, || {
        let [ping, me] = observe(&server, &requests, || {
            thread::sleep(bench.turn);
            Ok(())
        })?;
        let [loaded_ping, loaded_me] = observe(&server, &requests, || log_in(&server))?;
        Ok([ping, me, loaded_ping, loaded_me])
    })?;
    let names =
        ["ping, no logins", "GET /users/me, no logins", "ping, 64 logins at once", "GET /users/me, 64 logins at once"];
    let series = [0, 1, 2, 3].map(|index| Series {
        name: names[index].to_owned(),
        rounds: rounds.iter().map(|round| round[index]).collect(),
    });
    let [ping, me] = [0, 1].map(|index| ratios(&series[index + 2].p99s(), &series[index].p99s()));
    let checked = [targets::LOGIN_LOAD_PING.check(&ping), targets::LOGIN_LOAD_ME.check(&me)];
    Ok(Results { targets: checked.into_iter().flatten().collect(), series: series.into(), ..Results::default() })
}

fn log_in(server: &Running) -> Result<(), BenchError> {
    let request = login();
    thread::scope(|scope| {
        let clients: Vec<_> = (0..LOGINS).map(|_| scope.spawn(|| server.ask(&request).map(drop))).collect();
        clients.into_iter().try_for_each(join)
    })
}

/// Sends these requests at their pace until something else is done.
fn observe(
    server: &Running,
    requests: &[Request; 2],
    act: impl FnOnce() -> Result<(), BenchError>,
) -> Result<[Sample; 2], BenchError> {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let observers = requests.each_ref().map(|request| scope.spawn(|| latencies(server, request, &done)));
        let acted = act();
        done.store(true, Ordering::Relaxed);
        let [first, second] = observers.map(|observer| join(observer).map(|micros| sample(&micros)));
        acted?;
        Ok([first?, second?])
    })
}

fn join<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// In microseconds.
fn latencies(server: &Running, request: &Request, done: &AtomicBool) -> Result<Vec<f64>, BenchError> {
    let mut connection = server.connect()?;
    let mut micros = Vec::new();
    let mut due = Instant::now();
    while !done.load(Ordering::Relaxed) {
        due += PACE;
        // A request that is late because of the one before it has waited since it was due.
        let begin = match due.checked_duration_since(Instant::now()) {
            Some(pause) => {
                thread::sleep(pause);
                Instant::now()
            }
            None => due,
        };
        connection.ask(request)?;
        micros.push(begin.elapsed().as_secs_f64() * 1e6);
    }
    Ok(micros)
}

#[allow(clippy::cast_precision_loss, reason = "some thousand requests")]
fn sample(micros: &[f64]) -> Sample {
    let [p50_us, p99_us] = [0.5, 0.99].map(|share| quantile(micros, share));
    Sample { rate: 1.0 / PACE.as_secs_f64(), requests: micros.len() as f64, p50_us, p99_us }
}
