//! Reconnecting: one task per shared connection opens it again whenever it ends.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};

use super::connect::Target;
use super::connection::DbConnection;
use super::reader::Readers;
use super::session_options::Purpose;

/// The longest wait for a connection to open. Then the attempt is repeated.
const OPEN_LIMIT: Duration = Duration::from_secs(1);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// Short enough that a recovered database, or a new primary, is in use within a second.
const LONGEST_PAUSE: Duration = Duration::from_millis(200);

/// How often the server of an idle connection is asked whether it is still the primary. A server that answers other
/// queries is not asked: those that authorize ask along.
const CHECK_PERIOD: Duration = Duration::from_secs(1);

/// The outage that all slots share.
#[derive(Default)]
pub(super) struct Outage {
    /// The reason that was logged last, so that an outage is logged once and not at every attempt.
    logged: Mutex<Option<String>>,
    /// Held by the slot that tries to connect.
    turn: tokio::sync::Mutex<()>,
}

impl Outage {
    fn begin(&self, reason: String) {
        let mut logged = self.logged.lock().unwrap_or_else(PoisonError::into_inner);
        if logged.as_ref() != Some(&reason) {
            tracing::warn!(%reason, "database connection failed; retrying");
            *logged = Some(reason);
        }
    }

    fn is_ongoing(&self) -> bool {
        self.logged.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    fn end(&self) {
        if self.logged.lock().unwrap_or_else(PoisonError::into_inner).take().is_some() {
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
    outage: Arc<Outage>,
) {
    let mut next = first;
    loop {
        let connection = match next.take() {
            Some(connection) => connection,
            None => Arc::new(open(&target, &outage, &readers).await),
        };
        readers.set(slot, Some(Arc::clone(&connection)));
        next = until_replaced(&connection, &target).await;
        if let Some(next) = &next {
            readers.set(slot, Some(Arc::clone(next)));
            connection.retire();
            continue;
        }
        readers.set(slot, None);
        drop(connection);
        // Do not reconnect in a tight loop to a database that accepts connections and ends them at once.
        sleep(FIRST_PAUSE).await;
    }
}

/// Returns when the connection must not be used any more. At its greatest age, with the connection that replaces it:
/// there is always one to read on.
async fn until_replaced(connection: &DbConnection, target: &Target) -> Option<Arc<DbConnection>> {
    let mut suspicions = target.primary().changes();
    let mut replace_at = connection.replace_at();
    loop {
        tokio::select! {
            () = connection.end() => return None,
            () = suspicions.next() => connection.check().await,
            () = sleep(CHECK_PERIOD) => {
                if connection.is_suspect() || !connection.take_answered() {
                    connection.check().await;
                }
            }
            () = sleep_until(replace_at) => match target.open(Purpose::Read, OPEN_LIMIT).await {
                Ok(next) => return Some(Arc::new(next)),
                Err(_) => replace_at = Instant::now() + CHECK_PERIOD,
            },
        }
    }
}

async fn open(target: &Target, outage: &Outage, readers: &Readers) -> DbConnection {
    let mut pause = FIRST_PAUSE;
    let mut turn = None;
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
        // While the database is unavailable, one slot tries for all. The others follow when it has succeeded.
        if turn.is_none() {
            turn = Some(outage.turn.lock().await);
        }
        if outage.is_ongoing() || readers.is_closed() {
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}
