//! Requests per second without the database: ping, bare hyper with the same bytes, and a caller whom the cache knows.

use super::{Bench, Found};
use crate::bare::PING;
use crate::error::BenchError;
use crate::rounds::{Arm, alternate};
use crate::stats::ratios;
use crate::targets;
use crate::wrk::Load;

const CONNECTIONS: usize = 32;
/// Over so many requests memory is to stay flat.
const MANY: f64 = 1e6;
/// Turns of topping up, at most: a slow machine need not be waited for.
const MOST_TURNS: usize = 30;

pub(crate) fn measure(bench: &Bench<'_>) -> Result<Found, BenchError> {
    let server = bench.programs.serve(&bench.placement.server, &bench.database.url(), &[])?;
    let bare = bench.programs.bare(&bench.placement.server, server.address)?;
    let ping = Load { path: PING, headers: &[], connections: CONNECTIONS, time: bench.turn };
    let bearer = [bench.account.bearer.as_str()];
    let me = Load { path: "/api/users/me", headers: &bearer, ..ping };
    // The first requests fill caches and buffers.
    bench.wrk.run(server.address, ping)?;
    bench.wrk.run(server.address, me)?;
    let before = server.resident()?;
    let arms = vec![
        Arm::new("ping", || bench.wrk.run(server.address, ping)),
        Arm::new("bare hyper", || bench.wrk.run(bare.address, ping)),
        Arm::new("GET /users/me, cached", || bench.wrk.run(server.address, me)),
    ];
    let series = alternate(bench.rounds, arms, bench.progress)?;
    let [pings, bares, mes] = series.as_slice() else { return Ok(Found::default()) };
    let mut found = Found::default();
    found.findings.extend(targets::PING.judge(&ratios(&pings.rates(), &bares.rates())));
    found.findings.extend(targets::ME_CACHED.judge(&ratios(&mes.rates(), &pings.rates())));

    let mut answered = pings.requests() + mes.requests();
    for _ in 0..MOST_TURNS {
        if answered >= MANY {
            break;
        }
        answered += bench.wrk.run(server.address, ping)?.requests;
    }
    found.findings.extend(targets::MILLION.judge(&[server.resident()? - before]));
    found.series = series;
    Ok(found)
}
