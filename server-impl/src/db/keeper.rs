//! Keeping the shared connections open: one task per connection.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::connect::{Purpose, Target};
use super::link::Link;
use super::reader::Readers;

/// The longest wait for a connection to open. A hung database is tried anew.
const OPEN_LIMIT: Duration = Duration::from_secs(1);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// With it, a database that is back is in use within a second.
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// What the log was last told, so that an outage is told once and not at every attempt.
#[derive(Default)]
pub(super) struct Outage(Mutex<Option<String>>);

impl Outage {
    fn begin(&self, reason: String) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if told.as_ref() != Some(&reason) {
            tracing::warn!(%reason, "no connection to the database, trying again");
            *told = Some(reason);
        }
    }

    fn end(&self) {
        if self.0.lock().unwrap_or_else(PoisonError::into_inner).take().is_some() {
            tracing::info!("connected to the database again");
        }
    }
}

/// Keeps the connection of one slot open for ever, beginning with `first` when there is one.
pub(super) async fn keep(
    slot: usize,
    first: Option<Arc<Link>>,
    readers: Arc<Readers>,
    target: Arc<Target>,
    outage: Arc<Outage>,
) {
    let mut next = first;
    loop {
        let link = match next.take() {
            Some(link) => link,
            None => Arc::new(open(&target, &outage).await),
        };
        readers.set(slot, Some(Arc::clone(&link)));
        link.end().await;
        readers.set(slot, None);
        drop(link);
        // A database that takes connections and ends them at once is not to be hammered.
        tokio::time::sleep(FIRST_PAUSE).await;
    }
}

async fn open(target: &Target, outage: &Outage) -> Link {
    let mut pause = FIRST_PAUSE;
    loop {
        match target.open(Purpose::Read, OPEN_LIMIT).await {
            Ok(link) => {
                outage.end();
                return link;
            }
            Err(error) => outage.begin(error.to_string()),
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}
