//! The hashing threads. Jobs wait for them in a [`FairQueue`], for a limited time.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use std::{io, thread};

use tokio::sync::oneshot;

use super::queue::{FairQueue, Full};
use super::{HasherSettings, HasherStatistics};
use crate::auth::source::Source;

/// The nice value that is added for the hashing threads, so that they yield to those that answer requests (see
/// nice(2)).
#[cfg(target_os = "linux")]
const NICENESS: i32 = 5;

/// The estimated duration of a job until one has been measured.
const ESTIMATED_DURATION: Duration = Duration::from_millis(100);

/// Why a job has no result.
#[derive(Debug)]
pub(super) enum Refusal {
    /// There is no place in the queue, or the result did not arrive in time.
    Busy { retry_after: Duration },
    /// The threads have stopped, or the job panicked.
    Stopped,
}

/// A job in the queue.
trait Job: Send {
    /// Whether the caller has stopped waiting.
    fn is_abandoned(&self) -> bool;
    /// Does the work and sends the result to the caller.
    fn complete(self: Box<Self>);
    /// Sends the refusal to the caller.
    fn refuse(self: Box<Self>, refusal: Refusal);
}

struct Work<T, F> {
    work: F,
    result: oneshot::Sender<Result<T, Refusal>>,
}

impl<T: Send, F: FnOnce() -> T + Send> Job for Work<T, F> {
    fn is_abandoned(&self) -> bool {
        self.result.is_closed()
    }

    fn complete(self: Box<Self>) {
        // Fails when the caller has stopped waiting, which is no error.
        let _ = self.result.send(Ok((self.work)()));
    }

    fn refuse(self: Box<Self>, refusal: Refusal) {
        let _ = self.result.send(Err(refusal));
    }
}

#[derive(Default)]
struct State {
    queue: FairQueue<Box<dyn Job>>,
    busy: usize,
    closed: bool,
    last_duration: Option<Duration>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    wake: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // No code that can panic runs under the lock, and every state is valid.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The threads and their queue.
pub(super) struct Pool {
    settings: HasherSettings,
    shared: Arc<Shared>,
}

impl Pool {
    pub(super) fn start(settings: HasherSettings) -> io::Result<Self> {
        let threads = settings.threads.max(1);
        let pool = Self { settings: HasherSettings { threads, ..settings }, shared: Arc::default() };
        for number in 1..=threads {
            let shared = Arc::clone(&pool.shared);
            // On an error `pool` is dropped, which stops the threads that have already started.
            thread::Builder::new().name(format!("bcrypt-{number}")).spawn(move || {
                lower_priority();
                run_jobs(&shared);
            })?;
        }
        Ok(pool)
    }

    /// Runs the work of this source on one of the threads. If the returned future is dropped before a thread takes the
    /// job, the work is not done.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub(super) async fn run<T: Send + 'static>(
        &self,
        source: Source,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let (sender, result) = oneshot::channel();
        self.enqueue(source, Box::new(Work { work, result: sender }))?;
        match tokio::time::timeout(self.settings.deadline, result).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(Refusal::Stopped),
            Err(_) => Err(self.busy(&self.shared.lock())),
        }
    }

    pub(super) fn statistics(&self) -> HasherStatistics {
        let state = self.shared.lock();
        HasherStatistics { queued: state.queue.len(), busy: state.busy, threads: self.settings.threads }
    }

    /// Upgradable as long as the pool or one of its threads is alive.
    #[cfg(test)]
    pub(super) fn downgrade(&self) -> std::sync::Weak<impl Sized + use<>> {
        Arc::downgrade(&self.shared)
    }

    fn enqueue(&self, source: Source, job: Box<dyn Job>) -> Result<(), Refusal> {
        let mut state = self.shared.lock();
        let idle = self.settings.threads.saturating_sub(state.busy);
        // A job that an idle thread is about to take does not count as waiting.
        let capacity = self.settings.queue.saturating_add(idle);
        if state.queue.len() >= capacity {
            // Jobs of callers that have stopped waiting must not take the place of others.
            state.queue.retain(|queued| !queued.is_abandoned());
        }
        let displaced = state.queue.push(source, job, capacity).map_err(|Full| self.busy(&state))?;
        if let Some(displaced) = displaced {
            displaced.refuse(self.busy(&state));
        }
        drop(state);
        self.shared.wake.notify_one();
        Ok(())
    }

    /// The refusal, with an estimate of when the queue will be empty.
    fn busy(&self, state: &State) -> Refusal {
        let one = state.last_duration.unwrap_or(ESTIMATED_DURATION);
        let rounds = (state.queue.len() + state.busy).div_ceil(self.settings.threads);
        let wait = one.saturating_mul(u32::try_from(rounds).unwrap_or(u32::MAX));
        Refusal::Busy {
            retry_after: Duration::from_secs(wait.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX).max(1)),
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.closed = true;
        state.queue.clear();
        drop(state);
        self.shared.wake.notify_all();
    }
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// The loop of a thread: runs jobs until the pool is dropped.
fn run_jobs(shared: &Shared) {
    let mut state = shared.lock();
    while !state.closed {
        let Some(job) = state.queue.pop() else {
            state = shared.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
            continue;
        };
        if job.is_abandoned() {
            continue;
        }
        state.busy += 1;
        drop(state);
        let start = Instant::now();
        // A panic fails only this job, not the thread: it drops the sender, and the caller gets `Refusal::Stopped`.
        let _ = catch_unwind(AssertUnwindSafe(|| job.complete()));
        let duration = start.elapsed();
        state = shared.lock();
        state.busy -= 1;
        state.last_duration = Some(duration);
    }
}

/// Lowers the priority of this thread, so that the scheduler prefers the threads that answer requests.
fn lower_priority() {
    // On Linux a nice value belongs to a thread, and `None` means the calling one. Elsewhere it belongs to the process.
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::getpriority_process(None)
        .and_then(|own| rustix::process::setpriority_process(None, own + NICENESS))
    {
        tracing::debug!(%error, "could not lower the priority of a hashing thread");
    }
}
