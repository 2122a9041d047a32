//! The cache is used only while revocations are surely heard of.

use std::time::Duration;

use super::pair::Measured;
use crate::harness::{
    ADMIN_EMAIL, ADMIN_PASSWORD, Client, Database, Proxy, REVOCATION_LIMIT, Server, Session, eventually,
};

const LIMIT: Duration = Duration::from_secs(10);

/// The connections on which a server of this database hears of revocations: they look after the clock.
const LISTENERS: &str = "pg_stat_activity WHERE datname = current_database() AND query LIKE '%clock_timestamp%'
    AND pid <> pg_backend_pid()";

/// Asks until the cache answers.
async fn warm(measured: &Measured, session: &Session) {
    eventually("the cache answers", LIMIT, async || {
        let before = measured.counted("hits").await;
        for _ in 0..5 {
            assert!(measured.server.accepts(session).await);
        }
        measured.counted("hits").await > before
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_remembered_caller_needs_no_database() {
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

    assert!(measured.counted("hits").await - hits > 150, "most of them from the cache");
}

#[tokio::test(flavor = "multi_thread")]
async fn switched_off_it_is_never_used() {
    let database = Database::new().await;
    let measured = Measured::on(&database, "off").await;
    let admin = measured.server.sign_up_admin().await;

    for _ in 0..50 {
        assert!(measured.server.accepts(&admin).await);
    }

    assert_eq!(measured.counted("hits").await, 0);
    assert_eq!(database.count(LISTENERS).await, 0, "nobody listens");
}

#[tokio::test(flavor = "multi_thread")]
async fn on_the_database_that_upstream_made_it_is_off_and_the_log_says_so() {
    let measured = Measured::on(&Database::of_upstream().await, "on").await;

    let log = measured.server.log();

    assert!(log.contains("the credential cache is off: upstream's database does not report revocations"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_triggers_it_is_bypassed_and_with_them_it_is_used_again() {
    let database = Database::new().await;
    database.run("ALTER TABLE session DISABLE TRIGGER session_credentials_deleted").await;
    let measured = Measured::on(&database, "on").await;
    let admin = measured.server.sign_up_admin().await;
    for _ in 0..20 {
        assert!(measured.server.accepts(&admin).await);
    }
    assert_eq!(measured.counted("hits").await, 0);
    assert!(measured.server.log().contains("run the migrations"), "{}", measured.server.log());

    database.run("ALTER TABLE session ENABLE ALWAYS TRIGGER session_credentials_deleted").await;

    warm(&measured, &admin).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_is_heard_of_or_the_cache_is_bypassed_when_the_listening_connection_is_killed() {
    let database = Database::new().await;
    let measured = Measured::on(&database, "on").await;
    let admin = measured.server.sign_up_admin().await;

    for _ in 0..20 {
        let (id, child) = measured.server.create_child(&admin).await;
        warm(&measured, &child).await;

        // Nobody hears of the deletion: the connection ends before it.
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

/// Bytes that do not pass are the worst case: nothing tells the server that its connection is dead.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_cut_off_without_knowing_lets_nobody_in_for_longer_than_50_ms() {
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

/// The worst case of two processes: the one hears of nothing while the other one revokes.
#[tokio::test(flavor = "multi_thread")]
async fn in_strict_mode_an_answer_waits_until_a_server_that_is_cut_off_lets_nobody_in_any_more() {
    let database = Database::new().await;
    let proxy = Proxy::to(&database.server_address()).await;
    let strict = || Server::on(&database).with("IMMICH_CREDENTIAL_CACHE", "strict");
    let revoking = strict().start().await;
    let cut_off = strict().with("DB_URL", database.url_through(&proxy)).start().await;
    let admin = revoking.sign_up_admin().await;

    for _ in 0..3 {
        let (id, child) = revoking.create_child(&admin).await;
        for _ in 0..20 {
            assert!(cut_off.accepts(&child).await);
        }
        proxy.hang();

        revoking.delete(&format!("/sessions/{id}")).bearer(&admin.token).await.must_be_empty();

        // It may not have known that it is cut off; what it remembers it does not use any more.
        cut_off.get("/users/me").bearer(&child.token).await.must_be(503);
        proxy.restore();
        eventually("the server recovers", LIMIT, async || {
            cut_off.get("/users/me").bearer(&child.token).await.status == 401
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_the_own_account_shows_at_once() {
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
async fn a_remembered_session_is_still_touched_every_hour_and_when_the_app_is_updated() {
    let database = Database::new().await;
    let measured = Measured::on(&database, "on").await;
    let admin = measured.server.sign_up_admin().await;
    let id = measured.server.session_id(&admin).await;
    warm(&measured, &admin).await;
    let ask = async |client: &Client, agent: &str| {
        client.get("/users/me").bearer(&admin.token).header("User-Agent", agent).await.must_be(200);
    };

    ask(&measured.server, "Immich_Android_2.5.1").await;
    ask(&measured.server, "Immich_Android_2.5.2").await;
    let version = "SELECT \"appVersion\" FROM session WHERE id = $1::text::uuid";
    assert_eq!(database.text(version, &[&id]).await.as_deref(), Some("2.5.2"));

    database.age_session(&id, 61).await;
    ask(&measured.server, "Immich_Android_2.5.2").await;
    let recent = format!("session WHERE id = '{id}' AND \"updatedAt\" > now() - interval '1 minute'");
    assert_eq!(database.count(&recent).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lasts_is_never_done_for_a_remembered_caller() {
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
