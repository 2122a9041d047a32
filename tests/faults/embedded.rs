//! The embedded Postgres, as seen by the users of the program. The launcher has its own tests in `crates/local-postgres`.

use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::Path;
use std::time::Duration;

use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Program, Server, eventually};

/// A data folder that the account that runs Postgres may enter.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("the temporary folder is writable");
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

/// The process id of the Postgres in this data folder.
fn postgres(data_dir: &Path) -> u32 {
    let file = std::fs::read_to_string(data_dir.join("postgres/postmaster.pid")).expect("Postgres runs");
    file.lines().next().and_then(|line| line.parse().ok()).expect("it begins with the process id")
}

fn kill(process: u32) {
    signal(process, "KILL");
}

fn signal(process: u32, name: &str) {
    let status = std::process::Command::new("kill").args(["-s", name, &process.to_string()]).status().unwrap();
    assert!(status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_configured_database_the_server_runs_postgres_and_commands_attach_to_it() {
    let folder = folder();
    let data_dir = folder.path().join("data");
    let server = Server::embedded(&data_dir).start().await;
    server.sign_up_admin().await;

    let created = server.create_user("anna@example.com", "Anna", "password").await.must_succeed();
    assert_eq!(created.json()["email"], "anna@example.com");
    server.login("anna@example.com", "password").await;
    server.stop();

    let listed = Program::run(["user", "list"]).with("IMMICH_DATA_DIR", &data_dir).await.must_succeed();
    assert!(listed.stdout.contains("anna@example.com") && listed.stdout.contains(ADMIN_EMAIL), "{listed:?}");
    assert!(!data_dir.join("postgres/postmaster.pid").exists(), "Postgres was stopped with the command");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_server_on_the_same_folder_is_refused_in_one_line() {
    let folder = folder();
    let data_dir = folder.path().join("data");
    let _first = Server::embedded(&data_dir).start().await;

    let second = Program::run(["serve"]).with("IMMICH_DATA_DIR", &data_dir).with("IMMICH_PORT", "0").await;

    let line = second.must_fail_in_one_line();
    assert!(line.contains("another immich-server"), "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn when_postgres_is_killed_it_is_started_again_and_nothing_is_lost() {
    let folder = folder();
    let data_dir = folder.path().join("data");
    let server = Server::embedded(&data_dir).start().await;
    let admin = server.sign_up_admin().await;

    kill(postgres(&data_dir));

    eventually("the session is still good", Duration::from_secs(30), || async {
        server.get("/users/me").bearer(&admin.token).attempt().await.is_ok_and(|response| response.status == 200)
    })
    .await;
}

/// Postgres sends the row of `INSERT … RETURNING` before the commit. If it stops while the commit waits for a standby,
/// the row arrives, although the write exists on no other node.
#[tokio::test(flavor = "multi_thread")]
async fn a_write_whose_commit_is_interrupted_is_not_acknowledged() {
    let folder = folder();
    let data_dir = folder.path().join("data");
    let server = Server::embedded(&data_dir).start().await;
    let admin = server.sign_up_admin().await;
    let target = format!("host={} user=postgres dbname=postgres", data_dir.join("run").display());
    let (client, connection) = tokio_postgres::connect(&target, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client.batch_execute("ALTER SYSTEM SET synchronous_standby_names = 'missing'").await.unwrap();
    client.batch_execute("SELECT pg_reload_conf()").await.unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let client = server.client();
    let write = tokio::spawn(async move {
        let body = serde_json::json!({"permissions": ["all"]});
        client.post("/api-keys", body).bearer(&admin.token).await
    });
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(!write.is_finished(), "the commit waits for the standby");

    // An immediate shutdown, as Patroni does it with a leader that has lost its lock.
    signal(postgres(&data_dir), "QUIT");

    let begun = std::time::Instant::now();
    write.await.unwrap().must_be(503);
    assert!(begun.elapsed() < Duration::from_secs(1), "because of the interruption, not of a timeout");
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_server_is_killed_postgres_ends_and_the_next_start_recovers() {
    let folder = folder();
    let data_dir = folder.path().join("data");
    let server = Server::embedded(&data_dir).start().await;
    server.sign_up_admin().await;
    let postgres = postgres(&data_dir);

    server.kill();

    eventually("Postgres ends", Duration::from_secs(30), || async {
        !Path::new(&format!("/proc/{postgres}")).exists()
    })
    .await;
    let server = Server::embedded(&data_dir).start().await;
    server.login(ADMIN_EMAIL, ADMIN_PASSWORD).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_postgres_programs_one_line_says_what_to_install() {
    let folder = folder();
    let empty = folder.path().join("bin");
    std::fs::create_dir(&empty).unwrap();

    let outcome = Program::run(["serve"])
        .with("IMMICH_DATA_DIR", folder.path().join("data"))
        .with("IMMICH_POSTGRES_BIN_DIR", &empty)
        .with("IMMICH_PORT", "0")
        .await;

    let line = outcome.must_fail_in_one_line();
    assert!(line.contains("IMMICH_POSTGRES_BIN_DIR") && line.contains("postgres"), "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ordinary_account_can_do_it_too() {
    // Only for root: under another account, all other tests do the same.
    let Some((user, group)) = local_postgres::unprivileged_account() else { return };
    let folder = folder();
    chown(folder.path(), Some(user), Some(group)).unwrap();

    let outcome = Program::run(["migrate"])
        .with("IMMICH_DATA_DIR", folder.path().join("data"))
        .under(user, group)
        .await
        .must_succeed();

    assert!(outcome.stdout.contains("create_users"), "{outcome:?}");
}
