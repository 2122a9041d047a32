//! Requests per second without the database: a ping, bare hyper with the same bytes, and a caller in the credential cache.

use super::{Bench, Results};
use crate::bare::PING;
use crate::error::BenchError;
use crate::rounds::{Candidate, alternate};
use crate::stats::ratios;
use crate::targets;
use crate::wrk::Load;

const CONNECTIONS: usize = 32;
/// The requests over which memory has to stay flat.
const MANY: f64 = 1e6;
/// More turns than these are not added to reach that number: on a slow machine it would take too long.
const MOST_TURNS: usize = 30;

pub(crate) fn measure(bench: &Bench<'_>) -> Result<Results, BenchError> {
    let server = bench.serve(&[])?;
    let bare = bench.programs.bare(&bench.placement.server, server.address, &[])?;
    let ping = Load { path: PING, headers: &[], connections: CONNECTIONS, time: bench.turn };
    let bearer = [bench.account.bearer.as_str()];
    let me = Load { path: "/api/users/me", headers: &bearer, ..ping };
    // The first requests fill caches and buffers.
    bench.wrk.run(server.address, ping)?;
    bench.wrk.run(server.address, me)?;
    let before = server.resident()?;
    let candidates = vec![
        Candidate::new("ping", || bench.wrk.run(server.address, ping)),
        Candidate::new("bare hyper", || bench.wrk.run(bare.address, ping)),
        Candidate::new("GET /users/me, cached", || bench.wrk.run(server.address, me)),
    ];
    let series = alternate(bench.rounds, candidates)?;
    let [pings, bares, mes] = series.as_slice() else { return Ok(Results::default()) };
    let mut answered = pings.requests() + mes.requests();
    for _ in 0..MOST_TURNS {
        if answered < MANY {
            answered += bench.wrk.run(server.address, ping)?.requests;
        }
    }
    let checked = [
        targets::PING.check(&ratios(&pings.rates(), &bares.rates())),
        targets::ME_CACHED.check(&ratios(&mes.rates(), &pings.rates())),
        targets::MEMORY_GROWTH.check(&[server.resident()? - before]),
    ];
    Ok(Results { targets: checked.into_iter().flatten().collect(), series, ..Results::default() })
}
