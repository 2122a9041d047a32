//! Trying mutants, several at a time, each in a workshop of its own.

use crate::mutant::{Mutant, Sources};
use crate::verdict::{Mechanism, Verdict};
use crate::workshop::{Workshop, WorkshopError};
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::VecDeque;
use std::io::IsTerminal as _;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Why a mutant could not be tried.
#[derive(Debug, thiserror::Error)]
#[error("{mutant}: {source}")]
pub(crate) struct RunError {
    mutant: String,
    source: WorkshopError,
}

/// A mutant, and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tried<'m> {
    pub(crate) mutant: &'m Mutant,
    pub(crate) verdict: Verdict,
}

impl Tried<'_> {
    /// Prose compiles, and everything else is caught in words that say what to do.
    pub(crate) fn is_as_promised(&self) -> bool {
        if self.mutant.kind.is_prose() {
            self.verdict.mechanism == Mechanism::Nothing
        } else {
            self.verdict.mechanism.is_clear()
        }
    }
}

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Outcome<'m> {
    /// In the order in which they were given.
    pub(crate) tried: Vec<Tried<'m>>,
    pub(crate) elapsed: Duration,
}

/// Tries the mutants in their order, as many as the time allows.
pub(crate) fn run<'m>(
    workshops: &[Workshop],
    sources: &Sources,
    mutants: &[&'m Mutant],
    time: Option<Duration>,
) -> Result<Outcome<'m>, RunError> {
    let started = Instant::now();
    let deadline = time.map(|time| started + time);
    let queue: Mutex<VecDeque<(usize, &'m Mutant)>> = Mutex::new(mutants.iter().copied().enumerate().collect());
    let progress = Progress::new(mutants.len());
    let work = |workshop: &Workshop| -> Result<Vec<(usize, Tried<'m>)>, RunError> {
        let mut tried = Vec::new();
        while deadline.is_none_or(|deadline| Instant::now() < deadline) {
            // A worker that failed leaves the queue as it is: whole.
            let Some((position, mutant)) = queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front() else {
                break;
            };
            match try_one(workshop, sources, mutant) {
                Ok(one) => {
                    progress.show(&one);
                    tried.push((position, one));
                }
                Err(source) => {
                    // The others need not go on.
                    queue.lock().unwrap_or_else(PoisonError::into_inner).clear();
                    return Err(RunError { mutant: mutant.name.clone(), source });
                }
            }
        }
        Ok(tried)
    };
    let results: Vec<_> = std::thread::scope(|scope| {
        let workers: Vec<_> = workshops.iter().map(|workshop| scope.spawn(|| work(workshop))).collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    progress.finish();
    let mut tried = Vec::new();
    for result in results {
        tried.extend(result?);
    }
    tried.sort_by_key(|(position, _)| *position);
    Ok(Outcome { tried: tried.into_iter().map(|(_, tried)| tried).collect(), elapsed: started.elapsed() })
}

fn try_one<'m>(workshop: &Workshop, sources: &Sources, mutant: &'m Mutant) -> Result<Tried<'m>, WorkshopError> {
    let document = mutant.document(sources)?;
    let verdict = workshop.check_with(mutant.source.path(), &mutant.write(&document))?;
    Ok(Tried { mutant, verdict })
}

/// A bar on a terminal; elsewhere a line per mutant.
struct Progress(Option<ProgressBar>);

impl Progress {
    fn new(length: usize) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self(None);
        }
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed}, {eta} left  {wide_msg}");
        let bar = ProgressBar::new(length as u64);
        Self(Some(bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))))
    }

    fn show(&self, tried: &Tried<'_>) {
        let line = line(tried);
        match &self.0 {
            None => eprintln!("{line}"),
            Some(bar) => {
                bar.inc(1);
                bar.set_message(tried.mutant.name.clone());
                if !tried.is_as_promised() {
                    bar.println(line);
                }
            }
        }
    }

    fn finish(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

fn line(tried: &Tried<'_>) -> String {
    let Tried { mutant, verdict } = tried;
    let mark = if tried.is_as_promised() { "ok  " } else { "FAIL" };
    let seconds = verdict.elapsed.as_secs_f64();
    format!("{mark} {seconds:4.1} s  {}  [{}] {}", mutant.name, verdict.mechanism, verdict.message)
        .trim_end()
        .to_owned()
}
