//! Instructions per request, under callgrind: of the server, and of bare hyper.

use crate::account::{Account, PASSWORD, login};
use crate::bare::PING;
use crate::callgrind::{Profile, Profiler};
use crate::database::Databases;
use crate::error::BenchError;
use crate::http::{Connection, Request};
use crate::measure::CACHE_OFF;
use crate::progress::Progress;
use crate::server::{Programs, Running};
use crate::stats::{Spread, spread};
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

/// Parts that count. A timer that goes off in one of them does not move the median.
const PARTS: usize = 5;
/// Requests in a part.
const REQUESTS: u32 = 200;
/// Between two requests of a part that takes its time.
const PAUSE: Duration = Duration::from_millis(2);
/// Functions that are named in the report.
const TOP: usize = 12;
/// One thread for everything but hashing, so that the same happens each time.
const SETTINGS: [(&str, &str); 2] = [("TOKIO_WORKER_THREADS", "1"), ("IMMICH_HASH_THREADS", "1")];
/// Cost 10 would take a minute under callgrind, and is left out of the figure anyway.
const BCRYPT_COST: u32 = 4;
/// The functions of hashing.
const HASHING: [&str; 2] = ["bcrypt", "blowfish"];

/// What one kind of request takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Counted {
    pub(crate) name: String,
    /// Per request.
    pub(crate) instructions: Spread,
    /// Where most of them are: functions, with their shares.
    pub(crate) top: Vec<(String, f64)>,
}

/// The names in the report and in the baseline.
pub(crate) const BARE: &str = "bare_hyper_ping";
pub(crate) const OURS: &str = "ping";

/// Counts them all.
pub(crate) fn count(
    programs: &Programs,
    databases: &Databases,
    progress: &Progress,
) -> Result<Vec<Counted>, BenchError> {
    let prepared = Prepared::new(programs, databases, "instructions")?;
    let mut counted = Vec::new();

    let profiler = Profiler::new(&programs.folder, "cached");
    let server = programs.serve_under(profiler.command(), &prepared.url, &SETTINGS)?;
    let mut run = Run { profiler, process: server.process(), parts: 0, progress };
    for kind in prepared.kinds.iter().filter(|kind| kind.is_cached) {
        counted.push(run.count(kind, &server)?);
    }

    let profiler = Profiler::new(&programs.folder, "bare");
    let bare = programs.bare_under(profiler.command(), server.address)?;
    let mut run = Run { profiler, process: bare.process(), parts: 0, progress };
    counted.insert(0, run.count(&Kind::plain(BARE, Request::get(PING, &[])), &bare)?);
    server.stop();

    let profiler = Profiler::new(&programs.folder, "uncached");
    let server = programs.serve_under(profiler.command(), &prepared.url, &uncached())?;
    let mut run = Run { profiler, process: server.process(), parts: 0, progress };
    for kind in prepared.kinds.iter().filter(|kind| !kind.is_cached) {
        counted.push(run.count(kind, &server)?);
    }
    Ok(counted)
}

fn uncached() -> Vec<(&'static str, &'static str)> {
    [&SETTINGS[..], &[CACHE_OFF]].concat()
}

/// A database with an account, and what is asked for.
struct Prepared {
    url: String,
    kinds: [Kind; 4],
}

impl Prepared {
    fn new(programs: &Programs, databases: &Databases, name: &str) -> Result<Self, BenchError> {
        let database = databases.create(name)?;
        let url = database.url();
        // The account is made without callgrind, and its password then hashed anew at a low cost.
        let account = {
            let server = programs.serve(&crate::cores::Placement::here()?.all, &url, &[])?;
            Account::sign_up(&server)?
        };
        let hash = bcrypt::hash(PASSWORD, BCRYPT_COST)?;
        database.execute(&format!(r#"UPDATE "user" SET "password" = '{hash}'"#))?;
        let me = || Request::get("/api/users/me", &[&account.bearer]);
        let kinds = [
            Kind::plain(OURS, Request::get(PING, &[])),
            // While somebody uses the cache, its lease is renewed, request or not.
            Kind { by_the_clock: true, ..Kind::plain("me_cached", me()) },
            Kind { requests: REQUESTS / 4, without: &HASHING, ..Kind::plain("login_without_bcrypt", login()) },
            Kind { is_cached: false, ..Kind::plain("me_uncached", me()) },
        ];
        Ok(Self { url, kinds })
    }
}

/// A kind of request.
struct Kind {
    name: &'static str,
    request: Request,
    /// In a part.
    requests: u32,
    /// Functions that do not count.
    without: &'static [&'static str],
    /// Whether the program does something at its own pace meanwhile, which is to be taken off: how often it does that
    /// while a request is answered depends on the machine.
    by_the_clock: bool,
    /// Whether the server has its cache.
    is_cached: bool,
}

impl Kind {
    fn plain(name: &'static str, request: Request) -> Self {
        Self { name, request, requests: REQUESTS, without: &[], by_the_clock: false, is_cached: true }
    }
}

/// One program under callgrind.
struct Run<'a> {
    profiler: Profiler,
    process: u32,
    /// Ended so far.
    parts: usize,
    progress: &'a Progress,
}

/// One part of a run.
struct Part {
    profile: Profile,
    /// All instructions.
    total: f64,
    seconds: f64,
}

impl Run<'_> {
    fn count(&mut self, kind: &Kind, server: &Running) -> Result<Counted, BenchError> {
        let mut connection = server.connect()?;
        let mut figures = Vec::new();
        let mut top = Vec::new();
        // The first part has the start, or what was done in between, and fills caches.
        for number in 0..=PARTS {
            self.progress.step(kind.name);
            let brisk = self.part(kind, &mut connection, Duration::ZERO)?;
            let total = if kind.by_the_clock {
                without_clock(&brisk, &self.part(kind, &mut connection, PAUSE)?)
            } else {
                brisk.total
            };
            if number > 0 {
                figures.push(total / f64::from(kind.requests));
                top = brisk.profile.top(TOP);
            }
        }
        let instructions = spread(&figures).ok_or_else(|| BenchError::Invalid("no part".to_owned()))?;
        Ok(Counted { name: kind.name.to_owned(), instructions, top })
    }

    fn part(&mut self, kind: &Kind, connection: &mut Connection, pause: Duration) -> Result<Part, BenchError> {
        let begin = Instant::now();
        for _ in 0..kind.requests {
            connection.ask(&kind.request)?;
            std::thread::sleep(pause);
        }
        let seconds = begin.elapsed().as_secs_f64();
        self.parts += 1;
        let profile = self.profiler.end_part(self.process, self.parts)?.without(kind.without);
        #[allow(clippy::cast_precision_loss, reason = "some millions")]
        let total = profile.total() as f64;
        Ok(Part { profile, total, seconds })
    }
}

/// The instructions of the requests alone: two parts with as many requests differ by what the clock made happen.
fn without_clock(brisk: &Part, slow: &Part) -> f64 {
    let per_second = (slow.total - brisk.total) / (slow.seconds - brisk.seconds);
    brisk.total - per_second.max(0.0) * brisk.seconds
}

/// How many steps [`count`] has.
pub(crate) const STEPS: usize = 5 * (PARTS + 1);

#[cfg(test)]
mod tests {
    use super::*;

    fn part(total: f64, seconds: f64) -> Part {
        Part { profile: Profile::default(), total, seconds }
    }

    #[test]
    fn what_the_clock_made_happen_is_taken_off() {
        // 1,000 for the requests, and 100 per second for the clock.
        let total = without_clock(&part(1_200.0, 2.0), &part(1_500.0, 5.0));

        assert!((total - 1_000.0).abs() < 1e-9);
    }

    #[test]
    fn a_part_that_took_longer_for_fewer_instructions_adds_none() {
        let total = without_clock(&part(1_200.0, 2.0), &part(1_190.0, 5.0));

        assert!((total - 1_200.0).abs() < 1e-9);
    }
}
