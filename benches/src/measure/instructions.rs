//! Instructions per request, under callgrind: of the server, and of bare hyper.

use crate::account::{Account, PASSWORD, login};
use crate::bare::PING;
use crate::database::Databases;
use crate::error::BenchError;
use crate::http::Request;
use crate::measure::CACHE_OFF;
use crate::progress::Progress;
use crate::server::{Programs, Running};
use crate::stats::{Spread, spread};
use crate::tool::callgrind::{Profile, Profiler};
use serde::{Deserialize, Serialize};

/// Parts that count. A timer that goes off in one of them does not move the median.
const PARTS: usize = 5;
/// Requests in a part.
const REQUESTS: u32 = 200;
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
    let database = databases.create("instructions")?;
    let url = database.url();
    let mut counted = Vec::new();

    // The account is made without callgrind, and its password then hashed anew at a low cost.
    let account = {
        let server = programs.serve(&crate::cores::Placement::here()?.all, &url, &[])?;
        Account::sign_up(&server)?
    };
    let hash = bcrypt::hash(PASSWORD, BCRYPT_COST)?;
    database.execute(&format!(r#"UPDATE "user" SET "password" = '{hash}'"#))?;

    let ping = Request::get(PING, &[]);
    let me = Request::get("/api/users/me", &[&account.bearer]);
    let profiler = Profiler::new(&programs.folder, "cached");
    let server = programs.serve_under(profiler.command(), &url, &SETTINGS)?;
    let mut run = Run { profiler, process: server.process(), parts: 0, progress };
    counted.push(run.count(OURS, &server, &ping, REQUESTS, &[])?);
    counted.push(run.count("me_cached", &server, &me, REQUESTS, &[])?);
    counted.push(run.count("login_without_bcrypt", &server, &login(), REQUESTS / 4, &HASHING)?);

    let profiler = Profiler::new(&programs.folder, "bare");
    let bare = programs.bare_under(profiler.command(), server.address)?;
    let mut run = Run { profiler, process: bare.process(), parts: 0, progress };
    counted.insert(0, run.count(BARE, &bare, &ping, REQUESTS, &[])?);
    server.stop();

    let profiler = Profiler::new(&programs.folder, "uncached");
    let settings = [&SETTINGS[..], &[CACHE_OFF]].concat();
    let server = programs.serve_under(profiler.command(), &url, &settings)?;
    let mut run = Run { profiler, process: server.process(), parts: 0, progress };
    counted.push(run.count("me_uncached", &server, &me, REQUESTS, &[])?);
    Ok(counted)
}

/// One program under callgrind.
struct Run<'a> {
    profiler: Profiler,
    process: u32,
    /// Ended so far.
    parts: usize,
    progress: &'a Progress,
}

impl Run<'_> {
    fn count(
        &mut self,
        name: &str,
        server: &Running,
        request: &Request,
        requests: u32,
        without: &[&str],
    ) -> Result<Counted, BenchError> {
        let mut connection = server.connect()?;
        let mut totals = Vec::new();
        let mut top = Vec::new();
        // The first part has the start, or what was done in between, and fills caches.
        for part in 0..=PARTS {
            self.progress.step(name);
            for _ in 0..requests {
                connection.ask(request)?;
            }
            let profile: Profile = self.end_part()?.without(without);
            if part > 0 {
                #[allow(clippy::cast_precision_loss, reason = "some millions")]
                totals.push(profile.total() as f64 / f64::from(requests));
                top = profile.top(TOP);
            }
        }
        let instructions = spread(&totals).ok_or_else(|| BenchError::Invalid("no part".to_owned()))?;
        Ok(Counted { name: name.to_owned(), instructions, top })
    }

    fn end_part(&mut self) -> Result<Profile, BenchError> {
        self.parts += 1;
        self.profiler.end_part(self.process, self.parts)
    }
}

/// How many steps [`count`] has.
pub(crate) const STEPS: usize = 5 * (PARTS + 1);
