//! Upstream upgrades its database: to a version that this program does not know, or while this server uses it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::json;

use super::{ANNA_EMAIL, ANNA_PASSWORD, import, on};
use crate::harness::{Database, Release, Server, UPGRADE_TO_2_7, eventually};

/// Back from bytes to text.
const DOWNGRADE: &str = "
    ALTER TABLE session ALTER token TYPE varchar USING encode(token, 'base64');
    ALTER TABLE api_key ALTER key TYPE varchar USING encode(key, 'base64');
    DROP INDEX session_token_idx, api_key_key_idx";

const NEWER: &str = r#"
    CREATE TABLE workflow (id uuid PRIMARY KEY, "ownerId" uuid NOT NULL REFERENCES "user" (id));
    ALTER TABLE "user" ADD "futureSetting" jsonb NOT NULL DEFAULT '{}';
    ALTER TABLE session ADD "futureSetting" varchar;
    INSERT INTO kysely_migrations (name, "timestamp") VALUES ('1999999999999-FromTheFuture', 'later')"#;

const WARNING: &str = "newer than upstream Immich 3.2, the newest version that this program knows: \
                       its last migration is 1999999999999-FromTheFuture";

#[tokio::test(flavor = "multi_thread")]
async fn given_a_newer_schema_that_has_the_columns_then_it_is_served_with_a_warning() {
    for release in Release::ALL {
        let (database, target) = (Database::of_release(release).await, Database::new().await);
        let known = on(&database, ["migrate"]).await.must_succeed();
        assert!(!known.stdout.contains("note:"), "{known:?}");
        database.run(NEWER).await;

        let server = Server::on(&database).start().await;

        let session = server.login(ANNA_EMAIL, ANNA_PASSWORD).await;
        assert!(server.accepts(&session).await);
        let logged = || async { server.log().contains(WARNING) };
        eventually("the log names the migration", Duration::from_secs(5), logged).await;
        let migrated = on(&database, ["migrate"]).await.must_succeed();
        assert_eq!(migrated.stdout.matches(WARNING).count(), 1, "{migrated:?}");
        let report = import(&database, &target).and(["--json"]).await.must_succeed().json();
        assert!(report["notes"][0].as_str().unwrap().contains(WARNING), "{report}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn given_a_newer_schema_without_a_column_then_it_is_refused_with_the_name_of_the_column() {
    let database = Database::of_release(Release::V3_2).await;
    database.run(NEWER).await;
    database.run("ALTER TABLE session RENAME \"deviceOS\" TO \"operatingSystem\"").await;
    let before = database.pg_dump(&[]);

    for command in ["migrate", "serve"] {
        let outcome = on(&database, [command]).with("IMMICH_PORT", "0").await;
        assert!(outcome.must_fail_in_one_line().contains("session has no column deviceOS"), "{outcome:?}");
    }

    assert_eq!(database.pg_dump(&[]), before);
}

/// Sends requests with sessions and keys until it is dropped.
struct Traffic {
    stop: Arc<AtomicBool>,
    clients: Vec<tokio::task::JoinHandle<usize>>,
}

impl Traffic {
    fn start(server: &Arc<Server>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let clients = (0..4)
            .map(|number| {
                let (server, stop) = (Arc::clone(server), Arc::clone(&stop));
                tokio::spawn(async move {
                    let mut accepted = 0;
                    while !stop.load(Ordering::Relaxed) {
                        let request = server.get("/users/me");
                        let request =
                            if number % 2 == 0 { request.bearer("anna-token") } else { request.api_key("anna-key") };
                        request.await.must_be(200);
                        accepted += 1;
                    }
                    accepted
                })
            })
            .collect();
        Self { stop, clients }
    }

    /// How many requests of each client were accepted: all of them.
    async fn stop(self) -> Vec<usize> {
        self.stop.store(true, Ordering::Relaxed);
        let mut accepted = Vec::new();
        for client in self.clients {
            accepted.push(client.await.expect("every request was accepted"));
        }
        accepted
    }
}

/// The prepared statements of both shared connections are for the former type.
#[tokio::test(flavor = "multi_thread")]
async fn given_an_upgrade_under_a_running_server_then_no_credential_is_rejected_and_new_ones_have_the_new_form() {
    let database = Database::of_upstream().await;
    let server = Arc::new(Server::on(&database).start().await);
    let mut secrets = Vec::new();

    for (change, release) in [("", Release::V2_5), (UPGRADE_TO_2_7, Release::V2_7), (DOWNGRADE, Release::V2_5)] {
        let traffic = Traffic::start(&server);
        tokio::time::sleep(Duration::from_millis(100)).await;
        database.run(change).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        let accepted = traffic.stop().await;
        assert!(accepted.iter().all(|accepted| *accepted > 10), "{accepted:?}");

        let session = server.login(ANNA_EMAIL, ANNA_PASSWORD).await;
        let key = server.create_key(&session, &["user.read"]).await;
        secrets.push((session, key));
        for (session, key) in &secrets {
            assert!(server.accepts(session).await, "{release:?}");
            server.get("/users/me").api_key(&key.secret).await.must_be(200);
            for (table, column, secret) in [("session", "token", &session.token), ("api_key", "key", &key.secret)] {
                let found = format!("{table} WHERE {column} = {}", release.hash(secret));
                assert_eq!(database.count(&found).await, 1, "{release:?}: {table}");
            }
        }
        server.get("/users/me").bearer("no-token").await.must_be_error(401, "Invalid user token");
    }
}

/// The first statement after the change writes a hash. Postgres would store bytes in a column of text as `\x…`.
#[tokio::test(flavor = "multi_thread")]
async fn given_a_change_of_the_type_when_a_hash_is_written_first_then_it_has_the_new_form() {
    let database = Database::of_upstream().await;
    let server = Server::on(&database).start().await;
    let anna = server.login(ANNA_EMAIL, ANNA_PASSWORD).await;
    server.create_key(&anna, &["all"]).await;

    for (change, release) in [(UPGRADE_TO_2_7, Release::V2_7), (DOWNGRADE, Release::V2_5)] {
        database.run(change).await;
        let session = server.login(ANNA_EMAIL, ANNA_PASSWORD).await;
        let found = format!("session WHERE token = {}", release.hash(&session.token));
        assert_eq!(database.count(&found).await, 1, "{release:?}");
        let key = server.post("/api-keys", json!({"name": "new", "permissions": ["all"]})).bearer(&session.token).await;
        let secret = key.must_be(201).json()["secret"].as_str().unwrap().to_owned();
        let found = format!("api_key WHERE key = {}", release.hash(&secret));
        assert_eq!(database.count(&found).await, 1, "{release:?}");
    }
}
