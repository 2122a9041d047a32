//! Instructions per request: of the server, and of bare hyper.

use super::{Bench, CACHE_OFF, Results};
use crate::account::{Account, PASSWORD, login};
use crate::bare::PING;
use crate::callgrind::{self, Callgrind, Dump};
use crate::cores::Placement;
use crate::database::Databases;
use crate::error::BenchError;
use crate::fill;
use crate::http::Request;
use crate::server::{Programs, Running};
use crate::targets;
use std::time::{Duration, Instant};

/// Requests that are not counted: they fill caches and prepare statements.
const WARM_UP: u32 = 50;
/// Requests that are counted.
const REQUESTS: u32 = 100;
/// Sessions in the list of sessions, beside the caller's own. The account's API keys are ten as well.
const SESSIONS: u32 = 9;
/// Between two requests of a run that is slow on purpose.
const PAUSE: Duration = Duration::from_millis(4);
/// bcrypt's instructions are not counted, but its usual cost takes long under callgrind.
const BCRYPT_COST: u32 = 4;
/// One thread for everything but hashing, so that every run does the same.
const SETTINGS: [(&str, &str); 2] = [("TOKIO_WORKER_THREADS", "1"), ("IMMICH_HASH_THREADS", "1")];

const BARE: &str = "bare_hyper_ping";
const SERVER: &str = "ping";

/// What one kind of request takes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Counted {
    pub(crate) name: String,
    pub(crate) per_request: u64,
    /// Where callgrind has written the counters by function.
    pub(crate) dump: Dump,
}

pub(crate) fn measure(bench: &Bench<'_>) -> Result<Results, BenchError> {
    let instructions = count(bench.programs, bench.databases)?;
    let target = ping_against_bare(&instructions).and_then(|ratio| targets::PING_INSTRUCTIONS.check(&[ratio]));
    Ok(Results { targets: target.into_iter().collect(), instructions, ..Results::default() })
}

/// Counts all kinds of request.
pub(crate) fn count(programs: &Programs, databases: &Databases) -> Result<Vec<Counted>, BenchError> {
    let database = databases.create("instructions")?;
    let account = Account::sign_up(&programs.serve(&Placement::here()?.all, &database.url(), &[])?)?;
    let hash = bcrypt::hash(PASSWORD, BCRYPT_COST)?;
    database.execute(&format!(r#"UPDATE "user" SET "password" = '{hash}'"#))?;
    fill::own_sessions(&database, SESSIONS)?;
    let ping = Request::get(PING, &[]);
    let me = Request::get("/api/users/me", &[&account.bearer]);
    let sessions = Request::get("/api/sessions", &[&account.bearer]);
    let keys = Request::get("/api/api-keys", &[&account.key]);
    let serve = |callgrind: &Callgrind, settings: &[_]| {
        programs.serve(callgrind.command(), &database.url(), &[&SETTINGS, settings].concat())
    };

    // Before the logins, each of which adds a session to the list.
    let mut uncached = Counter::start(programs, "uncached", |callgrind| serve(callgrind, &[CACHE_OFF]))?;
    let uncached = [
        uncached.count("me_uncached", &me, REQUESTS)?,
        uncached.count("sessions_uncached", &sessions, REQUESTS)?,
        uncached.count("api_keys_uncached", &keys, REQUESTS)?,
    ];
    let mut cached = Counter::start(programs, "cached", |callgrind| serve(callgrind, &[]))?;
    let like = cached.program.address;
    let mut bare = Counter::start(programs, "bare", |callgrind| programs.bare(callgrind.command(), like, &SETTINGS))?;
    let cached = [
        bare.count(BARE, &ping, REQUESTS)?,
        cached.count(SERVER, &ping, REQUESTS)?,
        cached.count_without_background("me_cached", &me, REQUESTS)?,
        cached.count("login_without_bcrypt", &login(), REQUESTS / 4)?,
    ];
    Ok(cached.into_iter().chain(uncached).collect())
}

/// A program under callgrind.
struct Counter {
    callgrind: Callgrind,
    program: Running,
}

/// Some requests of one kind.
struct Run {
    dump: Dump,
    instructions: f64,
    seconds: f64,
}

impl Counter {
    fn start(
        programs: &Programs,
        name: &str,
        start: impl FnOnce(&Callgrind) -> Result<Running, BenchError>,
    ) -> Result<Self, BenchError> {
        let callgrind = Callgrind::new(&programs.folder, name);
        let program = start(&callgrind)?;
        Ok(Self { callgrind, program })
    }

    fn count(&mut self, name: &str, request: &Request, requests: u32) -> Result<Counted, BenchError> {
        let [run] = self.runs(request, requests, [Duration::ZERO])?;
        Ok(Counted::new(name, run.instructions, requests, run.dump))
    }

    /// As [`Self::count`], without what the program does on a timer meanwhile: how often it does that during a request
    /// depends on the machine. While the credential cache is in use, its lease is renewed.
    fn count_without_background(
        &mut self,
        name: &str,
        request: &Request,
        requests: u32,
    ) -> Result<Counted, BenchError> {
        // callgrind translates the program during the first run, which makes that one slow.
        let runs = self.runs(request, requests, [Duration::ZERO, Duration::ZERO, PAUSE])?;
        let [first, fast, slow] = runs;
        Ok(Counted::new(name, without_background(&fast, &slow), requests, first.dump))
    }

    /// So many requests with each of these pauses between them.
    fn runs<const N: usize>(
        &mut self,
        request: &Request,
        requests: u32,
        pauses: [Duration; N],
    ) -> Result<[Run; N], BenchError> {
        let process = self.program.process();
        let mut connection = self.program.connect()?;
        for _ in 0..WARM_UP {
            connection.ask(request)?;
        }
        callgrind::count(process, true)?;
        let mut runs = Vec::new();
        for pause in pauses {
            let begin = Instant::now();
            for _ in 0..requests {
                connection.ask(request)?;
                std::thread::sleep(pause);
            }
            let seconds = begin.elapsed().as_secs_f64();
            let dump = self.callgrind.dump(process)?;
            #[allow(clippy::cast_precision_loss, reason = "some millions")]
            runs.push(Run { instructions: dump.instructions as f64, dump, seconds });
        }
        callgrind::count(process, false)?;
        runs.try_into().map_err(|_| BenchError::Invalid("the number of runs is not the number of pauses".to_owned()))
    }
}

impl Counted {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some thousands; casts saturate")]
    fn new(name: &str, instructions: f64, requests: u32, dump: Dump) -> Self {
        Self { name: name.to_owned(), per_request: (instructions / f64::from(requests)).round() as u64, dump }
    }
}

/// The instructions of the requests alone: two runs of as many requests differ by what happens on a timer.
fn without_background(fast: &Run, slow: &Run) -> f64 {
    let per_second = (slow.instructions - fast.instructions) / (slow.seconds - fast.seconds);
    fast.instructions - per_second.max(0.0) * fast.seconds
}

/// Instructions per ping, relative to those of bare hyper.
#[allow(clippy::cast_precision_loss, reason = "some thousands")]
fn ping_against_bare(counted: &[Counted]) -> Option<f64> {
    let of = |name| counted.iter().find(|counted| counted.name == name).map(|counted| counted.per_request as f64);
    Some(of(SERVER)? / of(BARE)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn run(instructions: f64, seconds: f64) -> Run {
        Run { dump: Dump { file: PathBuf::new(), instructions: 0 }, instructions, seconds }
    }

    #[test]
    fn background_work_is_subtracted() {
        // 1,000 for the requests, and 100 per second for the background.
        let instructions = without_background(&run(1_200.0, 2.0), &run(1_500.0, 5.0));

        assert!((instructions - 1_000.0).abs() < 1e-9);
    }

    #[test]
    fn a_slow_run_with_fewer_instructions_adds_none() {
        let instructions = without_background(&run(1_200.0, 2.0), &run(1_190.0, 5.0));

        assert!((instructions - 1_200.0).abs() < 1e-9);
    }

    #[test]
    fn a_ping_is_compared_with_bare_hyper() {
        let counted = |name, instructions| Counted::new(name, instructions, 1, run(0.0, 0.0).dump);

        assert_eq!(ping_against_bare(&[counted(BARE, 10.0), counted(SERVER, 12.0)]), Some(1.2));
        assert_eq!(ping_against_bare(&[counted(SERVER, 12.0)]), None);
    }
}
