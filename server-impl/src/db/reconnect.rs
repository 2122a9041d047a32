//! Reconnecting: one task per shared connection opens it again whenever it ends.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::connect::Target;
use super::connection::DbConnection;
use super::reader::Readers;
use super::session_options::Purpose;

/// The longest wait for a connection to open. Then the attempt is repeated.
const OPEN_LIMIT: Duration = Duration::from_secs(1);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// Short enough that a recovered database is in use within a second.
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// The reason that was logged last, so that an outage is logged once and not at every attempt.
#[derive(Default)]
pub(super) struct OutageLog(Mutex<Option<String>>);

impl OutageLog {
    fn begin(&self, reason: String) {
        let mut logged = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if logged.as_ref() != Some(&reason) {
            tracing::warn!(%reason, "database connection failed; retrying");
            *logged = Some(reason);
        }
    }

    fn end(&self) {
        if self.0.lock().unwrap_or_else(PoisonError::into_inner).take().is_some() {
            tracing::info!("database connection restored");
        }
    }
}

/// Keeps the connection of one slot open forever, beginning with `first` if there is one.
pub(super) async fn keep_connected(
    slot: usize,
    first: Option<Arc<DbConnection>>,
    readers: Arc<Readers>,
    target: Arc<Target>,
    outage: Arc<OutageLog>,
) {
    let mut next = first;
    loop {
        let connection = match next.take() {
            Some(connection) => connection,
            None => Arc::new(open(&target, &outage, &readers).await),
        };
        readers.set(slot, Some(Arc::clone(&connection)));
        connection.end().await;
        readers.set(slot, None);
        drop(connection);
        // Do not reconnect in a tight loop to a database that accepts connections and ends them at once.
        tokio::time::sleep(FIRST_PAUSE).await;
    }
}

async fn open(target: &Target, outage: &OutageLog, readers: &Readers) -> DbConnection {
    let mut pause = FIRST_PAUSE;
    loop {
        match target.open(Purpose::Read, OPEN_LIMIT).await {
            Ok(connection) => {
                outage.end();
                return connection;
            }
            // A connection that the program itself no longer wants is not an outage.
            Err(_) if readers.is_closed() => {}
            Err(error) => outage.begin(error.to_string()),
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}
