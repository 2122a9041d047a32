//! The programs that answer: started on a core, known by the line that says where they listen, stopped when dropped.

use crate::cores::Cores;
use crate::error::BenchError;
use crate::http::{Connection, Request};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long a program may take to stop before it is killed.
const STOP_LIMIT: Duration = Duration::from_secs(20);

/// What both the server and the baseline print when they listen.
pub(crate) const ANNOUNCEMENT: &str = "Listening on http://";

/// Where programs are, and where they log.
#[derive(Clone, Debug)]
pub(crate) struct Programs {
    /// The server's program.
    pub(crate) server: PathBuf,
    /// For logs and all else that a run writes.
    pub(crate) folder: PathBuf,
}

/// A running program that answers.
pub(crate) struct Running {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Programs {
    /// The server on a database, with these settings beside.
    pub(crate) fn serve(
        &self,
        cores: &Cores,
        database_url: &str,
        settings: &[(&str, &str)],
    ) -> Result<Running, BenchError> {
        let mut command = cores.command(&self.server.to_string_lossy());
        self.configure(&mut command, database_url, settings);
        command.arg("serve");
        Running::start(&mut command, &self.log("server"))
    }

    /// As [`Self::serve`], under a program that watches it; `watcher` has its arguments already.
    pub(crate) fn serve_under(
        &self,
        mut watcher: Command,
        database_url: &str,
        settings: &[(&str, &str)],
    ) -> Result<Running, BenchError> {
        self.configure(&mut watcher, database_url, settings);
        watcher.arg(&self.server).arg("serve");
        Running::start(&mut watcher, &self.log("server-watched"))
    }

    /// The bare hyper server, which answers every request with the bytes that the server at `like` has for a ping.
    pub(crate) fn bare(&self, cores: &Cores, like: SocketAddr) -> Result<Running, BenchError> {
        let program = std::env::current_exe()?;
        let mut command = cores.command(&program.to_string_lossy());
        command.args(["bare", &like.to_string()]);
        Running::start(&mut command, &self.log("bare"))
    }

    /// As [`Self::bare`], under a program that watches it.
    pub(crate) fn bare_under(&self, mut watcher: Command, like: SocketAddr) -> Result<Running, BenchError> {
        watcher.arg(std::env::current_exe()?).args(["bare", &like.to_string()]);
        watcher.env("TOKIO_WORKER_THREADS", "1");
        Running::start(&mut watcher, &self.log("bare-watched"))
    }

    fn configure(&self, command: &mut Command, database_url: &str, settings: &[(&str, &str)]) {
        let path = std::env::var_os("PATH").unwrap_or_default();
        command.env_clear().env("PATH", path).current_dir(&self.folder);
        command.env("DB_URL", database_url).env("IMMICH_HOST", "127.0.0.1").env("IMMICH_PORT", "0");
        // Thousands of logins come from one address.
        command.env("IMMICH_LOGIN_MAX_FAILURES", "0");
        command.envs(settings.iter().copied());
    }

    fn log(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.log"))
    }
}

impl Running {
    fn start(command: &mut Command, log: &Path) -> Result<Self, BenchError> {
        let errors = File::create(log).map_err(BenchError::file(log))?;
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(errors);
        let program = command.get_program().to_string_lossy().into_owned();
        let mut child = command.spawn().map_err(|source| BenchError::Start { program, source })?;
        let announced = child.stdout.take().and_then(|stdout| {
            let mut stdout = BufReader::new(stdout);
            let address = announcement(&mut stdout);
            // Read on, so that the pipe never fills; the thread ends with the program.
            thread::spawn(move || std::io::copy(&mut stdout, &mut std::io::sink()));
            address
        });
        let Some(address) = announced else {
            let _ = child.kill();
            let _ = child.wait();
            return Err(BenchError::Silent(log.to_owned()));
        };
        Ok(Self { child, address })
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn connect(&self) -> Result<Connection, BenchError> {
        Connection::open(self.address)
    }

    /// Asks once, on a connection of its own.
    pub(crate) fn ask(&self, request: &Request) -> Result<crate::http::Answer, BenchError> {
        self.connect()?.ask(request)
    }

    /// Resident memory in megabytes of 1,000,000 bytes.
    pub(crate) fn resident(&self) -> Result<f64, BenchError> {
        self.memory("VmRSS:")
    }

    /// The most resident memory since [`Self::forget_peak`].
    pub(crate) fn peak(&self) -> Result<f64, BenchError> {
        self.memory("VmHWM:")
    }

    /// Begins to watch the peak anew.
    pub(crate) fn forget_peak(&self) -> Result<(), BenchError> {
        let path = PathBuf::from(format!("/proc/{}/clear_refs", self.process()));
        fs::write(&path, "5").map_err(BenchError::file(&path))
    }

    fn memory(&self, name: &str) -> Result<f64, BenchError> {
        let path = PathBuf::from(format!("/proc/{}/status", self.process()));
        let status = fs::read_to_string(&path).map_err(BenchError::file(&path))?;
        megabytes(&status, name).ok_or(BenchError::Output { program: "/proc", output: status })
    }

    /// Stops it and waits for its end.
    pub(crate) fn stop(mut self) {
        self.shut_down();
    }

    fn shut_down(&mut self) {
        let Ok(None) = self.child.try_wait() else { return };
        if let Ok(process) = i32::try_from(self.child.id()) {
            let _ = kill(Pid::from_raw(process), Signal::SIGTERM);
        }
        let begin = Instant::now();
        while begin.elapsed() < STOP_LIMIT {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(2));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.shut_down();
    }
}

/// Waits for `Listening on http://127.0.0.1:PORT…`.
fn announcement(stdout: &mut impl std::io::BufRead) -> Option<SocketAddr> {
    let mut line = String::new();
    while stdout.take(10_000).read_line(&mut line).ok()? > 0 {
        if let Some(rest) = line.trim_end().strip_prefix(ANNOUNCEMENT) {
            return rest.split('/').next()?.parse().ok();
        }
        line.clear();
    }
    None
}

fn megabytes(status: &str, name: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kibibytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024.0 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_read_from_the_line_that_says_so() {
        let mut printed = "a word before\nListening on http://127.0.0.1:2283/api\nmore".as_bytes();
        assert_eq!(announcement(&mut printed), Some("127.0.0.1:2283".parse().unwrap()));
    }

    #[test]
    fn a_program_that_ends_without_saying_so_has_no_address() {
        assert_eq!(announcement(&mut "error\n".as_bytes()), None);
    }

    #[test]
    fn memory_is_in_megabytes_of_a_million_bytes() {
        let status = "Name:\timmich-server\nVmHWM:\t   20000 kB\nVmRSS:\t   10000 kB\n";
        assert_eq!(megabytes(status, "VmRSS:"), Some(10.24));
        assert_eq!(megabytes(status, "VmData:"), None);
    }
}
