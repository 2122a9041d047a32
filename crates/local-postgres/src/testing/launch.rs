//! From installed programs to a running server.

use super::account::Account;
use super::watchdog::Watchdog;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Makes the cluster.
pub(super) fn initialise(binaries: &Path, folder: &Path, password: &Path, account: Account) {
    let mut command = Command::new(binaries.join("initdb"));
    command
        .args(["--username=postgres", "--encoding=UTF8", "--no-locale", "--no-sync"])
        .arg("--auth=scram-sha-256")
        .arg(format!("--pwfile={}", password.display()))
        .arg("--pgdata")
        .arg(folder.join("data"))
        .current_dir("/");
    if let Some((user, group)) = account {
        command.uid(user).gid(group);
    }
    let output = command.output().expect("initdb starts");
    assert!(output.status.success(), "initdb: {}", String::from_utf8_lossy(&output.stderr));
}

/// Start the server process and the watchdog around it. Durability is off: the data is thrown away.
pub(super) fn start(binaries: &Path, folder: &Path, port: u16, account: Account) -> Watchdog {
    const SCRIPT: &str = r#"
        "$1/postgres" -D "$2/data" -p "$3" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
            -c max_connections=400 -c shared_buffers=64MB -c dynamic_shared_memory_type=mmap \
            -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c wal_level=minimal \
            -c max_wal_senders=0 -c jit=off >"$2/log" 2>&1 &
        server=$!
        dismissed=
        read -r _ && dismissed=yes
        kill -QUIT "$server"
        wait "$server"
        [ -n "$dismissed" ] || rm -rf "$2"
    "#;
    let _ = std::fs::remove_file(folder.join("log"));
    Watchdog::run(SCRIPT, &[&binaries.to_string_lossy(), &folder.to_string_lossy(), &port.to_string()], account)
}

/// One of the programs that come with the server.
#[must_use]
pub fn program(name: &str) -> PathBuf {
    // What the search path has may be links to the server's programs only.
    let server = binaries().join("postgres").canonicalize().expect("the server's programs are installed");
    server.with_file_name(name)
}

/// The folder with the server's programs: that of the search path, else Debian's newest.
pub(super) fn binaries() -> PathBuf {
    let complete = |folder: &PathBuf| folder.join("initdb").exists() && folder.join("postgres").exists();
    let path = std::env::var_os("PATH").unwrap_or_default();
    if let Some(folder) = std::env::split_paths(&path).find(complete) {
        return folder;
    }
    let version = |folder: &PathBuf| -> u32 {
        folder
            .parent()
            .and_then(|parent| parent.file_name())
            .and_then(|name| name.to_string_lossy().parse().ok())
            .unwrap_or_default()
    };
    std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .filter(complete)
        .max_by_key(version)
        .expect(
            "the tests need the Postgres server programs (Debian: apt-get install postgresql) \
             or TEST_DATABASE_URL",
        )
}
