//! Threads that compute, behind a queue that is bounded in length and in time.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use std::{io, thread};

use tokio::sync::oneshot;

use super::{HasherSettings, HasherStatistics};

/// How much less than a request the hashing threads count for the scheduler (see nice(2)).
#[cfg(target_os = "linux")]
const NICENESS: i32 = 5;

/// A first guess at the time of one job, until one has been measured.
const USUAL_DURATION: Duration = Duration::from_millis(100);

/// A job that was not done.
#[derive(Debug)]
pub(super) enum Refusal {
    /// No room in the queue, or no answer in time.
    Busy { retry_after: Duration },
    /// The threads are gone.
    Stopped,
}

/// A job in the queue.
trait Job: Send {
    /// Whether nobody waits for the answer any more.
    fn is_abandoned(&self) -> bool;
    /// Does the work and hands the answer over.
    fn complete(self: Box<Self>);
}

struct Request<T, F> {
    work: F,
    reply: oneshot::Sender<T>,
}

impl<T: Send, F: FnOnce() -> T + Send> Job for Request<T, F> {
    fn is_abandoned(&self) -> bool {
        self.reply.is_closed()
    }

    fn complete(self: Box<Self>) {
        // The one who asked may have left meanwhile, which is no error.
        let _ = self.reply.send((self.work)());
    }
}

#[derive(Default)]
struct State {
    queue: VecDeque<Box<dyn Job>>,
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
        // No code that can panic runs under the lock, and every state is a valid one.
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
            // On an error `pool` is dropped, which ends the threads already started.
            thread::Builder::new().name(format!("bcrypt-{number}")).spawn(move || {
                lower_priority();
                work_off(&shared);
            })?;
        }
        Ok(pool)
    }

    /// Has one thread do the work. If the returned future is dropped before a thread came to it, it is not done.
    pub(super) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Refusal> {
        let (reply, answer) = oneshot::channel();
        self.enqueue(Box::new(Request { work, reply }))?;
        match tokio::time::timeout(self.settings.deadline, answer).await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(_)) => Err(Refusal::Stopped),
            Err(_) => Err(self.busy(&self.shared.lock())),
        }
    }

    pub(super) fn statistics(&self) -> HasherStatistics {
        let state = self.shared.lock();
        HasherStatistics { queued: state.queue.len(), busy: state.busy, threads: self.settings.threads }
    }

    /// Alive as long as the pool or one of its threads is.
    #[cfg(test)]
    pub(super) fn watch(&self) -> std::sync::Weak<impl Sized + use<>> {
        Arc::downgrade(&self.shared)
    }

    fn enqueue(&self, job: Box<dyn Job>) -> Result<(), Refusal> {
        let mut state = self.shared.lock();
        let idle = self.settings.threads.saturating_sub(state.busy);
        // A job that an idle thread is about to take does not wait, so it does not count.
        let room = self.settings.queue.saturating_add(idle);
        if state.queue.len() >= room {
            // Those who left must not keep others out.
            state.queue.retain(|queued| !queued.is_abandoned());
        }
        if state.queue.len() >= room {
            return Err(self.busy(&state));
        }
        state.queue.push_back(job);
        drop(state);
        self.shared.wake.notify_one();
        Ok(())
    }

    /// The refusal, with an estimate of when the queue will have been worked off.
    fn busy(&self, state: &State) -> Refusal {
        let one = state.last_duration.unwrap_or(USUAL_DURATION);
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

/// What a thread does until the pool is dropped.
fn work_off(shared: &Shared) {
    let mut state = shared.lock();
    while !state.closed {
        let Some(job) = state.queue.pop_front() else {
            state = shared.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
            continue;
        };
        if job.is_abandoned() {
            continue;
        }
        state.busy += 1;
        drop(state);
        let begin = Instant::now();
        // A panic would cost this one answer, not the thread: the sender is dropped, and the asker told.
        let _ = catch_unwind(AssertUnwindSafe(|| job.complete()));
        let duration = begin.elapsed();
        state = shared.lock();
        state.busy -= 1;
        state.last_duration = Some(duration);
    }
}

/// Lets the scheduler prefer the threads that answer requests.
fn lower_priority() {
    // On Linux a nice value belongs to a thread, and `None` means the calling one. Elsewhere it would be the process.
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::getpriority_process(None)
        .and_then(|own| rustix::process::setpriority_process(None, own + NICENESS))
    {
        tracing::debug!(%error, "the priority of a hashing thread could not be lowered");
    }
}
