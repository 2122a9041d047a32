//! A server's life: how soon it answers, and what memory it takes, idle and with a thousand connections.

use super::{Bench, Found};
use crate::bare::PING;
use crate::error::BenchError;
use crate::http::{Connection, Request};
use crate::run::output;
use crate::targets;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

const CONNECTIONS: usize = 1_000;
/// What a start leaves to be done is done by then.
const SETTLED: Duration = Duration::from_millis(500);

pub(crate) fn measure(bench: &Bench<'_>) -> Result<Found, BenchError> {
    let ping = Request::get(PING, &[]);
    let (mut starts, mut idle, mut connected) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=bench.rounds {
        bench.progress.step("start, idle, 1,000 connections");
        let begin = Instant::now();
        let server = bench.programs.serve(&bench.placement.all, &bench.database.url(), &[])?;
        server.ask(&ping)?;
        let started = begin.elapsed();
        thread::sleep(SETTLED);
        let idle_memory = server.resident()?;
        let mut connections: Vec<Connection> = (0..CONNECTIONS).map(|_| server.connect()).collect::<Result<_, _>>()?;
        for connection in &mut connections {
            connection.ask(&ping)?;
        }
        let connected_memory = server.resident()?;
        drop(connections);
        server.stop();
        if round > 0 {
            starts.push(started.as_secs_f64() * 1e3);
            idle.push(idle_memory);
            connected.push(connected_memory);
        }
    }
    let megabytes = shipped_megabytes(&bench.programs.server)?;
    let findings = [
        targets::START.judge(&starts),
        targets::IDLE.judge(&idle),
        targets::CONNECTED.judge(&connected),
        targets::BINARY.judge(&[megabytes]),
    ];
    Ok(Found { findings: findings.into_iter().flatten().collect(), series: Vec::new() })
}

/// The size of the program as a release ships it: without the symbols that the one here keeps, by which callgrind names
/// functions.
fn shipped_megabytes(program: &Path) -> Result<f64, BenchError> {
    let shipped = program.with_extension("shipped");
    output("strip", Command::new("strip").arg("--strip-all").arg("-o").arg(&shipped).arg(program))?;
    let bytes = fs::metadata(&shipped).map_err(BenchError::file(&shipped))?.len();
    #[allow(clippy::cast_precision_loss, reason = "some megabytes")]
    let megabytes = bytes as f64 / 1e6;
    Ok(megabytes)
}
