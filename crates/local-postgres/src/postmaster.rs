//! The running Postgres: starting it, and dealing with one that an earlier server left behind.

use std::{
    io,
    path::Path,
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
    Place,
    binaries::Binaries,
    cluster,
    database::{self, Answer, ConnectionTarget},
    error::EmbeddedError,
    files,
    lock::DataLock,
    process::Supervised,
    socket,
};

/// How long Postgres may take until it listens.
const START_DEADLINE: Duration = Duration::from_secs(60);

/// How long it may take in all when it says that it is recovering.
const RECOVERY_DEADLINE: Duration = Duration::from_secs(15 * 60);

/// How long backends of a killed postmaster may take to notice and end.
const ORPHAN_DEADLINE: Duration = Duration::from_secs(60);

/// How long a fast shutdown may take, then an immediate one.
const FAST_DEADLINE: Duration = Duration::from_secs(30);
const IMMEDIATE_DEADLINE: Duration = Duration::from_secs(15);

const POLL: Duration = Duration::from_millis(20);

/// Starts Postgres on an existing cluster and waits until the server's database answers.
pub(super) async fn start(
    place: &Place,
    binaries: &Binaries,
    lock: &Arc<DataLock>,
) -> Result<(Supervised, ConnectionTarget), EmbeddedError> {
    let folder = &place.cluster.folder;
    let socket_dir = socket::prepare(&place.data_dir, &place.account)?;
    if stop_left_behind(folder).await? == State::Ended {
        socket::discard(&socket_dir)?;
    }
    place.cluster.write_access(&place.account)?;
    let target = ConnectionTarget::new(socket_dir, socket::PORT);
    let begun = Instant::now();
    loop {
        let command = command(place, binaries, &target);
        let run_failed = |source| EmbeddedError::Run { program: binaries.postgres(), source };
        let mut server = Supervised::spawn(command, Arc::clone(lock)).await.map_err(run_failed)?;
        match wait_ready(&mut server, &target, folder).await {
            Ok(()) => return Ok((server, target)),
            Err(EmbeddedError::Start { output, .. })
                if output.contains("is still in use") && begun.elapsed() < ORPHAN_DEADLINE =>
            {
                tracing::info!("waiting for the last backends of a Postgres that was killed");
                sleep(POLL * 10).await;
            }
            Err(error) => {
                // Best effort: the error to tell is the first one.
                let _ = stop(&mut server, folder).await;
                return Err(error);
            }
        }
    }
}

/// The settings that are not the operator's to change: reachable by the private socket only, and no values of the
/// data (they come with an error's details) in the log.
fn command(place: &Place, binaries: &Binaries, target: &ConnectionTarget) -> std::process::Command {
    let mut command = cluster::command(&binaries.postgres(), &place.account);
    command.current_dir(&place.cluster.folder).arg("-D").arg(&place.cluster.folder);
    command.arg("-p").arg(target.port.to_string());
    let mut sockets = std::ffi::OsString::from("unix_socket_directories=");
    sockets.push(socket::setting(&target.socket_dir));
    command.arg("-c").arg(sockets);
    for setting in [
        "listen_addresses=",
        "unix_socket_permissions=0700",
        "cluster_name=immich-api",
        "logging_collector=off",
        "log_destination=stderr",
        "log_line_prefix=",
        "log_error_verbosity=terse",
        "log_min_error_statement=panic",
    ] {
        command.arg("-c").arg(setting);
    }
    command
}

async fn wait_ready(server: &mut Supervised, target: &ConnectionTarget, folder: &Path) -> Result<(), EmbeddedError> {
    let begun = Instant::now();
    let mut deadline = START_DEADLINE;
    loop {
        let answer = tokio::select! {
            biased;
            _ = server.exited() => {
                return Err(EmbeddedError::Start { folder: folder.to_owned(), output: server.complaints() });
            }
            answer = database::ask(target) => answer,
        };
        match answer {
            Answer::Ready => return Ok(()),
            Answer::Missing => return database::create(target).await,
            Answer::Refused(error) => return Err(database::refused("let the server in", &error)),
            Answer::Silent => {}
            Answer::Busy => deadline = RECOVERY_DEADLINE,
        }
        if begun.elapsed() > deadline {
            let (folder, seconds) = (folder.to_owned(), deadline.as_secs());
            return Err(EmbeddedError::StartTimeout { folder, seconds, output: server.complaints() });
        }
        sleep(POLL).await;
    }
}

/// Stops a child: fast shutdown, which ends sessions and writes everything to the disk; if that takes too long an
/// immediate one, after which the next start recovers.
pub(super) async fn stop(server: &mut Supervised, folder: &Path) -> Result<(), EmbeddedError> {
    for (signal, deadline) in [(Signal::SIGINT, FAST_DEADLINE), (Signal::SIGQUIT, IMMEDIATE_DEADLINE)] {
        server.signal(signal);
        if timeout(deadline, server.exited()).await.is_ok() {
            return Ok(());
        }
        tracing::warn!(pid = server.pid, %signal, seconds = deadline.as_secs(), "the database does not stop");
    }
    Err(EmbeddedError::Stop { pid: server.pid, folder: folder.to_owned() })
}

/// Called by whoever holds the lock of the data folder: no live server owns a Postgres there. One that runs all the
/// same was left by a server that was killed, and is likely just stopping; its `postmaster.pid` would stop the next.
///
/// Returns `Ended` if there is certainly none any more, else `Unknown`: then Postgres itself will see.
async fn stop_left_behind(folder: &Path) -> Result<State, EmbeddedError> {
    let begun = Instant::now();
    let mut sent = None;
    loop {
        let Some(file) = PidFile::read(folder)? else {
            return Ok(State::Ended);
        };
        match state_of(file.pid, folder) {
            State::Ended => return Ok(State::Ended),
            State::Unknown => return Ok(State::Unknown),
            State::Stranger => return file.remove(folder).map(|()| State::Ended),
            State::Postmaster => {}
        }
        let elapsed = begun.elapsed();
        if elapsed > FAST_DEADLINE + IMMEDIATE_DEADLINE {
            return Err(EmbeddedError::Stop { pid: file.pid, folder: folder.to_owned() });
        }
        let signal = if elapsed > FAST_DEADLINE { Signal::SIGQUIT } else { Signal::SIGINT };
        if sent != Some(signal) {
            tracing::warn!(pid = file.pid, %signal, "stopping a Postgres that an earlier server left behind");
            // If it has just ended, the next turn sees it.
            let _ = kill(Pid::from_raw(file.pid), signal);
            sent = Some(signal);
        }
        sleep(POLL).await;
    }
}

/// What a pid noted in `postmaster.pid` stands for today.
#[derive(Debug, PartialEq, Eq)]
enum State {
    Ended,
    /// The Postgres of this cluster.
    Postmaster,
    /// Another process has got the number since.
    Stranger,
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
        Ok(_) => State::Stranger,
        Err(error) if error.kind() == io::ErrorKind::NotFound => State::Stranger,
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
    pub(super) fn read(folder: &Path) -> Result<Option<Self>, EmbeddedError> {
        let path = folder.join("postmaster.pid");
        match std::fs::read_to_string(&path) {
            Ok(content) => Ok(Self::parse(&content)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(files::failed("read", &path)(error)),
        }
    }

    fn parse(content: &str) -> Option<Self> {
        let lines: Vec<&str> = content.lines().map(str::trim).collect();
        let pid = lines.first()?.parse().ok().filter(|pid| *pid > 0)?;
        let port = lines.get(3).and_then(|line| line.parse().ok());
        let socket_dir = lines.get(4).filter(|line| line.starts_with('/'));
        let target = socket_dir.zip(port).map(|(dir, port)| ConnectionTarget::new(dir.into(), port));
        Some(Self { pid, target })
    }

    /// Removes the file of a Postgres that is gone: it would take the process that now has the pid for a postmaster.
    /// Backends that are left over it detects without, by their shared memory.
    fn remove(&self, folder: &Path) -> Result<(), EmbeddedError> {
        let path = folder.join("postmaster.pid");
        tracing::warn!(pid = self.pid, "removing the postmaster.pid of a Postgres that was killed");
        std::fs::remove_file(&path).map_err(files::failed("remove", &path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pid_file_tells_the_socket() {
        let file = PidFile::parse("123\n/d/postgres\n1700000000\n5432\n/d/run\n\n  1 2\nready   \n").unwrap();
        assert_eq!(file.pid, 123);
        assert_eq!(file.target, Some(ConnectionTarget::new("/d/run".into(), 5432)));
    }

    #[test]
    fn a_pid_file_that_is_being_written_is_no_error() {
        assert_eq!(PidFile::parse(""), None);
        assert_eq!(PidFile::parse("123\n/d/postgres\n").unwrap().target, None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_pid_that_another_process_has_got_is_not_taken_for_a_postmaster() {
        let own = i32::try_from(std::process::id()).unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        assert_eq!(state_of(own, elsewhere.path()), State::Stranger);
        assert_eq!(state_of(own, &std::env::current_dir().unwrap()), State::Postmaster);
        assert_eq!(state_of(i32::MAX, elsewhere.path()), State::Ended);
    }
}
