//! Upstream's database, with a role that does not own its tables.

use std::time::Duration;

use super::serve;
use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Database, Program, Release, Role, Server, eventually};

const INDEXES: &str = "SELECT string_agg(indexname::text, ' ' ORDER BY indexname) FROM pg_indexes \
                       WHERE indexname LIKE 'immich\\_api\\_%'";

/// The names of the indexes that the log or the notes report as missing.
fn reported(text: &str) -> Vec<&str> {
    let names = text.lines().filter_map(|line| line.split_once("the index ")?.1.split_once(" is missing: "));
    names.map(|(name, _)| name).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_does_not_own_the_tables_serves_without_the_indexes_and_reports_them() {
    for release in Release::ALL {
        let database = Database::of_release(release).await;
        let role = Role::with_printed_grants(&database).await;
        let expected = if release.stores_bytes() { 2 } else { 4 };

        let asked = Program::run(["migrate"]).with("DB_URL", role.url()).await.must_succeed();
        assert_eq!(reported(&asked.stdout).len(), expected, "{asked:?}");

        for launch in [serve(&database, &role), Server::on(&database).with("DB_URL", role.url())] {
            let server = launch.start().await;
            server.get("/users/me").bearer("anna-token").await.must_be(200);
            server.get("/users/me").api_key("anna-key").await.must_be(200);
            server.login(ADMIN_EMAIL, ADMIN_PASSWORD).await;
            let all = || async { reported(&server.log()).len() == expected };
            eventually("all missing indexes are reported", Duration::from_secs(5), all).await;
            let log = server.stop();
            assert!(log.contains("with the role that owns the table user"), "{log}");
            assert_eq!(log.contains("each request with a session reads the whole table session"), expected == 4);
        }
        assert_eq!(database.text(INDEXES, &[]).await, None, "{release:?}");

        Program::run(["migrate"]).with("DB_URL", database.url()).await.must_succeed();
        let server = serve(&database, &role).start().await;
        server.get("/users/me").bearer("anna-token").await.must_be(200);
        let log = server.stop();
        assert!(reported(&log).is_empty() && !log.contains(" WARN "), "{log}");
        assert!(database.text(INDEXES, &[]).await.is_some());
    }
}
