//! An older release serves on the schema of today, so that two releases can run side by side during an upgrade, and the
//! older one can be started again after it. `make test-old-release` builds the older release and runs this.

use std::process::Command;

use local_postgres::{Cluster, PREFIX};
use tokio_postgres::NoTls;

use crate::harness::Program;

/// All databases of the old tests, which their own program migrates, are copies of this one.
const TEMPLATE: &str = "template0";

async fn applied_migrations(database: &str) -> Vec<String> {
    let url = Cluster::of_this_run().await.url(database);
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
    tokio::spawn(connection);
    let rows =
        client.query("SELECT version::text FROM __diesel_schema_migrations ORDER BY version", &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// The databases with names that begin like this.
async fn databases(prefix: &str) -> Vec<String> {
    let cluster = Cluster::of_this_run().await;
    let (client, connection) = tokio_postgres::connect(&cluster.url(&cluster.maintenance), NoTls).await.unwrap();
    tokio::spawn(connection);
    let query = "SELECT datname::text FROM pg_database WHERE starts_with(datname, $1)";
    client.query(query, &[&prefix]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the source of an older release: make test-old-release"]
async fn the_operation_tests_of_an_older_release_pass_on_the_schema_of_today() {
    let [folder, target] = ["OLD_RELEASE_FOLDER", "OLD_RELEASE_TARGET"]
        .map(|name| std::env::var_os(name).unwrap_or_else(|| panic!("{name} is not set: use make test-old-release")));
    assert!(std::env::var_os("TEST_DATABASE_URL").is_none(), "the template of that server must not change");
    let cluster = Cluster::of_this_run().await;
    cluster.execute(&format!("ALTER DATABASE {TEMPLATE} ALLOW_CONNECTIONS true")).await;
    Program::run(["migrate"]).with("DB_URL", cluster.url(TEMPLATE)).await.must_succeed();
    let today = applied_migrations(TEMPLATE).await;
    cluster.execute(&format!("ALTER DATABASE {TEMPLATE} ALLOW_CONNECTIONS false")).await;

    let mut tests = Command::new("cargo");
    tests.args(["test", "--locked", "--package", "immich-server", "--test", "wire", "--", "operations::", "golden::"]);
    let skipped = std::env::var("OLD_RELEASE_SKIPPED").unwrap_or_default();
    tests.args(skipped.split_whitespace().flat_map(|name| ["--skip", name]));
    tests.current_dir(folder).env("CARGO_TARGET_DIR", target);
    tests.env("TEST_DATABASE_URL", cluster.url(&cluster.maintenance));
    let passed = tests.status().expect("cargo starts").success();

    let used = databases(&format!("{PREFIX}template_")).await;
    assert_eq!(used.len(), 1, "the old tests have copied their template: {used:?}");
    assert_eq!(applied_migrations(&used[0]).await, today, "the old tests ran on the schema of today");
    assert!(passed, "the older release does not work on the schema of today: see migrations/README.md");
}
