//! The running Postgres: starting it, and stopping one that an earlier process left behind.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use nix::{
    errno::Errno,
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::time::{sleep, timeout};

use super::{
    binaries::Binaries,
    cluster,
    connection::{self, ConnectionTarget, Readiness},
    data_dir::DataDir,
    error::PostgresError,
    files,
    lock::DataLock,
    options::Log,
    process::Supervised,
    socket,
};

/// How long Postgres may take until it listens.
const START_DEADLINE: Duration = Duration::from_secs(60);

/// How long it may take in total if it reports that it is recovering.
const RECOVERY_DEADLINE: Duration = Duration::from_secs(15 * 60);

/// How long backends of a killed postmaster may take to detect that and end.
const ORPHAN_DEADLINE: Duration = Duration::from_secs(60);

/// How long a postmaster that is starting may take to write its `postmaster.pid`.
const WRITE_DEADLINE: Duration = Duration::from_secs(2);

/// How long a fast shutdown may take, then an immediate one.
const FAST_DEADLINE: Duration = Duration::from_secs(30);
const IMMEDIATE_DEADLINE: Duration = Duration::from_secs(15);

const POLL: Duration = Duration::from_millis(20);

/// Starts Postgres on an existing cluster and waits until the program's database accepts connections.
pub(super) async fn start(
    data_dir: &DataDir,
    binaries: &Binaries,
    lock: &Arc<DataLock>,
) -> Result<(Supervised, ConnectionTarget), PostgresError> {
    let DataDir { path, options, cluster, account } = data_dir;
    let folder = &cluster.folder;
    let port = options.tcp.as_ref().map_or(socket::PORT, |tcp| tcp.port);
    let socket_dir = socket::prepare(path, options.names.cluster, port, account)?;
    if stop_left_behind(folder, options.names.role).await? == State::Ended {
        socket::discard(&socket_dir, port)?;
    }
    cluster.write_access(account, options)?;
    let target = ConnectionTarget::new(socket_dir, port, options.names.role);
    let begun = Instant::now();
    loop {
        let command = command(data_dir, binaries, &target);
        let run_failed = |source| PostgresError::Run { program: binaries.postgres(), source };
        let mut server = Supervised::spawn(command, &options.log, Arc::clone(lock)).await.map_err(run_failed)?;
        match wait_ready(&mut server, &target, folder).await {
            Ok(()) => {
                if let Some(tcp) = &options.tcp {
                    connection::set_password(&target, &tcp.password).await?;
                }
                return Ok((server, target));
            }
            Err(PostgresError::Start { output, .. })
                if output.contains("is still in use") && begun.elapsed() < ORPHAN_DEADLINE =>
            {
                tracing::info!("waiting for the remaining backend processes of a killed Postgres to exit");
                sleep(POLL * 10).await;
            }
            Err(error) => {
                // Best effort: the error to report is the first one.
                let _ = stop(&mut server, folder).await;
                return Err(error);
            }
        }
    }
}

/// The settings on the command line are those that the operator cannot change: the ways in, and where the log goes.
fn command(data_dir: &DataDir, binaries: &Binaries, target: &ConnectionTarget) -> std::process::Command {
    // An error's details can hold values of the data: a traced log has none of them.
    const TRACED: [&str; 3] = ["log_line_prefix=", "log_error_verbosity=terse", "log_min_error_statement=panic"];
    const NOT_DURABLE: [&str; 3] = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];
    let DataDir { options, cluster, account, .. } = data_dir;
    let mut command = cluster::command(&binaries.postgres(), account);
    command.current_dir(&cluster.folder).arg("-D").arg(&cluster.folder);
    command.arg("-p").arg(target.port.to_string());
    let mut sockets = std::ffi::OsString::from("unix_socket_directories=");
    sockets.push(socket::setting(&target.socket_dir));
    command.arg("-c").arg(sockets);
    let listen = if options.tcp.is_some() { "listen_addresses=127.0.0.1" } else { "listen_addresses=" };
    let name = format!("cluster_name={}", options.names.cluster);
    let mut settings =
        vec![listen, &name, "unix_socket_permissions=0700", "logging_collector=off", "log_destination=stderr"];
    if matches!(options.log, Log::Traced) {
        settings.extend(TRACED);
    }
    if !options.durable {
        settings.extend(NOT_DURABLE);
    }
    for setting in settings {
        command.arg("-c").arg(setting);
    }
    command
}

async fn wait_ready(server: &mut Supervised, target: &ConnectionTarget, folder: &Path) -> Result<(), PostgresError> {
    let begun = Instant::now();
    let mut deadline = START_DEADLINE;
    loop {
        let readiness = tokio::select! {
            biased;
            _ = server.exited() => {
                return Err(PostgresError::Start { folder: folder.to_owned(), output: server.complaints() });
            }
            readiness = connection::probe(target) => readiness,
        };
        match readiness {
            Readiness::Ready => return Ok(()),
            Readiness::Missing => return connection::create(target).await,
            Readiness::Refused(error) => return Err(connection::refused("accept a connection", &error)),
            Readiness::NotListening => {}
            Readiness::Busy => deadline = RECOVERY_DEADLINE,
        }
        if begun.elapsed() > deadline {
            let (folder, seconds) = (folder.to_owned(), deadline.as_secs());
            return Err(PostgresError::StartTimeout { folder, seconds, output: server.complaints() });
        }
        sleep(POLL).await;
    }
}

/// Stops a child: fast shutdown, which ends sessions and writes everything to the disk; if that takes too long an
/// immediate one, after which the next start recovers.
pub(super) async fn stop(server: &mut Supervised, folder: &Path) -> Result<(), PostgresError> {
    for (signal, deadline) in [(Signal::SIGINT, FAST_DEADLINE), (Signal::SIGQUIT, IMMEDIATE_DEADLINE)] {
        server.signal(signal);
        if timeout(deadline, server.exited()).await.is_ok() {
            return Ok(());
        }
        tracing::warn!(pid = server.pid, %signal, seconds = deadline.as_secs(), "Postgres did not stop in time");
    }
    Err(PostgresError::Stop { pid: server.pid, folder: folder.to_owned() })
}

/// Stops a Postgres that a killed process left behind. This process holds the lock on the data folder, so no other owns
/// a Postgres there. It is likely to be stopping already; its `postmaster.pid` would keep the next one from starting.
///
/// Returns `Ended` if certainly none is left, else `Unknown`: then Postgres itself checks.
async fn stop_left_behind(folder: &Path, role: &str) -> Result<State, PostgresError> {
    let begun = Instant::now();
    let mut sent = None;
    loop {
        let Some(file) = PidFile::read(folder, role)? else {
            if !PidFile::path(folder).exists() {
                return Ok(State::Ended);
            }
            // It is being written, or it lost its content in a power cut.
            if begun.elapsed() > WRITE_DEADLINE {
                return PidFile::remove(folder).map(|()| State::Unknown);
            }
            sleep(POLL).await;
            continue;
        };
        match state_of(file.pid, folder) {
            State::Ended => return Ok(State::Ended),
            State::Unknown => return Ok(State::Unknown),
            State::OtherProcess => return PidFile::remove(folder).map(|()| State::Ended),
            State::Postmaster => {}
        }
        let elapsed = begun.elapsed();
        if elapsed > FAST_DEADLINE + IMMEDIATE_DEADLINE {
            return Err(PostgresError::Stop { pid: file.pid, folder: folder.to_owned() });
        }
        let signal = if elapsed > FAST_DEADLINE { Signal::SIGQUIT } else { Signal::SIGINT };
        if sent != Some(signal) {
            tracing::warn!(pid = file.pid, %signal, "stopping a Postgres that a killed process left behind");
            // If it has just ended, the next turn detects that.
            let _ = kill(Pid::from_raw(file.pid), signal);
            sent = Some(signal);
        }
        sleep(POLL).await;
    }
}

/// The process that has the pid of `postmaster.pid` now.
#[derive(Debug, PartialEq, Eq)]
enum State {
    Ended,
    /// The Postgres of this cluster.
    Postmaster,
    /// A process that got the same pid later.
    OtherProcess,
    Unknown,
}

fn state_of(pid: i32, folder: &Path) -> State {
    if kill(Pid::from_raw(pid), None) == Err(Errno::ESRCH) {
        return State::Ended;
    }
    if !cfg!(target_os = "linux") {
        return State::Unknown;
    }
    // A postmaster's working folder is its cluster. A process that has ended and waits to be reaped has none.
    let Ok(cluster) = folder.canonicalize() else {
        return State::Unknown;
    };
    match std::fs::read_link(format!("/proc/{pid}/cwd")) {
        Ok(cwd) if cwd == cluster => State::Postmaster,
        Ok(_) => State::OtherProcess,
        Err(error) if error.kind() == io::ErrorKind::NotFound => State::OtherProcess,
        Err(_) => State::Unknown,
    }
}

/// Postgres's `postmaster.pid`: one line each for the pid, the cluster, the start time, the port, the first socket
/// folder, and more.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PidFile {
    pub(super) pid: i32,
    /// Where it listens; missing for a moment while it starts.
    pub(super) target: Option<ConnectionTarget>,
}

impl PidFile {
    fn path(folder: &Path) -> PathBuf {
        folder.join("postmaster.pid")
    }

    /// Reads the file of the cluster in `folder`, whose program works as `role`.
    pub(super) fn read(folder: &Path, role: &str) -> Result<Option<Self>, PostgresError> {
        let path = Self::path(folder);
        match std::fs::read(&path) {
            Ok(content) => Ok(Self::parse(&String::from_utf8_lossy(&content), role)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(files::failed("read", &path)(error)),
        }
    }

    fn parse(content: &str, role: &str) -> Option<Self> {
        let lines: Vec<&str> = content.lines().map(str::trim).collect();
        let pid = lines.first()?.parse().ok().filter(|pid| *pid > 0)?;
        let port = lines.get(3).and_then(|line| line.parse().ok());
        let socket_dir = lines.get(4).filter(|line| line.starts_with('/'));
        let target = socket_dir.zip(port).map(|(dir, port)| ConnectionTarget::new(dir.into(), port, role));
        Some(Self { pid, target })
    }

    /// Removes the file of a Postgres that has ended: the next one would take the process that now has the pid for a
    /// postmaster. It detects backends that are left by their shared memory, without the file.
    fn remove(folder: &Path) -> Result<(), PostgresError> {
        let path = Self::path(folder);
        tracing::warn!("removing the postmaster.pid of a Postgres that was killed");
        std::fs::remove_file(&path).map_err(files::failed("remove", &path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pid_file_names_the_socket() {
        let file = PidFile::parse("123\n/d/postgres\n1700000000\n5432\n/d/run\n\n  1 2\nready   \n", "app").unwrap();
        assert_eq!(file.pid, 123);
        assert_eq!(file.target, Some(ConnectionTarget::new("/d/run".into(), 5432, "app")));
    }

    #[test]
    fn a_pid_file_that_is_being_written_is_no_error() {
        assert_eq!(PidFile::parse("", "app"), None);
        assert_eq!(PidFile::parse("123\n/d/postgres\n", "app").unwrap().target, None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_pid_that_another_process_has_got_is_not_taken_for_a_postmaster() {
        let own = i32::try_from(std::process::id()).unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        assert_eq!(state_of(own, elsewhere.path()), State::OtherProcess);
        assert_eq!(state_of(own, &std::env::current_dir().unwrap()), State::Postmaster);
        assert_eq!(state_of(i32::MAX, elsewhere.path()), State::Ended);
    }
}
