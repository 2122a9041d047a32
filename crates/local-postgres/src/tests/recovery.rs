//! After something was killed.

use super::*;
use crate::{PostgresError, account::Account, cluster};

const COMMITTED: &str = "CREATE TABLE kept (t text); INSERT INTO kept VALUES ('committed')";

#[tokio::test]
async fn a_killed_postgres_is_detected_and_restarts_with_what_was_committed() {
    let scratch = Scratch::new();
    let mut database = LocalPostgres::start(&scratch.options()).await.unwrap();
    execute(database.target(), COMMITTED).await;
    let _session = connect(database.url()).await.unwrap();
    let url = database.url().to_owned();

    kill(scratch.postgres_pid(), Signal::SIGKILL).unwrap();
    tokio::time::timeout(PATIENCE, database.exited()).await.unwrap();
    database.restart().await.unwrap();

    assert_eq!(database.url(), url);
    assert_eq!(query(database.target(), "SELECT t FROM kept").await, "committed");
    database.stop().await.unwrap();
}

#[tokio::test]
async fn a_restart_waits_for_busy_backends_of_a_killed_postgres() {
    let scratch = Scratch::new();
    let mut database = LocalPostgres::start(&scratch.options()).await.unwrap();
    let session = connect(database.url()).await.unwrap();
    // While it computes, the backend does not check whether its postmaster runs.
    let work = "SELECT count(*) FROM generate_series(1, 5000000)";
    let work = tokio::spawn(async move { session.simple_query(work).await });
    tokio::time::sleep(Duration::from_millis(200)).await;

    kill(scratch.postgres_pid(), Signal::SIGKILL).unwrap();
    tokio::time::timeout(PATIENCE, database.exited()).await.unwrap();
    database.restart().await.unwrap();
    execute(database.target(), "SELECT 1").await;
    database.stop().await.unwrap();
    let _ = work.await;
}

#[tokio::test]
async fn postgres_ends_with_a_killed_server_and_the_next_one_starts() {
    let scratch = Scratch::new();
    let mut server = Helper::start("start", &scratch.data_dir(), None);
    assert!(server.line().starts_with("ready"));
    let command = LocalPostgres::attach_or_start(&scratch.options()).await.unwrap();
    execute(command.target(), COMMITTED).await;
    let postgres = scratch.postgres_pid();

    server.kill();
    if cfg!(target_os = "linux") {
        eventually("Postgres ends", || !is_running(postgres)).await;
    }
    let database = LocalPostgres::start(&scratch.options()).await.unwrap();
    assert_eq!(query(database.target(), "SELECT t FROM kept").await, "committed");
    database.stop().await.unwrap();
}

#[tokio::test]
async fn a_server_starts_at_once_after_another_was_killed() {
    let scratch = Scratch::new();
    for _ in 0..3 {
        let mut server = Helper::start("start", &scratch.data_dir(), None);
        assert!(server.line().starts_with("ready"));
        server.kill();
    }
    LocalPostgres::start(&scratch.options()).await.unwrap().stop().await.unwrap();
}

#[tokio::test]
async fn killing_both_the_server_and_postgres_loses_nothing_committed() {
    let scratch = Scratch::new();
    let mut server = Helper::start("start", &scratch.data_dir(), None);
    assert!(server.line().starts_with("ready"));
    let command = LocalPostgres::attach_or_start(&scratch.options()).await.unwrap();
    execute(command.target(), COMMITTED).await;

    kill(scratch.postgres_pid(), Signal::SIGKILL).unwrap();
    server.kill();
    let database = LocalPostgres::start(&scratch.options()).await.unwrap();
    assert_eq!(query(database.target(), "SELECT t FROM kept").await, "committed");
    database.stop().await.unwrap();
}

/// On a system without a parent death signal, a killed server leaves its Postgres running.
#[tokio::test]
async fn a_postgres_left_behind_by_a_server_is_stopped_first() {
    let scratch = Scratch::new();
    let database = LocalPostgres::start(&scratch.options()).await.unwrap();
    let data_dir = &database.owned.as_ref().unwrap().data_dir;
    let binaries = data_dir.find_binaries().await.unwrap();
    let folder = data_dir.cluster.folder.clone();
    let account = Account::choose(&data_dir.path, &folder).unwrap();
    database.stop().await.unwrap();
    let mut command = cluster::command(&binaries.postgres(), &account);
    command.arg("-D").arg(&folder).args(["-c", "listen_addresses="]).arg("-k").arg(scratch.data_dir().join("run"));
    let mut left_behind = command.stderr(Stdio::null()).spawn().unwrap();
    eventually("it runs", || PidFile::read(&folder, NAMES.role).unwrap().is_some()).await;

    // This process is its parent and has to wait for its end, or it would remain as a zombie.
    let waiter = std::thread::spawn(move || left_behind.wait().unwrap());
    let database = LocalPostgres::start(&scratch.options()).await.unwrap();
    execute(database.target(), "SELECT 1").await;
    database.stop().await.unwrap();
    assert!(waiter.join().unwrap().success());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_pid_file_whose_pid_is_another_process_now_does_not_stop_the_start() {
    let scratch = Scratch::new();
    let mut server = Helper::start("start", &scratch.data_dir(), None);
    assert!(server.line().starts_with("ready"));
    let file = scratch.data_dir().join("postgres/postmaster.pid");
    let content = std::fs::read_to_string(&file).unwrap();
    server.end();
    // A process of the account that runs Postgres: Postgres would take it for a postmaster.
    let account = Account::choose(&scratch.data_dir(), &scratch.data_dir().join("postgres")).unwrap();
    let mut command = Command::new("/bin/sleep");
    account.apply(command.arg("60").current_dir("/"));
    let mut other = command.spawn().unwrap();
    let rest = content.split_once('\n').unwrap().1;
    std::fs::write(&file, format!("{}\n{rest}", other.id())).unwrap();

    let database = LocalPostgres::start(&scratch.options()).await;
    assert!(other.try_wait().unwrap().is_none(), "the other process was killed");
    other.kill().unwrap();
    other.wait().unwrap();
    database.unwrap().stop().await.unwrap();
}

/// After a power cut, a file may be empty, or have its length but zeros as content.
#[tokio::test]
async fn a_pid_file_without_its_content_does_not_stop_the_start() {
    let scratch = Scratch::new();
    let database = LocalPostgres::start(&scratch.options()).await.unwrap();
    execute(database.target(), COMMITTED).await;
    database.stop().await.unwrap();
    let file = scratch.data_dir().join("postgres/postmaster.pid");

    for content in [&[0_u8; 0][..], &[0; 80], b"\xff\xfe"] {
        std::fs::write(&file, content).unwrap();
        let database = LocalPostgres::start(&scratch.options()).await.unwrap();
        assert_eq!(query(database.target(), "SELECT t FROM kept").await, "committed");
        database.stop().await.unwrap();
    }
}

#[tokio::test]
async fn after_a_killed_first_start_the_next_one_succeeds() {
    let scratch = Scratch::new();
    let server = Helper::start("start", &scratch.data_dir(), None);
    eventually("initdb has begun", || unfinished(&scratch).is_some_and(|folder| folder.join("base").exists())).await;
    server.kill();
    assert!(!scratch.data_dir().join("postgres").exists());
    let database = LocalPostgres::start(&scratch.options()).await.unwrap();
    execute(database.target(), "SELECT 1").await;
    database.stop().await.unwrap();
}

/// The folder in which a cluster is being created.
fn unfinished(scratch: &Scratch) -> Option<PathBuf> {
    let entries = scratch.data_dir().read_dir().ok()?.flatten();
    entries.map(|entry| entry.path()).find(|path| path.to_string_lossy().contains("postgres.new-"))
}

#[tokio::test]
async fn the_folder_of_an_interrupted_first_start_is_removed() {
    let scratch = Scratch::new();
    let left = scratch.data_dir().join("postgres.new-1");
    std::fs::create_dir_all(left.join("base")).unwrap();
    LocalPostgres::start(&scratch.options()).await.unwrap().stop().await.unwrap();
    assert!(unfinished(&scratch).is_none());
}

#[tokio::test]
async fn a_start_that_is_canceled_unlocks_the_folder() {
    let scratch = Scratch::new();
    let options = scratch.options();
    let canceled = tokio::time::timeout(Duration::from_millis(200), LocalPostgres::start(&options)).await;
    assert!(canceled.is_err());
    let database = LocalPostgres::attach_or_start(&options).await.unwrap();
    database.stop().await.unwrap();
}

#[tokio::test]
async fn a_start_that_fails_reports_the_error_of_postgres() {
    let scratch = Scratch::new();
    LocalPostgres::start(&scratch.options()).await.unwrap().stop().await.unwrap();
    let settings = scratch.data_dir().join("postgres/postgresql.conf");
    let content = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, format!("{content}\nshared_buffers = 'much'\n")).unwrap();
    let error = LocalPostgres::start(&scratch.options()).await.unwrap_err();
    assert!(matches!(error, PostgresError::Start { .. }), "{error}");
    assert!(error.to_string().contains("shared_buffers"), "{error}");

    std::fs::write(&settings, content).unwrap();
    LocalPostgres::start(&scratch.options()).await.unwrap().stop().await.unwrap();
}
