//! Which schemas and roles a server starts with.

use super::{refused, serve};
use crate::harness::{ADMIN_EMAIL, Database, Program, Role, Server};

fn print_grants(database: &Database) -> Program {
    Program::run(["migrate", "--print-grants", "app"]).with("DB_URL", database.url())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_must_not_migrate_names_the_pending_migrations_and_changes_nothing() {
    let database = Database::without_tables().await;

    let by_variable = Program::run(["serve"]).with("DB_URL", database.url()).with("DB_SKIP_MIGRATIONS", "true");
    for outcome in [refused(database.url()).await, by_variable.await] {
        let line = outcome.must_fail_in_one_line();
        assert!(line.contains("the database lacks") && line.contains("run `immich-server migrate`"), "{line}");
        assert_eq!(database.count("pg_class WHERE relnamespace = 'public'::regnamespace").await, 0);
    }
    for not in ["", "false"] {
        let database = Database::without_tables().await;
        Server::on(&database).with("DB_SKIP_MIGRATIONS", not).start().await.sign_up_admin().await;
    }

    let database = Database::new().await;
    let last = "(SELECT max(version) FROM __diesel_schema_migrations)";
    database.run(&format!("DELETE FROM __diesel_schema_migrations WHERE version = {last}")).await;

    let outcome = refused(database.url()).await;

    let line = outcome.must_fail_in_one_line();
    assert!(line.contains("the database lacks a migration of this program, up to 20"), "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_may_not_migrate_runs_all_commands_where_nothing_is_pending() {
    let database = Database::new().await;
    let role = Role::with_printed_grants(&database).await;
    let server = serve(&database, &role).start().await;

    let admin = server.sign_up_admin().await;

    assert!(server.accepts(&admin).await);
    for command in [&["user", "list"][..], &["session", "list", "--email", ADMIN_EMAIL], &["migrate"]] {
        server.program(command.iter().copied()).await.must_succeed();
    }
    let log = server.stop();
    assert!(!log.contains(" WARN "), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_may_not_migrate_gets_the_remedy_where_a_migration_is_pending() {
    let database = Database::new().await;
    let role = Role::with_printed_grants(&database).await;
    let last = "(SELECT max(version) FROM __diesel_schema_migrations)";
    database.run(&format!("DELETE FROM __diesel_schema_migrations WHERE version = {last}")).await;

    for command in [&["user", "list"][..], &["serve"], &["migrate"]] {
        let outcome = Program::run(command.iter().copied()).with("DB_URL", role.url()).with("IMMICH_PORT", "0").await;

        let line = outcome.must_fail_in_one_line();
        assert!(line.contains("run `immich-server migrate` with the role that owns the tables"), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn grants_are_printed_for_the_schema_that_has_the_tables_and_nothing_is_changed() {
    let database = Database::without_tables().await;
    let outcome = print_grants(&database).await;
    assert!(outcome.must_fail_in_one_line().contains("the database lacks"), "{outcome:?}");

    let name = database.text("SELECT current_database()::text", &[]).await.unwrap();
    database
        .run(&format!("CREATE SCHEMA \"of \"\"Immich\"; ALTER DATABASE {name} SET search_path = \"of \"\"Immich\""))
        .await;
    Program::run(["migrate"]).with("DB_URL", database.url()).await.must_succeed();
    let before = database.pg_dump(&["--schema-only"]);

    let printed = print_grants(&database).await.must_succeed().stdout;

    assert_eq!(database.pg_dump(&["--schema-only"]), before);
    assert!(printed.contains("grant usage on schema \"of \"\"Immich\" to \"app\";"), "{printed}");
    let role = Role::with_printed_grants(&database).await;
    let server = serve(&database, &role).start().await;
    server.sign_up_admin().await;
    assert!(!printed.contains("create") && !printed.contains("owner to"), "{printed}");
}
