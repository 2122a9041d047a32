//! Hearing of revocations: a connection of its own, on which the database tells whose credentials changed.
//!
//! Triggers tell it from the transaction that makes the change (`migrations/…_notify_of_credentials`), so that it does
//! not matter who does: this program, another process of it, or somebody with psql. See [`super::watch`] for what is
//! made of it, and `docs/credential-cache.md` for the whole.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::time::{sleep, sleep_until, timeout};
use tokio_postgres::{AsyncMessage, Client, SimpleQueryMessage};
use uuid::Uuid;

use super::connect::{ConnectError, Target};
use super::link::Driver;
use super::settings::ANSWER_LIMIT;
use super::watch::{LEASE, Watch};

/// Where the triggers tell of changes.
const CHANNEL: &str = "immich_credentials";

/// The answer of the database comes after everything that it has to tell on this connection.
const SIGN_OF_LIFE: &str = "select (extract(epoch from clock_timestamp()) * 1000000)::int8";

/// Counts the triggers that are there and fire for everybody.
const TRIGGERS: &str = "select count(*) from pg_trigger
    where tgfoid = to_regproc('immich_credentials_changed')::oid and tgenabled = 'A'
      and tgrelid in (to_regclass('\"user\"'), to_regclass('session'), to_regclass('api_key'))";
const ALL_TRIGGERS: &str = "9";

/// Between two signs of life, while somebody needs the lease. So much earlier than the lease ends that a slow answer
/// does no harm.
const RENEWAL: Duration = Duration::from_millis(12);

const OPEN_LIMIT: Duration = Duration::from_secs(1);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Why nothing is heard.
#[derive(Debug, thiserror::Error)]
enum Deaf {
    #[error(transparent)]
    Connect(#[from] ConnectError),
    #[error("{}", super::error::chain(.0))]
    Lost(#[from] tokio_postgres::Error),
    #[error("the database gave no sign of life within {ANSWER_LIMIT:?}")]
    NoAnswer,
    #[error("the triggers that tell of revocations are not all there: run the migrations")]
    NoTriggers,
}

/// The listener and what it knows.
pub(super) struct Listener {
    pub(super) watch: Arc<Watch>,
    /// There while revocations are heard of.
    client: Mutex<Option<Arc<Client>>>,
}

impl Listener {
    pub(super) fn new() -> Self {
        Self { watch: Arc::new(Watch::new()), client: Mutex::new(None) }
    }

    /// Listens for ever.
    pub(super) async fn keep(&self, target: &Target) {
        let mut told = None;
        let mut pause = FIRST_PAUSE;
        loop {
            let deaf = match self.open(target).await {
                Ok((client, driver)) => {
                    pause = FIRST_PAUSE;
                    if told.take().is_some() {
                        tracing::info!("revocations are heard of again, the credential cache is in use");
                    }
                    self.listen(&client, &driver).await
                }
                Err(deaf) => deaf,
            };
            self.set(None);
            self.watch.lapse();
            let reason = deaf.to_string();
            if told.as_ref() != Some(&reason) {
                tracing::warn!(%reason, "revocations are not heard of, the credential cache is bypassed");
                told = Some(reason);
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn open(&self, target: &Target) -> Result<(Arc<Client>, Driver), Deaf> {
        let watch = Arc::clone(&self.watch);
        // In the task that reads the connection: what is told is known before the next answer is.
        let hear = move |message: AsyncMessage| {
            if let AsyncMessage::Notification(told) = message {
                match told.payload().parse::<Uuid>() {
                    Ok(user) => watch.forget(user),
                    Err(_) => watch.forget_all(),
                }
            }
        };
        let (client, driver) = target.open_listener(OPEN_LIMIT, hear).await?;
        let client = Arc::new(client);
        ask(&client, &format!("listen {CHANNEL}")).await?;
        if ask(&client, TRIGGERS).await?.as_deref() != Some(ALL_TRIGGERS) {
            return Err(Deaf::NoTriggers);
        }
        // What was read until now may have changed unheard.
        self.watch.forget_all();
        self.set(Some(Arc::clone(&client)));
        Ok((client, driver))
    }

    /// Renews the lease for as long as somebody needs it, until the connection fails.
    async fn listen(&self, client: &Client, driver: &Driver) -> Deaf {
        let renewing = async {
            loop {
                self.watch.wanted().await;
                let next = tokio::time::Instant::now() + RENEWAL;
                if let Err(deaf) = self.renew(client).await {
                    return deaf;
                }
                sleep_until(next).await;
            }
        };
        tokio::select! {
            deaf = renewing => deaf,
            () = driver.closed() => Deaf::Connect(ConnectError::Closed),
        }
    }

    async fn renew(&self, client: &Client) -> Result<(), Deaf> {
        let sent = Instant::now();
        let answer = ask(client, SIGN_OF_LIFE).await?;
        let database_time = answer.and_then(|text| text.parse().ok()).ok_or(Deaf::NoAnswer)?;
        self.watch.renew(sent, database_time);
        Ok(())
    }

    /// To be awaited after a change is committed: from then on nothing that was read before it is used here.
    pub(super) async fn catch_up(&self) {
        let client = self.client.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let heard = match client {
            Some(client) => matches!(timeout(LEASE, self.renew(&client)).await, Ok(Ok(()))),
            None => false,
        };
        if !heard {
            self.watch.forget_all();
        }
    }

    fn set(&self, client: Option<Arc<Client>>) {
        *self.client.lock().unwrap_or_else(PoisonError::into_inner) = client;
    }
}

/// The first value of an answer.
async fn ask(client: &Client, query: &str) -> Result<Option<String>, Deaf> {
    let messages = timeout(ANSWER_LIMIT, client.simple_query(query)).await.map_err(|_| Deaf::NoAnswer)??;
    Ok(messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    }))
}
