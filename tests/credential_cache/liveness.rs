//! The cache is used only while the server is certain to receive revocations.

use std::time::Duration;

use super::pair::Measured;
use crate::harness::{
    ADMIN_EMAIL, ADMIN_PASSWORD, Client, Database, Proxy, REVOCATION_LIMIT, Server, Session, eventually,
};

const LIMIT: Duration = Duration::from_secs(10);

/// The connections on which servers of this database receive revocations: they query the clock of the database.
const LISTENERS: &str = "pg_stat_activity WHERE datname = current_database() AND query LIKE '%clock_timestamp%'
    AND pid <> pg_backend_pid()";

/// Sends requests until the cache is used.
async fn warm(measured: &Measured, session: &Session) {
    eventually("the cache is used", LIMIT, async || {
        let before = measured.counted("hits").await;
        for _ in 0..5 {
            assert!(measured.server.accepts(session).await);
        }
        measured.counted("hits").await > before
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cached_caller_needs_no_database() {
    let database = Database::new().await;
    let measured = Measured::on(&database, "on").await;
    let admin = measured.server.sign_up_admin().await;
    warm(&measured, &admin).await;
    let key = measured.server.create_key(&admin, &["all"]).await;
    let hits = measured.counted("hits").await;
    for _ in 0..100 {
        measured.server.get("/users/me").bearer(&admin.token).await.must_be(200);
        measured.server.get("/api-keys/me").api_key(&key.secret).await.must_be(200);
    }

    assert!(measured.counted("hits").await - hits > 150, "most requests use the cache");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_cache_is_never_used() {
    let database = Database::new().await;
    let measured = Measured::on(&database, "off").await;
    let admin = measured.server.sign_up_admin().await;

    for _ in 0..50 {
        assert!(measured.server.accepts(&admin).await);
    }

    assert_eq!(measured.counted("hits").await, 0);
    assert_eq!(database.count(LISTENERS).await, 0, "no connection listens");
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_database_of_upstream_the_cache_is_off_and_the_log_says_so() {
    let measured = Measured::on(&Database::of_upstream().await, "on").await;

    let log = measured.server.log();

    assert!(
        log.contains("the credential cache is off: the database of upstream Immich does not report revocations"),
        "{log}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_triggers_the_cache_is_bypassed_until_they_are_back() {
    let database = Database::new().await;
    database.run("ALTER TABLE session DISABLE TRIGGER session_credentials_deleted").await;
    let measured = Measured::on(&database, "on").await;
    let admin = measured.server.sign_up_admin().await;
    for _ in 0..20 {
        assert!(measured.server.accepts(&admin).await);
    }
    assert_eq!(measured.counted("hits").await, 0);
    assert!(
        measured.server.log().contains("triggers that report revocations are missing"),
        "{}",
        measured.server.log()
    );

    database.run("ALTER TABLE session ENABLE ALWAYS TRIGGER session_credentials_deleted").await;

    warm(&measured, &admin).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn if_the_listening_connection_is_killed_no_revocation_is_missed() {
    let database = Database::new().await;
    let measured = Measured::on(&database, "on").await;
    let admin = measured.server.sign_up_admin().await;

    for _ in 0..20 {
        let (id, child) = measured.server.create_child(&admin).await;
        warm(&measured, &child).await;

        // No server is notified of the deletion: the connection ends before it.
        let killed = database.count(&format!("(SELECT pg_terminate_backend(pid) FROM {LISTENERS}) killed")).await;
        assert_eq!(killed, 1, "the connection that listens");
        database.change("DELETE FROM session WHERE id = $1::text::uuid", &[&id]).await;

        assert!(!measured.server.accepts(&child).await);
        assert!(measured.server.accepts(&admin).await);
    }

    warm(&measured, &admin).await;
    let log = measured.server.log();
    assert!(log.contains("bypassing the credential cache"), "{log}");
    assert!(log.contains("using the credential cache"), "{log}");
}

/// A connection that hangs is the worst case: the server does not notice that it is dead.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_loses_its_database_unnoticed_accepts_no_caller_after_50_ms() {
    let database = Database::new().await;
    let proxy = Proxy::to(&database.server_address()).await;
    let server = Server::on(&database).with("DB_URL", database.url_through(&proxy)).start().await;
    let admin = server.sign_up_admin().await;

    for _ in 0..3 {
        for _ in 0..20 {
            assert!(server.accepts(&admin).await);
        }
        proxy.hang();
        tokio::time::sleep(REVOCATION_LIMIT).await;

        server.get("/users/me").bearer(&admin.token).await.must_be(503);

        proxy.restore();
        eventually("the server recovers", LIMIT, async || {
            server.get("/users/me").bearer(&admin.token).await.status == 200
        })
        .await;
    }
}

/// The worst case with two processes: one revokes while the other is disconnected from the database.
#[tokio::test(flavor = "multi_thread")]
async fn in_strict_mode_a_revocation_waits_for_the_lease_of_a_disconnected_server() {
    let database = Database::new().await;
    let proxy = Proxy::to(&database.server_address()).await;
    let strict = || Server::on(&database).with("IMMICH_CREDENTIAL_CACHE", "strict");
    let revoking = strict().start().await;
    let disconnected = strict().with("DB_URL", database.url_through(&proxy)).start().await;
    let admin = revoking.sign_up_admin().await;

    for _ in 0..3 {
        let (id, child) = revoking.create_child(&admin).await;
        for _ in 0..20 {
            assert!(disconnected.accepts(&child).await);
        }
        proxy.hang();

        revoking.delete(&format!("/sessions/{id}")).bearer(&admin.token).await.must_be_empty();

        // Whether or not it has noticed, its cache entries are no longer valid.
        disconnected.get("/users/me").bearer(&child.token).await.must_be(503);
        proxy.restore();
        eventually("the server recovers", LIMIT, async || {
            disconnected.get("/users/me").bearer(&child.token).await.status == 401
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_the_users_own_account_is_visible_immediately() {
    let database = Database::new().await;
    let measured = Measured::on(&database, "on").await;
    let admin = measured.server.sign_up_admin().await;
    warm(&measured, &admin).await;

    for number in 0..50 {
        let name = format!("Name {number}");
        let change = serde_json::json!({"name": name});
        measured.server.put("/users/me", change).bearer(&admin.token).await.must_be(200);

        let me = measured.server.get("/users/me").bearer(&admin.token).await.must_be(200).json();
        assert_eq!(me["name"], name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cached_session_is_still_updated_every_hour_and_with_a_new_app_version() {
    let database = Database::new().await;
    let measured = Measured::on(&database, "on").await;
    let admin = measured.server.sign_up_admin().await;
    let id = measured.server.session_id(&admin).await;
    warm(&measured, &admin).await;
    let request = async |client: &Client, agent: &str| {
        client.get("/users/me").bearer(&admin.token).header("User-Agent", agent).await.must_be(200);
    };

    request(&measured.server, "Immich_Android_2.5.1").await;
    request(&measured.server, "Immich_Android_2.5.2").await;
    let version = "SELECT \"appVersion\" FROM session WHERE id = $1::text::uuid";
    assert_eq!(database.text(version, &[&id]).await.as_deref(), Some("2.5.2"));

    database.age_session(&id, 61).await;
    request(&measured.server, "Immich_Android_2.5.2").await;
    let recent = format!("session WHERE id = '{id}' AND \"updatedAt\" > now() - interval '1 minute'");
    assert_eq!(database.count(&recent).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_reads_are_authorized_from_the_cache() {
    let database = Database::new().await;
    let measured = Measured::on(&database, "on").await;
    let admin = measured.server.sign_up_admin().await;
    warm(&measured, &admin).await;
    let hits = measured.counted("hits").await;

    measured.server.create_key(&admin, &["all"]).await;
    measured.server.post("/auth/validateToken", serde_json::json!({})).bearer(&admin.token).await.must_be(200);
    measured.server.put("/users/me", serde_json::json!({})).bearer(&admin.token).await.must_be(200);
    measured.server.delete("/sessions").bearer(&admin.token).await.must_be_empty();
    let change = serde_json::json!({"password": ADMIN_PASSWORD, "newPassword": "password2"});
    measured.server.post("/auth/change-password", change).bearer(&admin.token).await.must_be(200);

    assert_eq!(measured.counted("hits").await, hits);
    measured.server.login(ADMIN_EMAIL, "password2").await;
}
