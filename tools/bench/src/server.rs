//! The programs that answer requests: started on some cores, stopped when dropped.

use crate::error::BenchError;
use crate::http::{Answer, Connection, Request};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long a program may take to stop before it is killed.
const STOP_LIMIT: Duration = Duration::from_secs(20);

/// What the server and bare hyper print when they listen, followed by address and port.
pub(crate) const ANNOUNCEMENT: &str = "Listening on http://";

/// Where the programs are, and where they log.
#[derive(Clone, Debug)]
pub(crate) struct Programs {
    pub(crate) server: PathBuf,
    /// For logs and everything else that a run writes.
    pub(crate) folder: PathBuf,
}

/// A running program that answers requests.
pub(crate) struct Running {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Programs {
    /// Starts the server on a database. The launcher is a command that runs another one: `taskset …`, `valgrind …`.
    pub(crate) fn serve(
        &self,
        launcher: impl Into<Command>,
        database_url: &str,
        settings: &[(&str, &str)],
    ) -> Result<Running, BenchError> {
        let mut command = launcher.into();
        let path = std::env::var_os("PATH").unwrap_or_default();
        command.env_clear().env("PATH", path).current_dir(&self.folder);
        command.env("DB_URL", database_url).env("IMMICH_HOST", "127.0.0.1").env("IMMICH_PORT", "0");
        // Thousands of logins come from one address.
        command.env("IMMICH_LOGIN_MAX_FAILURES", "0");
        command.envs(settings.iter().copied()).arg(&self.server).arg("serve");
        Running::start(command, &self.folder.join("server.log"))
    }

    /// Starts bare hyper, which answers every request with the bytes that the server at `like` sends for a ping.
    pub(crate) fn bare(
        &self,
        launcher: impl Into<Command>,
        like: SocketAddr,
        settings: &[(&str, &str)],
    ) -> Result<Running, BenchError> {
        let mut command = launcher.into();
        command.envs(settings.iter().copied()).arg(std::env::current_exe()?).args(["bare", &like.to_string()]);
        Running::start(command, &self.folder.join("bare.log"))
    }
}

impl Running {
    fn start(mut command: Command, log: &Path) -> Result<Self, BenchError> {
        let errors = File::create(log).map_err(BenchError::file(log))?;
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(errors);
        let program = command.get_program().to_string_lossy().into_owned();
        let mut child = command.spawn().map_err(|source| BenchError::Start { program, source })?;
        let announced = child.stdout.take().and_then(|stdout| {
            let mut stdout = BufReader::new(stdout);
            let address = announced_address(&mut stdout);
            // Reads on, so that the pipe never fills; the thread ends with the program.
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

    /// Sends one request on a new connection.
    pub(crate) fn ask(&self, request: &Request) -> Result<Answer, BenchError> {
        self.connect()?.ask(request)
    }

    /// Resident memory in megabytes of 1,000,000 bytes.
    pub(crate) fn resident(&self) -> Result<f64, BenchError> {
        self.memory("VmRSS:")
    }

    /// The peak of resident memory since [`Self::reset_peak`].
    pub(crate) fn peak(&self) -> Result<f64, BenchError> {
        self.memory("VmHWM:")
    }

    /// Sets the peak to what is resident now.
    pub(crate) fn reset_peak(&self) -> Result<(), BenchError> {
        let path = PathBuf::from(format!("/proc/{}/clear_refs", self.process()));
        fs::write(&path, "5").map_err(BenchError::file(&path))
    }

    fn memory(&self, name: &str) -> Result<f64, BenchError> {
        let path = PathBuf::from(format!("/proc/{}/status", self.process()));
        let status = fs::read_to_string(&path).map_err(BenchError::file(&path))?;
        megabytes(&status, name).ok_or(BenchError::Output { program: "/proc", output: status })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Ok(process) = i32::try_from(self.child.id()) {
            let _ = kill(Pid::from_raw(process), Signal::SIGTERM);
        }
        let begin = Instant::now();
        while begin.elapsed() < STOP_LIMIT && matches!(self.child.try_wait(), Ok(None)) {
            thread::sleep(Duration::from_millis(2));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits for `Listening on http://127.0.0.1:PORT…`.
fn announced_address(stdout: &mut impl BufRead) -> Option<SocketAddr> {
    let line = stdout.lines().map_while(Result::ok).find(|line| line.starts_with(ANNOUNCEMENT))?;
    line.strip_prefix(ANNOUNCEMENT)?.split('/').next()?.parse().ok()
}

/// The value of a line `name: 1234 kB` of `/proc/…/status`.
fn megabytes(status: &str, name: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kibibytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024.0 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_read_from_the_line_that_announces_it() {
        let mut printed = "a line before\nListening on http://127.0.0.1:2283/api\nmore".as_bytes();
        assert_eq!(announced_address(&mut printed), Some("127.0.0.1:2283".parse().unwrap()));
    }

    #[test]
    fn a_program_that_ends_without_that_line_has_no_address() {
        assert_eq!(announced_address(&mut "error\n".as_bytes()), None);
    }

    #[test]
    fn memory_is_in_megabytes_of_a_million_bytes() {
        let status = "Name:\timmich-server\nVmHWM:\t   20000 kB\nVmRSS:\t   10000 kB\n";
        assert_eq!(megabytes(status, "VmRSS:"), Some(10.24));
        assert_eq!(megabytes(status, "VmData:"), None);
    }
}
