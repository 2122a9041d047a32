//! Nothing a test starts may outlive the test run, however the run ends.
//!
//! A watchdog is a small shell process that holds the read end of a pipe whose write end only the
//! test process has. When the test process is gone (finished, panicked or killed) the read ends and
//! the watchdog cleans up. It lives in a process group of its own, so that a Ctrl-C meant for the
//! tests does not stop it from doing so.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

/// Kills what it watches when this process ends.
pub struct Watchdog {
    shell: Child,
}

impl Watchdog {
    /// Run `script` with `arguments` (`$1`, `$2`, …). The script should `read` its standard input:
    /// success means [`Watchdog::dismiss`] was called, failure that this process is gone.
    #[must_use]
    pub fn run(script: &str, arguments: &[&str], account: Option<(u32, u32)>) -> Self {
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", script, "watchdog"])
            .args(arguments)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0);
        if let Some((user, group)) = account {
            command.uid(user).gid(group);
        }
        let shell = command.spawn().expect("/bin/sh starts");
        Self { shell }
    }

    /// Watch a process of this account: it is killed with this one.
    #[must_use]
    pub fn over(process: u32) -> Self {
        Self::run("read -r _ || kill -KILL \"$1\"", &[&process.to_string()], None)
    }

    /// What was watched has ended by itself: do not kill whoever got its number since.
    pub fn dismiss(&mut self) {
        if let Some(mut input) = self.shell.stdin.take() {
            let _ = input.write_all(b"dismissed\n");
        }
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}
