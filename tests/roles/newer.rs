//! A database that a newer release has migrated.

use std::time::Duration;

use super::refused;
use crate::harness::{Database, Program, Server, eventually};

/// What a newer release does to the database: it expands the schema.
const EXPANDED: &str = "
    ALTER TABLE \"user\" ADD COLUMN \"favoriteColor\" varchar NOT NULL DEFAULT 'blue';
    CREATE TABLE shoe (id uuid PRIMARY KEY);
    INSERT INTO __diesel_schema_migrations (version) VALUES ('20990101000000'), ('20990102000000')";

const NOTE: &str = "a newer release of this program has migrated the database, up to 20990102000000";

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_schema_is_reported_and_served_and_not_changed() {
    let database = Database::new().await;
    database.run(EXPANDED).await;
    let before = database.pg_dump(&[]);

    let migrated = Program::run(["migrate"]).with("DB_URL", database.url()).await.must_succeed();
    assert!(migrated.stdout.contains(&format!("note: {NOTE}")), "{migrated:?}");
    assert_eq!(database.pg_dump(&[]), before);

    for arguments in [&[][..], &["--no-migrate"]] {
        let launch = arguments.iter().fold(Server::on(&database), |launch, argument| launch.and(argument));
        let server = launch.start().await;
        eventually("the note is logged", Duration::from_secs(5), || async { server.log().contains(NOTE) }).await;
        assert_eq!(server.log().matches(NOTE).count(), 1, "{}", server.log());
        if arguments.is_empty() {
            let admin = server.sign_up_admin().await;
            assert!(server.accepts(&admin).await);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_schema_without_a_column_that_this_program_needs_is_refused_in_one_line() {
    for (change, fault) in [
        ("ALTER TABLE session DROP COLUMN \"deviceOS\"", "session has no column deviceOS"),
        ("ALTER TABLE \"user\" ADD COLUMN x int NOT NULL", "user.x is required, has no default"),
        ("DELETE FROM __diesel_schema_migrations WHERE version = '20261129000300'", "share_login_throttle is missing"),
    ] {
        let database = Database::new().await;
        database.run(&format!("{EXPANDED}; {change}")).await;
        let before = database.pg_dump(&[]);

        let migrate = Program::run(["migrate"]).with("DB_URL", database.url());
        for outcome in [refused(database.url()).await, migrate.await] {
            let line = outcome.must_fail_in_one_line();
            assert!(line.contains("up to 20990102000000, and this one cannot use it"), "{line}");
            assert!(line.contains(fault) && line.contains("start the newer release"), "{line}");
        }
        assert_eq!(database.pg_dump(&[]), before);
    }
}
