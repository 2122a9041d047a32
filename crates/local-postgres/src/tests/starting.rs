//! Starting, sharing and stopping.

use super::*;
use crate::{PostgresError, lock::DataLock};

#[tokio::test]
async fn a_second_start_finds_what_the_first_one_stored() {
    let scratch = Scratch::new();
    let database = LocalPostgres::start(&scratch.options()).await.unwrap();
    execute(database.target(), "CREATE TABLE kept (t text); INSERT INTO kept VALUES ('grüße')").await;
    database.stop().await.unwrap();

    let database = LocalPostgres::start(&scratch.options()).await.unwrap();
    assert_eq!(query(database.target(), "SELECT t FROM kept").await, "grüße");
    database.stop().await.unwrap();
}

#[tokio::test]
async fn the_database_is_private_to_the_socket_and_the_role_no_superuser() {
    let scratch = Scratch::new();
    let database = LocalPostgres::start(&scratch.options()).await.unwrap();
    assert_eq!(query(database.target(), "SHOW listen_addresses").await, "");
    assert_eq!(query(database.target(), "SHOW is_superuser").await, "off");
    assert_eq!(query(database.target(), "SHOW server_encoding").await, "UTF8");
    assert_eq!(query(database.target(), "SHOW fsync").await, "on");
    let mode = database.target().socket_dir.metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    database.stop().await.unwrap();
}

#[tokio::test]
async fn ctrl_c_in_the_terminal_does_not_reach_postgres() {
    let scratch = Scratch::new();
    let database = LocalPostgres::start(&scratch.options()).await.unwrap();
    let postgres = scratch.postgres_pid();
    assert_eq!(nix::unistd::getpgid(Some(postgres)).unwrap(), postgres);
    database.stop().await.unwrap();
}

#[tokio::test]
async fn stopping_ends_open_sessions_and_waits_for_postgres() {
    let scratch = Scratch::new();
    let database = LocalPostgres::start(&scratch.options()).await.unwrap();
    let session = connect(database.url()).await.unwrap();
    let postgres = scratch.postgres_pid();
    database.stop().await.unwrap();
    assert!(!is_running(postgres));
    assert!(session.simple_query("SELECT 1").await.is_err());
}

#[tokio::test]
async fn a_dropped_handle_stops_postgres_and_unlocks_the_folder() {
    let scratch = Scratch::new();
    let server = LocalPostgres::start(&scratch.options()).await.unwrap();
    let postgres = scratch.postgres_pid();
    drop(server);
    eventually("Postgres ends", || !is_running(postgres)).await;
    let command = LocalPostgres::attach_or_start(&scratch.options()).await.unwrap();
    assert!(command.owned.is_some());
    command.stop().await.unwrap();
}

#[tokio::test]
async fn a_second_server_is_refused_with_the_pid_of_the_first() {
    let scratch = Scratch::new();
    let mut server = Helper::start("start", &scratch.data_dir(), None);
    assert!(server.line().starts_with("ready"));
    let error = LocalPostgres::start(&scratch.options()).await.unwrap_err();
    assert!(matches!(error, PostgresError::InUse { .. }));
    let (pid, folder) = (server.child.id(), scratch.data_dir());
    let expected = format!("another app (pid {pid}) uses {}: stop it, or choose another data folder", folder.display());
    assert_eq!(error.to_string(), expected);
    server.end();
}

#[tokio::test]
async fn a_command_uses_the_running_servers_database_and_leaves_it_running() {
    let scratch = Scratch::new();
    let mut server = Helper::start("start", &scratch.data_dir(), None);
    assert!(server.line().starts_with("ready"));
    let command = LocalPostgres::attach_or_start(&scratch.options()).await.unwrap();
    assert!(command.owned.is_none());
    let target = command.target().clone();
    command.stop().await.unwrap();
    assert_eq!(query(&target, "SELECT current_user::text").await, "app");
    server.end();
}

#[tokio::test]
async fn a_command_without_a_server_runs_the_database_until_it_ends() {
    let scratch = Scratch::new();
    let command = LocalPostgres::attach_or_start(&scratch.options()).await.unwrap();
    execute(command.target(), "CREATE TABLE kept (t text)").await;
    let postgres = scratch.postgres_pid();
    command.stop().await.unwrap();
    assert!(!is_running(postgres));

    let server = LocalPostgres::start(&scratch.options()).await.unwrap();
    execute(server.target(), "SELECT * FROM kept").await;
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_command_waits_for_a_server_that_is_just_starting() {
    let scratch = Scratch::new();
    let mut server = Helper::start("start", &scratch.data_dir(), None);
    let lock = DataLock::path(&scratch.data_dir(), NAMES.program);
    eventually("the server takes the lock", || lock.metadata().is_ok_and(|lock| lock.len() > 0)).await;
    let command = LocalPostgres::attach_or_start(&scratch.options()).await.unwrap();
    assert!(command.owned.is_none());
    execute(command.target(), "SELECT 1").await;
    assert!(server.line().starts_with("ready"));
    server.end();
}

#[tokio::test]
async fn a_server_and_other_commands_wait_for_a_command_that_runs_the_database() {
    let scratch = Scratch::new();
    let options = scratch.options();
    let command = LocalPostgres::attach_or_start(&options).await.unwrap();
    let target = command.target().clone();
    let end_of_command = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        // The database has kept running.
        execute(&target, "SELECT 1").await;
        command.stop().await.unwrap();
    };
    let ((), other, server) =
        tokio::join!(end_of_command, Box::pin(open_and_stop(&options)), Box::pin(LocalPostgres::start(&options)));
    other.unwrap();
    server.unwrap().stop().await.unwrap();
}

async fn open_and_stop(options: &Options) -> Result<(), PostgresError> {
    LocalPostgres::attach_or_start(options).await?.stop().await
}

#[tokio::test]
async fn a_data_folder_whose_path_is_too_long_for_sockets_works() {
    let scratch = Scratch::new();
    let data_dir = scratch.data_dir().join("d".repeat(120)).join("with space, and 'quote'");
    let options = Options::new(data_dir.clone(), NAMES);
    let mut server = Helper::start("start", &data_dir, None);
    assert!(server.line().starts_with("ready"));
    let command = LocalPostgres::attach_or_start(&options).await.unwrap();
    let target = command.target().clone();
    assert!(!target.socket_dir.starts_with(&data_dir));
    execute(&target, "SELECT 1").await;
    server.end();
    assert!(!target.socket_dir.exists());
}

#[tokio::test]
async fn a_path_with_special_characters_works() {
    let scratch = Scratch::new();
    let data_dir = scratch.0.path().join("a, \"b\" 'c' %41 é");
    let database = LocalPostgres::start(&Options::new(data_dir.clone(), NAMES)).await.unwrap();
    assert_eq!(database.target().socket_dir, data_dir.join("run"));
    execute(database.target(), "SELECT 1").await;
    database.stop().await.unwrap();
}

#[tokio::test]
async fn a_named_folder_without_postgres_is_an_error_and_nothing_is_created() {
    let scratch = Scratch::new();
    let binaries = scratch.0.path().join("bin");
    std::fs::create_dir(&binaries).unwrap();
    let options = Options { binaries: Some(binaries), ..scratch.options() };
    let error = LocalPostgres::start(&options).await.unwrap_err().to_string();
    assert!(error.contains(NAMES.binaries_setting) && error.contains("it does not contain `initdb`"), "{error}");
    assert!(!scratch.data_dir().exists());
}

#[tokio::test]
async fn data_of_a_version_that_is_not_installed_are_left_alone() {
    let scratch = Scratch::new();
    LocalPostgres::start(&scratch.options()).await.unwrap().stop().await.unwrap();
    std::fs::write(scratch.data_dir().join("postgres/PG_VERSION"), "12\n").unwrap();
    let error = LocalPostgres::start(&scratch.options()).await.unwrap_err();
    assert!(matches!(error, PostgresError::VersionMismatch { cluster: 12, .. }), "{error}");
}

#[tokio::test]
async fn a_cluster_folder_with_other_content_is_left_alone() {
    let scratch = Scratch::new();
    let folder = scratch.data_dir().join("postgres");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("notes.txt"), "mine").unwrap();
    let error = LocalPostgres::start(&scratch.options()).await.unwrap_err();
    assert!(matches!(error, PostgresError::NotACluster { .. }), "{error}");
    assert_eq!(std::fs::read_to_string(folder.join("notes.txt")).unwrap(), "mine");
}

#[tokio::test]
async fn a_data_folder_that_is_a_file_is_an_error() {
    let scratch = Scratch::new();
    std::fs::write(scratch.data_dir(), "").unwrap();
    let error = LocalPostgres::start(&scratch.options()).await.unwrap_err().to_string();
    assert_eq!(error, format!("cannot use {}: not a directory", scratch.data_dir().display()));
}
