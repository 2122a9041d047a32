//! Root and other accounts: which account Postgres runs as, and which may connect. Changing accounts needs root.

use std::os::unix::fs::MetadataExt as _;

use super::*;
use crate::PostgresError;

/// An account that is neither root nor the one root would choose.
const OTHER: &str = "nobody";

fn give_to(path: &Path, name: &str) {
    let user = User::from_name(name).unwrap().unwrap();
    nix::unistd::chown(path, Some(user.uid), Some(user.gid)).unwrap();
}

fn uid(name: &str) -> u32 {
    User::from_name(name).unwrap().unwrap().uid.as_raw()
}

fn owner_of_process(pid: Pid) -> u32 {
    std::fs::metadata(format!("/proc/{pid}")).unwrap().uid()
}

#[tokio::test]
async fn for_root_postgres_runs_as_the_owner_of_the_folder() {
    if !geteuid().is_root() {
        return;
    }
    let scratch = Scratch::new();
    give_to(scratch.0.path(), OTHER);
    let database = LocalPostgres::start(&scratch.options()).await.unwrap();
    assert_eq!(owner_of_process(scratch.postgres_pid()), uid(OTHER));
    assert_eq!(scratch.data_dir().metadata().unwrap().uid(), uid(OTHER));
    execute(database.target(), "SELECT 1").await;
    database.stop().await.unwrap();
}

#[tokio::test]
async fn for_root_in_a_folder_of_roots_postgres_runs_as_the_account_postgres() {
    if !geteuid().is_root() {
        return;
    }
    let scratch = Scratch::new();
    std::fs::create_dir(scratch.data_dir()).unwrap();
    let database = LocalPostgres::start(&scratch.options()).await.unwrap();
    assert_eq!(owner_of_process(scratch.postgres_pid()), uid("postgres"));
    assert_eq!(scratch.data_dir().metadata().unwrap().uid(), 0, "the operator's own folder keeps its owner");
    database.stop().await.unwrap();
}

#[tokio::test]
async fn for_root_a_folder_that_the_account_may_not_enter_is_named() {
    if !geteuid().is_root() {
        return;
    }
    let scratch = Scratch::new();
    std::fs::set_permissions(scratch.0.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
    let error = LocalPostgres::start(&scratch.options()).await.unwrap_err();
    assert!(matches!(&error, PostgresError::Unreachable { folder, .. } if folder == scratch.0.path()), "{error}");
    assert!(!scratch.data_dir().exists());
}

#[tokio::test]
async fn for_root_a_cluster_of_roots_is_refused_with_the_remedy() {
    if !geteuid().is_root() {
        return;
    }
    let scratch = Scratch::new();
    LocalPostgres::start(&scratch.options()).await.unwrap().stop().await.unwrap();
    give_to(&scratch.data_dir().join("postgres"), "root");
    let error = LocalPostgres::start(&scratch.options()).await.unwrap_err();
    assert!(matches!(error, PostgresError::OwnedByRoot { .. }), "{error}");
}

#[tokio::test]
async fn an_ordinary_account_runs_postgres_itself_and_root_attaches_to_it() {
    if !geteuid().is_root() {
        return;
    }
    let scratch = Scratch::new();
    give_to(scratch.0.path(), OTHER);
    let mut server = Helper::start("start", &scratch.data_dir(), Some(OTHER));
    let answer = server.line();
    assert!(answer.starts_with("ready"), "{answer}");
    assert_eq!(owner_of_process(scratch.postgres_pid()), uid(OTHER));
    let command = LocalPostgres::attach_or_start(&scratch.options()).await.unwrap();
    execute(command.target(), "SELECT 1").await;
    server.end();
    // And the other way round: root's own start keeps to the account the cluster belongs to.
    let database = LocalPostgres::start(&scratch.options()).await.unwrap();
    assert_eq!(owner_of_process(scratch.postgres_pid()), uid(OTHER));
    database.stop().await.unwrap();
}

#[tokio::test]
async fn a_killed_server_takes_postgres_with_it_for_an_ordinary_account_too() {
    if !geteuid().is_root() {
        return;
    }
    let scratch = Scratch::new();
    give_to(scratch.0.path(), OTHER);
    let mut server = Helper::start("start", &scratch.data_dir(), Some(OTHER));
    assert!(server.line().starts_with("ready"));
    let postgres = scratch.postgres_pid();
    server.kill();
    eventually("Postgres ends", || !is_running(postgres)).await;
}

#[tokio::test]
async fn an_account_that_may_not_use_the_folder_gets_an_error_that_names_the_owner() {
    if !geteuid().is_root() {
        return;
    }
    let scratch = Scratch::new();
    let mut server = Helper::start("start", &scratch.data_dir(), Some(OTHER));
    let answer = server.line();
    assert!(answer.contains("permission denied; it belongs to root"), "{answer}");
    server.end();

    let database = LocalPostgres::start(&scratch.options()).await.unwrap();
    let mut command = Helper::start("attach_or_start", &scratch.data_dir(), Some(OTHER));
    let answer = command.line();
    assert!(answer.contains("permission denied; it belongs to postgres"), "{answer}");
    command.end();
    database.stop().await.unwrap();
}

#[tokio::test]
async fn another_local_account_cannot_connect() {
    if !geteuid().is_root() {
        return;
    }
    let scratch = Scratch::new();
    let database = LocalPostgres::start(&scratch.options()).await.unwrap();
    let mut url = database.url().to_owned();
    let mut attempts = vec![url.clone(), url.replace("app@", "postgres@")];
    for url in &mut attempts {
        let mut intruder = Helper::start("connect", Path::new(url), Some(OTHER));
        assert_eq!(intruder.line(), "refused");
        intruder.end();
    }
    // Not even if the folders are opened to all: Postgres itself asks the kernel for the account.
    let open = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    open(&scratch.data_dir(), 0o755);
    open(&database.target().socket_dir, 0o755);
    open(&database.target().socket_dir.join(".s.PGSQL.5432"), 0o777);
    for role in ["app@", "postgres@"] {
        url = database.url().replace("app@", role);
        let mut intruder = Helper::start("connect", Path::new(&url), Some(OTHER));
        assert_eq!(intruder.line(), "refused", "{role}");
        intruder.end();
    }
    open(&database.target().socket_dir, 0o700);
    database.stop().await.unwrap();
}
