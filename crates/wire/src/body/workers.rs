//! A bounded number of threads for decoding large and compressed bodies.

use std::panic::resume_unwind;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::BodyError;

/// How many bodies may wait for each thread.
const QUEUE_PER_THREAD: usize = 16;

/// Limits how many bodies are decoded at the same time, and how many wait.
#[derive(Debug)]
pub(super) struct Workers {
    threads: Arc<Semaphore>,
    places: Semaphore,
}

impl Workers {
    pub(super) fn new(threads: usize) -> Self {
        Self { threads: Arc::new(Semaphore::new(threads)), places: Semaphore::new(threads * (1 + QUEUE_PER_THREAD)) }
    }

    /// Runs this on a thread for blocking work, as soon as there is one.
    ///
    /// # Errors
    /// [`BodyError::Busy`] if too many bodies wait already; [`BodyError::Aborted`] if the server stops.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, BodyError> {
        let _place = self.places.try_acquire().map_err(|_| BodyError::Busy)?;
        let thread = Arc::clone(&self.threads).acquire_owned().await.map_err(|_| BodyError::Aborted)?;
        let working = spawn_blocking(move || {
            // Held by the work itself, which goes on if the request is canceled.
            let _thread = thread;
            work()
        });
        working.await.map_err(|error| match error.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            Err(_) => BodyError::Aborted,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn beyond_the_threads_work_waits_and_beyond_the_queue_it_is_refused() {
        let workers = Arc::new(Workers::new(1));
        let (finish, finished) = mpsc::channel::<()>();
        let first = {
            let workers = Arc::clone(&workers);
            tokio::spawn(async move { workers.run(move || finished.recv().is_ok()).await })
        };
        while workers.threads.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let waiting: Vec<_> = (0..QUEUE_PER_THREAD)
            .map(|number| {
                let workers = Arc::clone(&workers);
                tokio::spawn(async move { workers.run(move || number).await })
            })
            .collect();
        while workers.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }

        assert_eq!(workers.run(|| ()).await, Err(BodyError::Busy));
        assert!(waiting.iter().all(|waiting| !waiting.is_finished()));

        finish.send(()).unwrap();
        assert_eq!(first.await.unwrap(), Ok(true));
        for (number, waiting) in waiting.into_iter().enumerate() {
            assert_eq!(waiting.await.unwrap(), Ok(number));
        }
        assert_eq!(workers.run(|| 1).await, Ok(1));
    }

    #[tokio::test]
    async fn canceled_work_occupies_its_thread_until_it_ends() {
        let workers = Workers::new(1);
        let (finish, finished) = mpsc::channel::<()>();
        let work = workers.run(move || finished.recv().is_ok());
        assert!(timeout(Duration::from_millis(20), work).await.is_err(), "canceled");
        assert_eq!(workers.threads.available_permits(), 0);

        drop(finish);
        assert_eq!(workers.run(|| 1).await, Ok(1));
    }
}
