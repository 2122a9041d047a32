//! Receives revocations: on a separate connection, the database reports the users whose credentials changed.
//!
//! Triggers notify in the transaction that makes the change (`migrations/…_notify_of_credentials`), so every change is
//! reported, whether this process, another one or psql makes it. [`super::revocation_lease`] uses these reports;
//! `docs/credential-cache.md` explains the design.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::time::{sleep, sleep_until, timeout};
use tokio_postgres::{AsyncMessage, Client, SimpleQueryMessage};
use uuid::Uuid;

use super::connect::{Opened, Target};
use super::connect_error::ConnectError;
use super::connection::Driver;
use super::pooler;
use super::primary::History;
use super::revocation_lease::{LEASE, RevocationLease};
use super::session_options::Purpose;
use super::settings::ANSWER_LIMIT;

/// The channel of the triggers' notifications.
const CHANNEL: &str = "immich_credentials";

/// The database sends its answer after all pending notifications of this connection. No answer if the connection is not
/// the one that listens: a pooler may exchange it. None from a standby either: it is notified of nothing.
const DATABASE_TIME: &str = "select (extract(epoch from clock_timestamp()) * 1000000)::int8
    from pg_listening_channels() as channel where channel = 'immich_credentials' and not pg_is_in_recovery()";

/// Counts the triggers that exist and fire in every session.
const TRIGGERS: &str = "select count(*) from pg_trigger
    where tgfoid = to_regproc('immich_credentials_changed')::oid and tgenabled = 'A'
      and tgrelid in (to_regclass('\"user\"'), to_regclass('session'), to_regclass('api_key'), to_regclass('user_metadata'))";
const ALL_TRIGGERS: &str = "13";

/// The time between two renewals, while the lease is in use. Well below the length of the lease, so that a slow answer
/// does not let it expire.
const RENEWAL: Duration = Duration::from_millis(12);

const OPEN_LIMIT: Duration = Duration::from_secs(1);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Why no revocations are received.
#[derive(Debug, thiserror::Error)]
enum ListenError {
    #[error(transparent)]
    Connect(#[from] ConnectError),
    #[error("{}", super::error::chain(.0))]
    Lost(#[from] tokio_postgres::Error),
    #[error("the database did not answer within {ANSWER_LIMIT:?}")]
    NoAnswer,
    #[error("another server is the primary now")]
    NotPrimary,
    #[error(
        "triggers that report revocations are missing or disabled: restore those of the migrations \
         notify_of_credentials and complete_users"
    )]
    NoTriggers,
    #[error("a notification that was sent by DB_URL was not received by DB_LISTEN_URL: both must lead to one database")]
    OtherDatabase,
}

/// The connection on which revocations are received.
struct Connection {
    client: Arc<Client>,
    driver: Driver,
    history: Option<History>,
}

/// The connection has reached its greatest age.
struct MaxAge;

/// The listener, and the lease that it renews.
pub(super) struct Listener {
    pub(super) lease: Arc<RevocationLease>,
    /// None while revocations are not received.
    client: Mutex<Option<Arc<Client>>>,
    /// Whether the latest attempt to receive them has failed.
    has_failed: AtomicBool,
}

impl Listener {
    pub(super) fn new() -> Self {
        Self { lease: Arc::new(RevocationLease::new()), client: Mutex::new(None), has_failed: AtomicBool::new(false) }
    }

    /// Listens forever, and reconnects when the connection ends. `separate` is another address of the database.
    pub(super) async fn listen(&self, target: &Target, separate: Option<&Target>) {
        let mut logged = None;
        let mut pause = FIRST_PAUSE;
        loop {
            let error = match self.open(target, separate).await {
                Ok(connection) => {
                    pause = FIRST_PAUSE;
                    self.has_failed.store(false, Ordering::Relaxed);
                    if logged.take().is_some() {
                        tracing::info!("revocation listener connected; using the credential cache");
                    }
                    match self.renew_until_disconnected(&connection, target).await {
                        Err(error) => error,
                        // Meanwhile the lease expires, and requests query the database.
                        Ok(MaxAge) => continue,
                    }
                }
                Err(error) => error,
            };
            self.has_failed.store(true, Ordering::Relaxed);
            self.set(None);
            self.lease.expire();
            let reason = error.to_string();
            if logged.as_ref() != Some(&reason) {
                tracing::warn!(%reason, "revocation listener disconnected; bypassing the credential cache");
                logged = Some(reason);
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn open(&self, target: &Target, separate: Option<&Target>) -> Result<Connection, ListenError> {
        let listening = separate.unwrap_or(target);
        // A pooler in transaction mode loses notifications.
        pooler::check(listening).await?;
        let lease = Arc::clone(&self.lease);
        let test = Uuid::new_v4();
        let has_arrived = Arc::new(AtomicBool::new(false));
        let arrival = Arc::clone(&has_arrived);
        // Called in the task that reads the connection: a notification is processed before the next answer.
        let receive = move |message: AsyncMessage| {
            if let AsyncMessage::Notification(notification) = message {
                match notification.payload().parse::<Uuid>() {
                    Ok(id) if id == test => arrival.store(true, Ordering::Relaxed),
                    Ok(user) => lease.invalidate(user),
                    Err(_) => lease.invalidate_all(),
                }
            }
        };
        let Opened { client, driver, history, .. } = listening.open_listener(OPEN_LIMIT, receive).await?;
        let client = Arc::new(client);
        query(&client, &format!("listen {CHANNEL}")).await?;
        if query(&client, TRIGGERS).await?.as_deref() != Some(ALL_TRIGGERS) {
            return Err(ListenError::NoTriggers);
        }
        if separate.is_some() {
            let (sender, _driver) = target.open_client(Purpose::Write, OPEN_LIMIT).await?;
            query(&sender, &format!("select pg_notify('{CHANNEL}', '{test}')")).await?;
            query(&client, DATABASE_TIME).await?;
            if !has_arrived.load(Ordering::Relaxed) {
                return Err(ListenError::OtherDatabase);
            }
        }
        // Notifications may have been missed while there was no connection: cached reads may be out of date.
        self.lease.invalidate_all();
        self.set(Some(Arc::clone(&client)));
        Ok(Connection { client, driver, history })
    }

    /// Renews the lease while it is in use, until the connection ends or reaches its greatest age.
    async fn renew_until_disconnected(&self, connection: &Connection, target: &Target) -> Result<MaxAge, ListenError> {
        let renewing = async {
            loop {
                self.lease.requested().await;
                let next = tokio::time::Instant::now() + RENEWAL;
                if let Err(error) = self.renew(&connection.client).await {
                    return error;
                }
                sleep_until(next).await;
            }
        };
        let primary = target.primary();
        let mut suspicions = primary.changes();
        let replaced = async {
            while primary.is_newest(connection.history) {
                suspicions.next().await;
            }
        };
        tokio::select! {
            error = renewing => Err(error),
            () = connection.driver.closed() => Err(ListenError::Connect(ConnectError::Closed)),
            () = replaced => Err(ListenError::NotPrimary),
            () = sleep(target.next_max_age()) => Ok(MaxAge),
        }
    }

    async fn renew(&self, client: &Client) -> Result<(), ListenError> {
        let sent = Instant::now();
        let answer = query(client, DATABASE_TIME).await?;
        let database_time = answer.and_then(|text| text.parse().ok()).ok_or(ListenError::NotPrimary)?;
        self.lease.renew(sent, database_time);
        Ok(())
    }

    /// Call after a change is committed. When this returns, the process no longer uses anything that it read before.
    pub(super) async fn catch_up(&self) {
        let client = self.client.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let renewed = match client {
            Some(client) => matches!(timeout(LEASE, self.renew(&client)).await, Ok(Ok(()))),
            None => false,
        };
        if !renewed {
            self.lease.invalidate_all();
        }
    }

    /// Whether no revocations are received although they should be.
    pub(super) fn has_failed(&self) -> bool {
        self.has_failed.load(Ordering::Relaxed)
    }

    fn set(&self, client: Option<Arc<Client>>) {
        *self.client.lock().unwrap_or_else(PoisonError::into_inner) = client;
    }
}

/// The first value of an answer.
async fn query(client: &Client, text: &str) -> Result<Option<String>, ListenError> {
    let messages = timeout(ANSWER_LIMIT, client.simple_query(text)).await.map_err(|_| ListenError::NoAnswer)??;
    Ok(messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    }))
}
