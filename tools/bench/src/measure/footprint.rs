//! How soon the server answers after its start, and how much memory and disk it takes.

use super::{Bench, Results};
use crate::bare::PING;
use crate::error::BenchError;
use crate::http::{Connection, Request};
use crate::rounds::repeat;
use crate::run::output;
use crate::targets;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

const CONNECTIONS: usize = 1_000;
/// After this time the server has finished starting.
const SETTLED: Duration = Duration::from_millis(500);

pub(crate) fn measure(bench: &Bench<'_>) -> Result<Results, BenchError> {
    let ping = Request::get(PING, &[]);
    let rounds = repeat(bench.rounds, || {
        let begin = Instant::now();
        let server = bench.programs.serve(&bench.placement.all, &bench.database.url(), &[])?;
        server.ask(&ping)?;
        let start = begin.elapsed().as_secs_f64() * 1e3;
        thread::sleep(SETTLED);
        let idle = server.resident()?;
        let mut connections: Vec<Connection> = (0..CONNECTIONS).map(|_| server.connect()).collect::<Result<_, _>>()?;
        connections.iter_mut().try_for_each(|connection| connection.ask(&ping).map(drop))?;
        Ok([start, idle, server.resident()?])
    })?;
    let [starts, idle, connected] = [0, 1, 2].map(|index| rounds.iter().map(|round| round[index]).collect::<Vec<_>>());
    let checked = [
        targets::START.check(&starts),
        targets::IDLE.check(&idle),
        targets::CONNECTED.check(&connected),
        targets::BINARY.check(&[stripped_megabytes(&bench.programs.server)?]),
    ];
    Ok(Results { targets: checked.into_iter().flatten().collect(), ..Results::default() })
}

/// The size of the program as it is released: without the symbols that callgrind needs for the names of functions.
fn stripped_megabytes(program: &Path) -> Result<f64, BenchError> {
    let stripped = program.with_extension("stripped");
    output("strip", Command::new("strip").arg("--strip-all").arg("-o").arg(&stripped).arg(program))?;
    let bytes = fs::metadata(&stripped).map_err(BenchError::file(&stripped))?.len();
    #[allow(clippy::cast_precision_loss, reason = "some megabytes")]
    let megabytes = bytes as f64 / 1e6;
    Ok(megabytes)
}
