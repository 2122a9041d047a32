//! A child process that does not outlive this one, and whose output is kept.
//!
//! Each child has its own thread, for its whole life. Linux sends the parent death signal when the *thread* that
//! started the child ends, not only the process; threads of a runtime's pool may end at any time.

use std::{
    collections::VecDeque,
    fs::OpenOptions,
    io,
    os::unix::process::ExitStatusExt as _,
    path::PathBuf,
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use super::options::Log;
#[cfg(target_os = "linux")]
use nix::errno::Errno;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, BufReader},
    process::{Child, Command},
    sync::{mpsc, oneshot, watch},
};

/// How many of the last lines of output are kept for an error.
const KEPT_LINES: usize = 40;

/// How many of them an error reports.
const REPORTED_LINES: usize = 4;

/// Longer lines are cut: an error is to be read.
const KEPT_CHARS: usize = 400;

/// How long to wait for the rest of the output once the process has ended; its own children may hold it open.
const OUTPUT_GRACE: Duration = Duration::from_millis(500);

/// A running child. When dropped, the child gets `SIGINT`, which is a fast shutdown to Postgres and makes initdb
/// clean up.
#[derive(Debug)]
pub(super) struct Supervised {
    pub(super) pid: i32,
    signals: mpsc::UnboundedSender<Signal>,
    exit: watch::Receiver<Option<ExitStatus>>,
    output: Output,
}

impl Supervised {
    /// Starts a command. `guard` is dropped once the child has ended, before [`exited`](Self::exited) returns.
    pub(super) async fn spawn<G>(mut command: std::process::Command, log: &Log, guard: G) -> io::Result<Self>
    where
        G: Send + 'static,
    {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        if let Log::File(path) = log {
            command.stderr(OpenOptions::new().create(true).append(true).open(path)?);
        }
        let command = tie_to_this_process(command);
        let (started, start) = oneshot::channel();
        let (signals, signals_in) = mpsc::unbounded_channel();
        let (exit_out, exit) = watch::channel(None);
        let output = Output::new(log);
        let child_thread = ChildThread { signals: signals_in, output: output.clone() };
        std::thread::Builder::new().name("postgres".to_owned()).spawn(move || {
            let status = child_thread.run(command, started);
            drop(guard);
            exit_out.send_replace(Some(status));
        })?;
        let pid = start.await.unwrap_or_else(|_| Err(io::Error::other("the thread of the process ended")))?;
        Ok(Self { pid, signals, exit, output })
    }

    /// Sends a signal; nothing happens if the child has ended.
    pub(super) fn signal(&self, signal: Signal) {
        // The receiver is gone only when the child has ended.
        let _ = self.signals.send(signal);
    }

    /// Waits for the child's end. Cancel safe.
    pub(super) async fn exited(&mut self) -> ExitStatus {
        let status = self.exit.wait_for(Option::is_some).await;
        status.ok().and_then(|status| *status).unwrap_or_else(unknown_end)
    }

    /// The last errors that the child reported, in one line.
    pub(super) fn complaints(&self) -> String {
        self.output.complaints()
    }
}

/// The thread that starts a child, reads its output and waits for its end.
struct ChildThread {
    signals: mpsc::UnboundedReceiver<Signal>,
    output: Output,
}

impl ChildThread {
    fn run(self, command: std::process::Command, started: oneshot::Sender<io::Result<i32>>) -> ExitStatus {
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => {
                let _ = started.send(Err(error));
                return unknown_end();
            }
        };
        runtime.block_on(self.supervise(command, started))
    }

    async fn supervise(
        mut self,
        command: std::process::Command,
        started: oneshot::Sender<io::Result<i32>>,
    ) -> ExitStatus {
        let mut child = match Command::from(command).spawn() {
            Ok(child) => child,
            Err(error) => {
                let _ = started.send(Err(error));
                return unknown_end();
            }
        };
        let reader = child.stderr.take().map(|stderr| tokio::spawn(self.output.clone().read(stderr)));
        // If the caller has dropped the receiver, the sender of signals is dropped too, and the child is stopped.
        let _ = started.send(Ok(pid_of(&child).map_or(0, Pid::as_raw)));
        let mut abandoned = false;
        let status = loop {
            tokio::select! {
                status = child.wait() => break status,
                signal = self.signals.recv(), if !abandoned => {
                    abandoned = signal.is_none();
                    send(&child, signal.unwrap_or(Signal::SIGINT));
                }
            }
        };
        if let Some(reader) = reader {
            let _ = tokio::time::timeout(OUTPUT_GRACE, reader).await;
        }
        status.unwrap_or_else(|_| unknown_end())
    }
}

/// The child's pid, until it has been waited for: a pid must not be used after that, it may be another process's.
fn pid_of(child: &Child) -> Option<Pid> {
    child.id().and_then(|pid| i32::try_from(pid).ok()).map(Pid::from_raw)
}

fn send(child: &Child, signal: Signal) {
    if let Some(pid) = pid_of(child)
        && let Err(error) = kill(pid, signal)
    {
        tracing::warn!(%pid, %signal, %error, "could not send the signal to Postgres");
    }
}

/// The status of a child whose real status is unknown.
fn unknown_end() -> ExitStatus {
    ExitStatus::from_raw(0xff00)
}

/// Makes a command end with this process, and keeps it out of the terminal's process group: Ctrl-C stops this program,
/// which needs the database until its last request is answered.
#[allow(unsafe_code)]
fn tie_to_this_process(mut command: std::process::Command) -> std::process::Command {
    use std::os::unix::process::CommandExt as _;
    command.process_group(0);
    #[cfg(target_os = "linux")]
    {
        let parent = nix::unistd::getpid();
        let tie = move || {
            nix::sys::prctl::set_pdeathsig(Signal::SIGINT)?;
            // The parent may have ended before that.
            if nix::unistd::getppid() == parent { Ok(()) } else { Err(io::Error::from(Errno::ESRCH)) }
        };
        // SAFETY: between fork and exec only async-signal-safe calls are allowed. These are two plain system calls,
        // without allocation or locks. They come after the change of account, which would clear the signal again.
        unsafe { command.pre_exec(tie) };
    }
    command
}

/// The last lines a child wrote to its standard error.
#[derive(Clone, Debug, Default)]
struct Output {
    lines: Arc<Mutex<VecDeque<String>>>,
    /// The file that the child writes to instead.
    file: Option<PathBuf>,
}

impl Output {
    fn new(log: &Log) -> Self {
        let file = if let Log::File(path) = log { Some(path.clone()) } else { None };
        Self { file, ..Self::default() }
    }

    async fn read(self, stderr: impl AsyncRead + Unpin) {
        let mut reader = BufReader::new(stderr);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line).await.is_ok_and(|read| read > 0) {
            self.record(String::from_utf8_lossy(&line).trim_end());
            line.clear();
        }
    }

    fn record(&self, line: &str) {
        if line.starts_with("PANIC:") {
            tracing::error!(target: "postgres", "{line}");
        } else {
            tracing::debug!(target: "postgres", "{line}");
        }
        self.keep(line);
    }

    fn keep(&self, line: &str) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == KEPT_LINES {
            lines.pop_front();
        }
        lines.push_back(line.chars().take(KEPT_CHARS).collect());
    }

    fn complaints(&self) -> String {
        // What Postgres logs whatever happens, and what it answers to every client that connects too early.
        const NOISE: [&str; 7] = [
            "LOG:  starting PostgreSQL",
            "LOG:  listening on",
            "LOG:  database system",
            "LOG:  shutting down",
            "LOG:  checkpoint",
            "FATAL:  the database system is",
            "removing",
        ];
        if let Some(file) = &self.file {
            std::fs::read_to_string(file).unwrap_or_default().lines().for_each(|line| self.keep(line));
        }
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let mut reported: Vec<&str> = lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty()).collect();
        reported.retain(|line| !NOISE.iter().any(|noise| line.contains(noise)));
        reported.dedup();
        let last = &reported[reported.len().saturating_sub(REPORTED_LINES)..];
        if last.is_empty() { "no error was reported".to_owned() } else { last.join("; ") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_reports_the_last_lines_that_are_errors() {
        let output = Output::default();
        assert_eq!(output.complaints(), "no error was reported");
        output.record("LOG:  starting PostgreSQL 15");
        output.record("LOG:  invalid value for parameter \"shared_buffers\": \"much\"");
        output.record("FATAL:  the database system is starting up");
        output.record("FATAL:  configuration file \"postgresql.conf\" contains errors");
        output.record("LOG:  shutting down");
        output.record("");
        let expected = "LOG:  invalid value for parameter \"shared_buffers\": \"much\"; \
            FATAL:  configuration file \"postgresql.conf\" contains errors";
        assert_eq!(output.complaints(), expected);
    }

    #[test]
    fn of_a_long_output_the_last_lines_are_reported() {
        let output = Output::default();
        for number in 0..100 {
            output.record(&format!("line {number}"));
        }
        assert_eq!(output.complaints(), "line 96; line 97; line 98; line 99");
    }

    #[tokio::test]
    async fn a_child_can_be_signaled_and_its_end_is_detected() {
        let mut command = std::process::Command::new("/bin/sleep");
        command.arg("60");
        let mut child = Supervised::spawn(command, &Log::Traced, ()).await.unwrap();
        child.signal(Signal::SIGTERM);
        assert_eq!(child.exited().await.signal(), Some(15));
        child.signal(Signal::SIGTERM);
    }

    #[tokio::test]
    async fn a_program_that_does_not_exist_is_an_error() {
        let error =
            Supervised::spawn(std::process::Command::new("/nonexistent/postgres"), &Log::Traced, ()).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }

    #[tokio::test]
    async fn a_dropped_child_is_stopped_and_its_guard_released() {
        let guard = Arc::new(());
        let mut command = std::process::Command::new("/bin/sleep");
        command.arg("60");
        drop(Supervised::spawn(command, &Log::Traced, Arc::clone(&guard)).await.unwrap());
        let released = async {
            while Arc::strong_count(&guard) > 1 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), released).await.unwrap();
    }
}
