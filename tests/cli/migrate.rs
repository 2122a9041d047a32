//! `immich-server migrate`

use crate::harness::{Database, Program, Server};

fn migrate(database: &Database) -> Program {
    Program::run(["migrate"]).with("DB_URL", database.url())
}

const APPLIED: &str = "SELECT string_agg(version::text, ',' ORDER BY version) \
                       FROM __diesel_schema_migrations";

#[tokio::test(flavor = "multi_thread")]
async fn migrating_again_changes_nothing() {
    let database = Database::without_tables().await;
    migrate(&database).await.must_succeed();
    let first = database.text(APPLIED, &[]).await;
    assert!(first.is_some());

    migrate(&database).await.must_succeed();

    assert_eq!(database.text(APPLIED, &[]).await, first);
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_concurrent_migrations_apply_each_migration_once() {
    let database = Database::without_tables().await;
    let migrating: Vec<_> = (0..8).map(|_| tokio::spawn(migrate(&database).into_future())).collect();

    for run in migrating {
        run.await.unwrap().must_succeed();
    }

    for table in ["\"user\"", "session", "api_key", "system_metadata"] {
        assert_eq!(database.count(table).await, 0, "{table} exists and is empty");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_start_at_the_same_time_all_migrate() {
    let database = Database::without_tables().await;
    let starting: Vec<_> = (0..3).map(|_| tokio::spawn(Server::on(&database).start())).collect();

    let mut servers = Vec::new();
    for server in starting {
        servers.push(server.await.unwrap());
    }

    let admin = servers[0].sign_up_admin().await;
    for server in &servers {
        assert!(server.accepts(&admin).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_of_another_program_are_named_and_nothing_is_changed() {
    let database = Database::without_tables().await;
    database.run("CREATE TABLE session (id int)").await;
    let before = database.pg_dump(&["--schema-only"]);

    let outcome = migrate(&database).await;

    let line = outcome.must_fail_in_one_line();
    assert!(line.contains("the database has a table \"session\""), "{line}");
    assert_eq!(database.pg_dump(&["--schema-only"]), before);
}
