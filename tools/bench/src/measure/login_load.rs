//! How long others wait while a flood of logins is under way.
//!
//! Here the server and Postgres have all cores, as in production: the server's promise is to leave them to those who do
//! not log in. The others ask at a steady pace, whatever the answers take, so that a wait cannot hide the requests behind
//! it.

use super::{Bench, Found};
use crate::account::login;
use crate::bare::PING;
use crate::error::BenchError;
use crate::http::Request;
use crate::rounds::{Sample, Series};
use crate::server::Running;
use crate::stats::{quantile, ratios};
use crate::targets;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Logins at once.
const LOGINS: usize = 64;
/// Between two requests of one of the others.
const PACE: Duration = Duration::from_millis(2);

pub(crate) fn measure(bench: &Bench<'_>) -> Result<Found, BenchError> {
    bench.database.serve_on(&bench.placement.all)?;
    let found = on_all_cores(bench);
    bench.database.serve_on(&bench.placement.database)?;
    found
}

fn on_all_cores(bench: &Bench<'_>) -> Result<Found, BenchError> {
    // All of them shall be waited for.
    let settings = [("IMMICH_HASH_QUEUE", "64")];
    let server = bench.programs.serve(&bench.placement.all, &bench.database.url(), &settings)?;
    let requests =
        [("ping", Request::get(PING, &[])), ("GET /users/me", Request::get("/api/users/me", &[&bench.account.bearer]))];
    let names = requests.each_ref().map(|(name, _)| name);
    let mut calm = names.map(|name| Series { name: format!("{name}, no logins"), rounds: Vec::new() });
    let mut flooded = names.map(|name| Series { name: format!("{name}, 64 logins at once"), rounds: Vec::new() });
    for round in 0..=bench.rounds {
        bench.progress.step("64 logins at once");
        let before = observe(&server, &requests, || {
            thread::sleep(bench.turn);
            Ok(())
        })?;
        let during = observe(&server, &requests, || all_log_in(&server))?;
        if round > 0 {
            for (series, sample) in calm.iter_mut().chain(&mut flooded).zip(before.into_iter().chain(during)) {
                series.rounds.push(sample);
            }
        }
    }
    let [ping, me] = [0, 1].map(|index| ratios(&flooded[index].p99s(), &calm[index].p99s()));
    let findings = targets::FLOOD_PING.judge(&ping).into_iter().chain(targets::FLOOD_ME.judge(&me)).collect();
    Ok(Found { findings, series: calm.into_iter().chain(flooded).collect() })
}

fn all_log_in(server: &Running) -> Result<(), BenchError> {
    let request = login();
    thread::scope(|scope| {
        let clients: Vec<_> = (0..LOGINS).map(|_| scope.spawn(|| server.ask(&request).map(drop))).collect();
        clients
            .into_iter()
            .try_for_each(|client| client.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

/// Sends these requests at their pace for as long as something else is done.
fn observe(
    server: &Running,
    requests: &[(&str, Request)],
    act: impl FnOnce() -> Result<(), BenchError>,
) -> Result<Vec<Sample>, BenchError> {
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let observers: Vec<_> =
            requests.iter().map(|(_, request)| scope.spawn(|| latencies(server, request, &over))).collect();
        let acted = act();
        over.store(true, Ordering::Relaxed);
        let observed = observers.into_iter().map(|observer| {
            let micros = observer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            summary(&micros).ok_or_else(|| BenchError::Invalid("not one request was answered".to_owned()))
        });
        let observed = observed.collect();
        acted.and(observed)
    })
}

fn latencies(server: &Running, request: &Request, over: &AtomicBool) -> Result<Vec<f64>, BenchError> {
    let mut connection = server.connect()?;
    let mut micros = Vec::new();
    let mut due = Instant::now();
    while !over.load(Ordering::Relaxed) {
        due += PACE;
        // A request that is late because the one before it was has waited since it was due.
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
fn summary(micros: &[f64]) -> Option<Sample> {
    let requests = micros.len() as f64;
    let p50_us = Some(quantile(micros, 0.5)?);
    Some(Sample { rate: 1.0 / PACE.as_secs_f64(), requests, p50_us, p99_us: quantile(micros, 0.99) })
}
