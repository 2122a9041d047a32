//! The database is lost, or hangs, and comes back.

use std::time::{Duration, Instant};

use immich_api::Operation;
use serde_json::json;

use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Database, Proxy, REVOCATION_LIMIT, Request, Server, eventually};

/// The documented limit is two seconds; the rest is for a machine that is busy with other tests.
const ANSWER_LIMIT: Duration = Duration::from_secs(4);
const RECOVERY_LIMIT: Duration = Duration::from_secs(5);

/// A server that connects to its database through a proxy.
async fn behind_a_proxy() -> (Server, Proxy) {
    let database = Database::new().await;
    let proxy = Proxy::to(&database.server_address()).await;
    let server = Server::on(&database).with("DB_URL", database.url_through(&proxy)).start().await;
    (server, proxy)
}

/// Requests that need the database.
fn requests_that_need_the_database(server: &Server, token: &str) -> Vec<Request> {
    let secured = Operation::ALL.iter().filter(|operation| operation.is_secured()).map(|operation| {
        let path = operation.path().replace("{id}", &uuid::Uuid::new_v4().to_string());
        server.call(operation.method().as_str(), &path).bearer(token)
    });
    let public = [
        server.get("/server/config"),
        server.post("/auth/login", json!({"email": ADMIN_EMAIL, "password": ADMIN_PASSWORD})),
        server.post("/auth/admin-sign-up", json!({"email": ADMIN_EMAIL, "password": ADMIN_PASSWORD, "name": "Admin"})),
    ];
    secured.chain(public).collect()
}

async fn must_be_unavailable(requests: Vec<Request>) {
    let tasks: Vec<_> = requests
        .into_iter()
        .map(|request| {
            tokio::spawn(async move {
                let start = Instant::now();
                (request.await, start.elapsed())
            })
        })
        .collect();
    for task in tasks {
        let (response, elapsed) = task.await.unwrap();
        let question = response.question.clone();
        let body = response.must_be(503).must_have_error_shape().json();
        let message = body["message"].as_str().unwrap_or_default().to_lowercase();
        assert!(!message.contains("postgres") && !message.contains("127.0.0.1"), "{question}: {message}");
        assert!(elapsed < ANSWER_LIMIT, "{question} took {elapsed:?}");
    }
}

async fn must_recover(server: &Server, token: &str) {
    eventually("the server recovers", RECOVERY_LIMIT, async || {
        server.get("/users/me").bearer(token).await.status == 200 && server.raw("GET", "/readyz").await.status == 200
    })
    .await;
    server.login(ADMIN_EMAIL, ADMIN_PASSWORD).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_database_is_503_everywhere_and_recovery_needs_no_restart() {
    let (server, proxy) = behind_a_proxy().await;
    let admin = server.sign_up_admin().await;
    server.raw("GET", "/readyz").await.must_be(200);

    for _ in 0..2 {
        proxy.cut();
        // Until then a cached caller may be accepted.
        tokio::time::sleep(REVOCATION_LIMIT).await;
        must_be_unavailable(requests_that_need_the_database(&server, &admin.token)).await;
        server.get("/server/ping").await.must_be(200);
        server.get("/server/version").await.must_be(200);
        server.raw("GET", "/livez").await.must_be(200);
        server.raw("GET", "/readyz").await.must_be(503);

        proxy.restore();
        must_recover(&server, &admin.token).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_hangs_is_503_in_time() {
    let (server, proxy) = behind_a_proxy().await;
    let admin = server.sign_up_admin().await;

    proxy.hang();
    tokio::time::sleep(REVOCATION_LIMIT).await;
    must_be_unavailable(requests_that_need_the_database(&server, &admin.token)).await;
    server.get("/server/ping").await.must_be(200);
    server.raw("GET", "/livez").await.must_be(200);
    server.raw("GET", "/readyz").await.must_be(503);

    proxy.restore();
    must_recover(&server, &admin.token).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_the_database_has_closed_are_replaced() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    for _ in 0..8 {
        assert!(server.accepts(&admin).await);
    }

    let ended = server
        .database()
        .count(
            "(SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()) ended",
        )
        .await;
    assert!(ended > 0, "the server had a connection");

    eventually("the server recovers", RECOVERY_LIMIT, async || {
        let response = server.get("/users/me").bearer(&admin.token).await;
        assert!(matches!(response.status, 200 | 503), "{response}");
        response.status == 200
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_401_and_a_lost_database_is_503() {
    let (server, proxy) = behind_a_proxy().await;
    server.sign_up_admin().await;
    let wrong = || server.post("/auth/login", json!({"email": ADMIN_EMAIL, "password": "wrong"}));
    wrong().await.must_be(401);

    proxy.cut();

    wrong().await.must_be(503);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_requests_than_connections_are_answered_or_refused_in_time() {
    let database = Database::new().await;
    let server = Server::on(&database).with("IMMICH_DB_CONNECTIONS", "2").start().await;
    let admin = server.sign_up_admin().await;
    let requests: Vec<_> = (0..200)
        .map(|number| {
            let request = server.put("/users/me", json!({"name": format!("Name {number}")}));
            tokio::spawn(request.bearer(&admin.token).into_future())
        })
        .collect();

    for request in requests {
        let response = request.await.unwrap();
        assert!(matches!(response.status, 200 | 503), "{response}");
    }
    assert!(server.accepts(&admin).await);
}
