//! An answer with 100,000 users, and the memory that it takes.

use super::{Bench, Results};
use crate::bare::PING;
use crate::error::BenchError;
use crate::fill;
use crate::http::Request;
use crate::rounds::{Sample, Series, repeat};
use crate::targets;
use std::time::Instant;

const USERS: u32 = 100_000;
/// A shorter answer does not have all users in it.
const BYTES_PER_USER: u64 = 80;

pub(crate) fn measure(bench: &Bench<'_>) -> Result<Results, BenchError> {
    let database = bench.databases.create("users")?;
    let account = bench.account_on(&database)?;
    fill::users(&database, USERS)?;
    fill::analyze(&database)?;
    let [me, users] = ["/api/users/me", "/api/users"].map(|path| Request::get(path, &[&account.bearer]));
    let rounds = repeat(bench.rounds, || {
        // A new server each time: what the allocator keeps of an earlier answer would hide what this one takes.
        let server = bench.programs.serve(&bench.placement.server, &database.url(), &[])?;
        let mut connection = server.connect()?;
        connection.ask(&Request::get(PING, &[]))?;
        connection.ask(&me)?;
        let before = server.resident()?;
        server.reset_peak()?;
        let begin = Instant::now();
        let bytes = connection.drain(&users)?;
        let sample = Sample::new(f64::from(USERS), begin.elapsed());
        if bytes < u64::from(USERS) * BYTES_PER_USER {
            return Err(BenchError::Invalid(format!("the answer with {USERS} users has only {bytes} bytes")));
        }
        Ok((sample, server.peak()? - before))
    })?;
    let (rounds, growths): (_, Vec<f64>) = rounds.into_iter().unzip();
    let series = vec![Series { name: "GET /users, 100,000 users (users per second)".to_owned(), rounds }];
    Ok(Results { targets: targets::STREAMING.check(&growths).into_iter().collect(), series, ..Results::default() })
}
