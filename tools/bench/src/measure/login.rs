//! Logins, compared with verifying the same password on as many threads without a server.

use super::{Bench, Results};
use crate::account::{PASSWORD, login};
use crate::error::BenchError;
use crate::rounds::{Candidate, Sample, alternate};
use crate::server::Running;
use crate::stats::ratios;
use crate::targets;
use std::thread;
use std::time::Instant;

/// Logins, and verifications, in one turn, however long it takes.
const LOGINS: u32 = 16;
/// Clients that log in at once.
const CLIENTS: u32 = 4;
/// The server's threads for hashing: its default on one core.
const HASH_THREADS: u32 = 1;

pub(crate) fn measure(bench: &Bench<'_>) -> Result<Results, BenchError> {
    let server = bench.serve(&[("IMMICH_HASH_THREADS", &HASH_THREADS.to_string())])?;
    let hash = bench.database.text(r#"SELECT "password" FROM "user" WHERE "password" <> '' LIMIT 1"#)?;
    let candidates = vec![
        Candidate::new("logins", || logins(&server)),
        Candidate::new("bare bcrypt", || verifications(bench, &hash)),
    ];
    let series = alternate(bench.rounds, candidates)?;
    let [logins, bare] = series.as_slice() else { return Ok(Results::default()) };
    let target = targets::LOGIN.check(&ratios(&logins.rates(), &bare.rates()));
    Ok(Results { targets: target.into_iter().collect(), series, ..Results::default() })
}

fn logins(server: &Running) -> Result<Sample, BenchError> {
    let request = login();
    timed(CLIENTS, || {
        let mut connection = server.connect()?;
        (0..LOGINS / CLIENTS).try_for_each(|_| connection.ask(&request).map(drop))
    })
}

/// On the server's core.
fn verifications(bench: &Bench<'_>, hash: &str) -> Result<Sample, BenchError> {
    timed(HASH_THREADS, || {
        bench.placement.server.adopt()?;
        for _ in 0..LOGINS / HASH_THREADS {
            if !bcrypt::verify(PASSWORD, hash)? {
                return Err(BenchError::Invalid("the stored hash does not match the password".to_owned()));
            }
        }
        Ok(())
    })
}

/// Does the work on so many threads, which is [`LOGINS`] requests in all.
fn timed(threads: u32, work: impl Fn() -> Result<(), BenchError> + Sync) -> Result<Sample, BenchError> {
    let begin = Instant::now();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(&work)).collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })?;
    Ok(Sample::new(f64::from(LOGINS), begin.elapsed()))
}
