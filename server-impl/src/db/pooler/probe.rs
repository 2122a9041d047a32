//! Finds out at start whether a pooler in transaction mode is between this program and the database.
//!
//! A database names the process that serves a connection after the login; a pooler names another one, because it needs
//! the message for itself. Behind a pooler, two connections are compared: in session mode each has its own process, in
//! transaction mode they share one, or it changes from one transaction to the next.

use std::time::Duration;

use tokio::time::timeout;
use tokio_postgres::{Client, SimpleQueryMessage};

use super::super::connect::Target;
use super::super::connect_error::ConnectError;

/// How long a connection may take to open, and how long the comparison may take. A pooler in session mode lets a client
/// wait when all its connections are in use.
const LIMIT: Duration = Duration::from_secs(5);

/// How often the processes are compared: other clients of the pooler may be in between.
const TRIES: usize = 20;

/// Both connections are busy for so long, so that they need two processes.
const PROCESS: &str = "select pg_backend_pid() from pg_sleep(0.003)";

/// Fails if the database is behind a pooler in transaction mode that the settings do not name.
pub(in crate::db) async fn check(target: &Target) -> Result<(), ConnectError> {
    if target.transaction_pooler {
        return Ok(());
    }
    let (first, _first_driver, named) = target.open_probe(LIMIT).await?;
    // Without a query, it is not known that the server is one of Postgres, nor its process.
    if timeout(LIMIT, process(&first)).await.ok().flatten().is_none_or(|process| process == named.get()) {
        return Ok(());
    }
    let Ok((second, _second_driver, _)) = target.open_probe(LIMIT).await else { return Ok(()) };
    match timeout(LIMIT, are_shared(&first, &second)).await {
        Ok(true) => Err(ConnectError::Pooler { address: target.addresses() }),
        Ok(false) | Err(_) => Ok(()),
    }
}

async fn are_shared(first: &Client, second: &Client) -> bool {
    let mut before = None;
    for turn in 0..TRIES {
        // At the same time and one after the other.
        let now = if turn % 2 == 0 {
            tokio::join!(process(first), process(second))
        } else {
            (process(first).await, process(second).await)
        };
        let (Some(one), Some(other)) = now else { return false };
        if one == other || before.is_some_and(|before| before != (one, other)) {
            return true;
        }
        before = Some((one, other));
    }
    false
}

async fn process(client: &Client) -> Option<u32> {
    let messages = client.simple_query(PROCESS).await.ok()?;
    messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0)?.parse().ok(),
        _ => None,
    })
}
