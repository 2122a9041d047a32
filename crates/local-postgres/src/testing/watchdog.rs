//! What a test starts does not outlive the test run, however the run ends.
//!
//! A watchdog is a small shell process that holds the read end of a pipe whose write end only the test process has.
//! When the test process ends (finished, panicked or killed), the read ends and the watchdog cleans up. It has its own
//! process group, so that Ctrl-C stops the tests and not the watchdog.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

/// Cleans up when this process ends.
pub struct Watchdog {
    shell: Child,
}

impl Watchdog {
    /// Runs `script` with `arguments` (`$1`, `$2`, …). The script should `read` its standard input: success means that
    /// [`Watchdog::dismiss`] was called, failure that this process has ended.
    #[must_use]
    pub fn run(script: &str, arguments: &[&str]) -> Self {
        let shell = Command::new("/bin/sh")
            .args(["-c", script, "watchdog"])
            .args(arguments)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("/bin/sh starts");
        Self { shell }
    }

    /// Watches a process of this account: it is killed when this one ends.
    #[must_use]
    pub fn over(process: u32) -> Self {
        Self::run("read -r _ || kill -KILL \"$1\"", &[&process.to_string()])
    }

    /// The watched process has ended: do not kill another that got the same pid later.
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
