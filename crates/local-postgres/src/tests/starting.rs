//! Starting, sharing and stopping.

use super::*;
use crate::{self as embedded, EmbeddedError};

#[tokio::test]
async fn a_second_start_finds_what_the_first_one_stored() {
    let scratch = Scratch::new();
    let database = embedded::start(&scratch.options()).await.unwrap();
    execute(database.target(), "CREATE TABLE kept (t text); INSERT INTO kept VALUES ('grüße')").await;
    database.stop().await.unwrap();

    let database = embedded::start(&scratch.options()).await.unwrap();
    assert_eq!(query(database.target(), "SELECT t FROM kept").await, "grüße");
    database.stop().await.unwrap();
}

#[tokio::test]
async fn the_database_is_private_to_the_socket_and_the_role_no_superuser() {
    let scratch = Scratch::new();
    let database = embedded::start(&scratch.options()).await.unwrap();
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
    let database = embedded::start(&scratch.options()).await.unwrap();
    let postgres = scratch.postgres_pid();
    assert_eq!(nix::unistd::getpgid(Some(postgres)).unwrap(), postgres);
    database.stop().await.unwrap();
}

#[tokio::test]
async fn stopping_ends_open_sessions_and_waits_for_postgres() {
    let scratch = Scratch::new();
    let database = embedded::start(&scratch.options()).await.unwrap();
    let session = connect(database.url()).await.unwrap();
    let postgres = scratch.postgres_pid();
    database.stop().await.unwrap();
    assert!(!is_running(postgres));
    assert!(session.simple_query("SELECT 1").await.is_err());
}

#[tokio::test]
async fn a_handle_that_is_dropped_stops_postgres_and_frees_the_folder() {
    let scratch = Scratch::new();
    let server = embedded::start(&scratch.options()).await.unwrap();
    let postgres = scratch.postgres_pid();
    drop(server);
    eventually("Postgres ends", || !is_running(postgres)).await;
    let command = embedded::reach(&scratch.options()).await.unwrap();
    assert!(command.owned.is_some());
    command.stop().await.unwrap();
}

#[tokio::test]
async fn a_second_server_is_refused_and_told_who_uses_the_folder() {
    let scratch = Scratch::new();
    let mut server = Helper::start("start", &scratch.data_dir(), None);
    assert!(server.says().starts_with("ready"));
    let error = embedded::start(&scratch.options()).await.unwrap_err();
    assert!(matches!(error, EmbeddedError::InUse { .. }));
    let expected = format!("another immich-server (pid {}) uses {}", server.child.id(), scratch.data_dir().display());
    assert_eq!(error.to_string(), expected);
    server.end();
}

#[tokio::test]
async fn a_command_uses_the_running_servers_database_and_leaves_it_running() {
    let scratch = Scratch::new();
    let mut server = Helper::start("start", &scratch.data_dir(), None);
    assert!(server.says().starts_with("ready"));
    let command = embedded::reach(&scratch.options()).await.unwrap();
    assert!(command.owned.is_none());
    let target = command.target().clone();
    command.stop().await.unwrap();
    assert_eq!(query(&target, "SELECT current_user::text").await, "immich");
    server.end();
}

#[tokio::test]
async fn a_command_without_a_server_has_the_database_for_its_own_life() {
    let scratch = Scratch::new();
    let command = embedded::reach(&scratch.options()).await.unwrap();
    execute(command.target(), "CREATE TABLE kept (t text)").await;
    let postgres = scratch.postgres_pid();
    command.stop().await.unwrap();
    assert!(!is_running(postgres));

    let server = embedded::start(&scratch.options()).await.unwrap();
    execute(server.target(), "SELECT * FROM kept").await;
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_command_waits_for_a_server_that_is_just_starting() {
    let scratch = Scratch::new();
    let mut server = Helper::start("start", &scratch.data_dir(), None);
    let lock = embedded::lock::DataLock::path(&scratch.data_dir());
    eventually("the server takes the lock", || lock.metadata().is_ok_and(|lock| lock.len() > 0)).await;
    let command = embedded::reach(&scratch.options()).await.unwrap();
    assert!(command.owned.is_none());
    execute(command.target(), "SELECT 1").await;
    assert!(server.says().starts_with("ready"));
    server.end();
}

#[tokio::test]
async fn a_server_and_other_commands_wait_for_a_command_that_runs_the_database() {
    let scratch = Scratch::new();
    let options = scratch.options();
    let command = embedded::reach(&options).await.unwrap();
    let target = command.target().clone();
    let end_of_command = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        // Nobody has taken the database away meanwhile.
        execute(&target, "SELECT 1").await;
        command.stop().await.unwrap();
    };
    let ((), other, server) =
        tokio::join!(end_of_command, Box::pin(open_and_stop(&options)), Box::pin(embedded::start(&options)));
    other.unwrap();
    server.unwrap().stop().await.unwrap();
}

async fn open_and_stop(options: &EmbeddedOptions) -> Result<(), EmbeddedError> {
    embedded::reach(options).await?.stop().await
}

#[tokio::test]
async fn a_data_folder_with_too_long_a_path_for_sockets_works_all_the_same() {
    let scratch = Scratch::new();
    let data_dir = scratch.data_dir().join("d".repeat(120)).join("with space, and 'quote'");
    let options = EmbeddedOptions { data_dir: data_dir.clone(), binaries: None };
    let mut server = Helper::start("start", &data_dir, None);
    assert!(server.says().starts_with("ready"));
    let command = embedded::reach(&options).await.unwrap();
    let target = command.target().clone();
    assert!(!target.socket_dir.starts_with(&data_dir));
    execute(&target, "SELECT 1").await;
    server.end();
    assert!(!target.socket_dir.exists());
}

#[tokio::test]
async fn a_short_path_with_odd_characters_works_too() {
    let scratch = Scratch::new();
    let data_dir = scratch.0.path().join("a, \"b\" 'c' %41 é");
    let database = embedded::start(&EmbeddedOptions { data_dir: data_dir.clone(), binaries: None }).await.unwrap();
    assert_eq!(database.target().socket_dir, data_dir.join("run"));
    execute(database.target(), "SELECT 1").await;
    database.stop().await.unwrap();
}

#[tokio::test]
async fn a_named_folder_without_postgres_is_an_error_and_nothing_is_created() {
    let scratch = Scratch::new();
    let binaries = scratch.0.path().join("bin");
    std::fs::create_dir(&binaries).unwrap();
    let options = EmbeddedOptions { data_dir: scratch.data_dir(), binaries: Some(binaries) };
    let error = embedded::start(&options).await.unwrap_err().to_string();
    assert!(error.contains("IMMICH_POSTGRES_BIN_DIR") && error.contains("no `initdb` there"), "{error}");
    assert!(!scratch.data_dir().exists());
}

#[tokio::test]
async fn data_of_a_version_that_is_not_installed_are_left_alone() {
    let scratch = Scratch::new();
    embedded::start(&scratch.options()).await.unwrap().stop().await.unwrap();
    std::fs::write(scratch.data_dir().join("postgres/PG_VERSION"), "12\n").unwrap();
    let error = embedded::start(&scratch.options()).await.unwrap_err();
    assert!(matches!(error, EmbeddedError::VersionMismatch { cluster: 12, .. }), "{error}");
}

#[tokio::test]
async fn a_folder_of_something_else_in_the_clusters_place_is_left_alone() {
    let scratch = Scratch::new();
    let place = scratch.data_dir().join("postgres");
    std::fs::create_dir_all(&place).unwrap();
    std::fs::write(place.join("notes.txt"), "mine").unwrap();
    let error = embedded::start(&scratch.options()).await.unwrap_err();
    assert!(matches!(error, EmbeddedError::NotACluster { .. }), "{error}");
    assert_eq!(std::fs::read_to_string(place.join("notes.txt")).unwrap(), "mine");
}

#[tokio::test]
async fn a_data_folder_that_is_a_file_is_an_error() {
    let scratch = Scratch::new();
    std::fs::write(scratch.data_dir(), "").unwrap();
    let error = embedded::start(&scratch.options()).await.unwrap_err().to_string();
    assert_eq!(error, format!("cannot use {}: not a directory", scratch.data_dir().display()));
}
