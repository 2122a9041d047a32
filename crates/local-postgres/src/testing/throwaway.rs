//! A Postgres that is thrown away at the end of this process: the launcher of every other, with other options.

use crate::{LocalPostgres, Log, Names, Options, PostgresError, Tcp, Watchdog, free_port};

pub(super) const NAMES: Names = Names {
    program: "test-cluster",
    cluster: "test-cluster",
    role: "postgres",
    data_dir_setting: "TMPDIR",
    binaries_setting: "PATH",
};

/// The parallel tests need many connections. In containers, `/dev/shm` is often small.
const SETTINGS: &str = "
max_connections = 400
shared_buffers = 64MB
dynamic_shared_memory_type = mmap
wal_level = minimal
max_wal_senders = 0
jit = off
";

/// Removes the folder when this process has ended. By then Postgres is stopping, except where the system has no parent
/// death signal.
const REMOVE: &str = r#"
    read -r _
    pid_file="$1/postgres/postmaster.pid"
    [ -e "$pid_file" ] && kill -QUIT "$(head -n 1 "$pid_file")"
    for _ in $(seq 100); do [ -e "$pid_file" ] && sleep 0.1; done
    rm -rf "$1"
"#;

/// The running Postgres.
pub(super) struct Throwaway {
    pub(super) tcp: Tcp,
    _postgres: LocalPostgres,
    /// Last: the folder is removed after Postgres is stopped.
    _watchdog: Watchdog,
}

impl Throwaway {
    /// Starts a Postgres on a free port.
    pub(super) async fn start() -> Self {
        let folder = std::env::temp_dir().join(format!("local-postgres-{}", uuid::Uuid::new_v4()));
        let watchdog = Watchdog::run(REMOVE, &[&folder.to_string_lossy()]);
        let password = uuid::Uuid::new_v4().simple().to_string();
        for _ in 0..5 {
            let tcp = Tcp { port: free_port(), password: password.clone() };
            let options = Options {
                settings: SETTINGS,
                durable: false,
                log: Log::File(folder.join("log")),
                tcp: Some(tcp.clone()),
                ..Options::new(folder.clone(), NAMES)
            };
            match LocalPostgres::start(&options).await {
                Ok(postgres) => return Self { tcp, _postgres: postgres, _watchdog: watchdog },
                // Another process has taken the port meanwhile.
                Err(PostgresError::Start { output, .. }) if output.contains("TCP/IP socket") => {}
                Err(error) => panic!("the test cluster does not start: {error}"),
            }
        }
        panic!("Postgres found no free port in five attempts");
    }
}
