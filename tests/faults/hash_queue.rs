//! The queue of passwords to hash is shared fairly.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;
use tokio::task::JoinHandle;

use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Database, Metrics, Request, Server};

/// Clients of the flood; each always waits for a password. Twice as many as there are places.
const CLIENTS: usize = 32;

/// The places of the queue.
const PLACES: u64 = 16;

/// A server with one hashing thread and 16 places.
async fn with_16_places() -> (Server, Metrics) {
    Server::on(&Database::new().await)
        .with("IMMICH_HASH_THREADS", "1")
        .with("IMMICH_HASH_QUEUE", PLACES.to_string())
        .with("IMMICH_LOGIN_MAX_FAILURES", "1000000")
        .start_measured()
        .await
}

/// Clients that try one password after the other until they are stopped.
struct Flood {
    stopping: Arc<AtomicBool>,
    clients: Vec<JoinHandle<usize>>,
}

impl Flood {
    /// Starts it, and waits until the queue is full. `attempt` makes the attempt with this number.
    async fn of(attempt: impl Fn(usize) -> Request + Clone + Send + Sync + 'static) -> Self {
        let stopping = Arc::new(AtomicBool::new(false));
        let is_full = Arc::new(tokio::sync::Notify::new());
        let clients = (0..CLIENTS)
            .map(|client| {
                let (attempt, stopping, is_full) = (attempt.clone(), Arc::clone(&stopping), Arc::clone(&is_full));
                tokio::spawn(async move {
                    let mut busy = 0;
                    let mut number = client;
                    while !stopping.load(Ordering::Relaxed) {
                        if attempt(number).await.status == 503 {
                            busy += 1;
                            is_full.notify_one();
                        }
                        number += CLIENTS;
                    }
                    busy
                })
            })
            .collect();
        is_full.notified().await;
        Self { stopping, clients }
    }

    /// Stops it. Returns how many attempts found no place.
    async fn stop(self) -> usize {
        self.stopping.store(true, Ordering::Relaxed);
        let mut busy = 0;
        for client in self.clients {
            busy += client.await.unwrap();
        }
        busy
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_tries_many_accounts_does_not_keep_other_addresses_out() {
    let (server, _) = with_16_places().await;
    server.create_user("anna@immich.cloud", "anna", "password1").await.must_succeed();
    let attacker = server.client().from([127, 0, 0, 2]);
    let flood = Flood::of(move |number| attacker.try_login(&format!("{number}@immich.cloud"), "wrong")).await;

    for _ in 0..10 {
        server.login("anna@immich.cloud", "password1").await;
    }

    assert!(flood.stop().await > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_tried_from_many_addresses_does_not_keep_other_accounts_out() {
    let (server, _) = with_16_places().await;
    server.create_user("anna@immich.cloud", "anna", "password1").await.must_succeed();
    let attacker = server.client();
    let flood = Flood::of(move |number| {
        let claimed = format!("10.0.{}.{}", number / 256 % 256, number % 256);
        attacker.try_login(ADMIN_EMAIL, "wrong").header("X-Forwarded-For", &claimed)
    })
    .await;

    for _ in 0..10 {
        server.login("anna@immich.cloud", "password1").await;
    }

    assert!(flood.stop().await > 0);
}

/// As any process on the same machine can do with the default settings.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_claims_any_address_does_not_keep_known_addresses_and_valid_sessions_out() {
    let (server, metrics) = with_16_places().await;
    let admin = server.sign_up_admin().await;
    let attacker = server.client();
    let flood = Flood::of(move |number| {
        let claimed = format!("10.0.{}.{}", number / 256 % 256, number % 256);
        attacker.try_login(&format!("{number}@immich.cloud"), "wrong").header("X-Forwarded-For", &claimed)
    })
    .await;

    let same = json!({"password": ADMIN_PASSWORD, "newPassword": ADMIN_PASSWORD});
    let mut waiting = 0;
    for _ in 0..10 {
        server.login(ADMIN_EMAIL, ADMIN_PASSWORD).await;
        server.post("/auth/change-password", same.clone()).bearer(&admin.token).await.must_be(200);
        waiting = waiting.max(metrics.value("passwords_waiting").await);
        assert!(metrics.value("passwords_in_work").await <= 1);
    }

    assert!((1..=PLACES).contains(&waiting), "{waiting}");
    assert!(flood.stop().await > 0);
}
