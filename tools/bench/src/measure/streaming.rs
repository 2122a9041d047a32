//! An answer of 100,000 users, and the memory that it takes.

use super::{Bench, Found};
use crate::account::Account;
use crate::bare::PING;
use crate::error::BenchError;
use crate::fill;
use crate::http::Request;
use crate::rounds::{Sample, Series};
use crate::targets;
use std::time::Instant;

const USERS: u32 = 100_000;
/// An answer that is shorter has not all users in it.
const BYTES_PER_USER: u64 = 80;

pub(crate) fn measure(bench: &Bench<'_>) -> Result<Found, BenchError> {
    let database = bench.databases.create("users")?;
    let server = bench.programs.serve(&bench.placement.all, &database.url(), &[])?;
    let account = Account::sign_up(&server)?;
    server.stop();
    fill::users(&database, USERS)?;
    fill::settle(&database)?;
    let users = Request::get("/api/users", &[&account.bearer]);
    let mut growths = Vec::new();
    let mut series = Series { name: "GET /users, 100,000 users (users per second)".to_owned(), rounds: Vec::new() };
    for round in 0..=bench.rounds {
        bench.progress.step("GET /users with 100,000 users");
        // A new one each time: what the allocator keeps of an earlier answer would hide what this one takes.
        let server = bench.programs.serve(&bench.placement.server, &database.url(), &[])?;
        let mut connection = server.connect()?;
        connection.ask(&Request::get(PING, &[]))?;
        connection.ask(&Request::get("/api/users/me", &[&account.bearer]))?;
        let before = server.resident()?;
        server.forget_peak()?;
        let begin = Instant::now();
        let bytes = connection.drain(&users)?;
        let took = begin.elapsed().as_secs_f64();
        if bytes < u64::from(USERS) * BYTES_PER_USER {
            return Err(BenchError::Invalid(format!("the answer with {USERS} users has only {bytes} bytes")));
        }
        if round > 0 {
            growths.push(server.peak()? - before);
            let requests = f64::from(USERS);
            series.rounds.push(Sample { rate: requests / took, requests, p50_us: None, p99_us: None });
        }
    }
    Ok(Found { findings: targets::STREAM.judge(&growths).into_iter().collect(), series: vec![series] })
}
