//! Logins, against bare verification of the same password on as many threads.

use super::{Bench, Found};
use crate::account::{PASSWORD, login};
use crate::error::BenchError;
use crate::rounds::{Arm, Sample, alternate};
use crate::server::Running;
use crate::stats::ratios;
use crate::targets;
use std::thread;
use std::time::Instant;

/// Logins, and verifications, in one turn: as many on both sides, whatever the time.
const LOGINS: u32 = 16;
/// Clients that log in at once.
const CLIENTS: u32 = 4;
/// The server's threads for hashing where it has one core: what its default is there.
const HASH_THREADS: u32 = 1;

pub(crate) fn measure(bench: &Bench<'_>) -> Result<Found, BenchError> {
    let threads = HASH_THREADS.to_string();
    let settings = [("IMMICH_HASH_THREADS", threads.as_str())];
    let server = bench.programs.serve(&bench.placement.server, &bench.database.url(), &settings)?;
    let hash = bench.database.text(r#"SELECT "password" FROM "user" WHERE "password" <> '' LIMIT 1"#)?;
    let arms = vec![Arm::new("logins", || logins(&server)), Arm::new("bare bcrypt", || bcrypt(bench, &hash))];
    let series = alternate(bench.rounds, arms, bench.progress)?;
    let [ours, bare] = series.as_slice() else { return Ok(Found::default()) };
    let findings = targets::LOGIN.judge(&ratios(&ours.rates(), &bare.rates())).into_iter().collect();
    Ok(Found { findings, series })
}

/// Some clients log in over and over.
fn logins(server: &Running) -> Result<Sample, BenchError> {
    let request = login();
    let client = || -> Result<(), BenchError> {
        let mut connection = server.connect()?;
        for _ in 0..LOGINS / CLIENTS {
            connection.ask(&request)?;
        }
        Ok(())
    };
    timed(CLIENTS, client)
}

/// The same verifications without a server, on its core.
fn bcrypt(bench: &Bench<'_>, hash: &str) -> Result<Sample, BenchError> {
    let verify = || -> Result<(), BenchError> {
        bench.placement.server.adopt()?;
        for _ in 0..LOGINS / HASH_THREADS {
            if !bcrypt::verify(PASSWORD, hash)? {
                return Err(BenchError::Invalid("the stored hash is of another password".to_owned()));
            }
        }
        Ok(())
    };
    timed(HASH_THREADS, verify)
}

fn timed(threads: u32, work: impl Fn() -> Result<(), BenchError> + Sync) -> Result<Sample, BenchError> {
    let begin = Instant::now();
    thread::scope(|scope| -> Result<(), BenchError> {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(&work)).collect();
        for worker in workers {
            worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        }
        Ok(())
    })?;
    let requests = f64::from(LOGINS);
    Ok(Sample { rate: requests / begin.elapsed().as_secs_f64(), requests, p50_us: None, p99_us: None })
}
