//! Runs the program until it ends, for every subcommand except `serve`.

use std::ffi::{OsStr, OsString};
use std::future::{Future, IntoFuture};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::pin::Pin;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::io::AsyncWriteExt;

/// The program under test.
const EXECUTABLE: &str = env!("CARGO_BIN_EXE_immich-server");
/// The time limit of a subcommand.
const LIMIT: Duration = Duration::from_secs(60);

/// A run of the program; `.await` starts it.
pub(crate) struct Program {
    arguments: Vec<String>,
    environment: Vec<(String, OsString)>,
    input: String,
    account: Option<(u32, u32)>,
    on_terminal: bool,
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Program {
    pub(crate) fn run<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            arguments: arguments.into_iter().map(str::to_owned).collect(),
            environment: Vec::new(),
            input: String::new(),
            account: None,
            on_terminal: false,
        }
    }

    /// The path of the program.
    pub(crate) fn executable() -> &'static str {
        EXECUTABLE
    }

    /// Add arguments.
    pub(crate) fn and<'a>(mut self, arguments: impl IntoIterator<Item = &'a str>) -> Self {
        self.arguments.extend(arguments.into_iter().map(str::to_owned));
        self
    }

    /// Set an environment variable. The environment of the tests is not inherited.
    pub(crate) fn with(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.environment.push((name.to_owned(), value.into()));
        self
    }

    /// Run it under another account, from a copy that this account can read.
    pub(crate) fn under(mut self, user: u32, group: u32) -> Self {
        self.account = Some((user, group));
        self
    }

    /// Run it on a terminal, which shows both outputs: `stdout` of the outcome contains both.
    pub(crate) fn on_a_terminal(mut self) -> Self {
        self.on_terminal = true;
        self.with("TERM", "xterm")
    }

    /// Set the standard input.
    pub(crate) fn reading(mut self, input: &str) -> Self {
        input.clone_into(&mut self.input);
        self
    }

    async fn finish(self) -> Outcome {
        let mut command = command(&self.arguments, self.environment);
        let copy = self.account.map(|account| become_account(&mut command, account));
        if self.on_terminal {
            put_on_terminal(&mut command);
        }
        let mut child = tokio::process::Command::from(command)
            .stdin(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the program starts");
        let mut stdin = child.stdin.take().expect("standard input is a pipe");
        let run = async {
            // A program that does not read its input may close it.
            let _ = stdin.write_all(self.input.as_bytes()).await;
            drop(stdin);
            child.wait_with_output().await
        };
        let output = tokio::time::timeout(LIMIT, run)
            .await
            .unwrap_or_else(|_| panic!("{:?} did not end within {LIMIT:?}", self.arguments))
            .expect("the program can be waited for");
        drop(copy);
        Outcome {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// Runs the command through `script`, which creates a terminal. No argument of the tests needs quoting.
fn put_on_terminal(command: &mut std::process::Command) {
    let line: Vec<_> = [EXECUTABLE.into()].into_iter().chain(command.get_args().map(OsStr::to_string_lossy)).collect();
    let mut script = std::process::Command::new("script");
    script.args(["--quiet", "--return", "--command", &line.join(" "), "/dev/null"]).env_clear();
    script.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    script.stdout(Stdio::piped()).stderr(Stdio::piped());
    *command = script;
}

/// Runs the command under another account, from a copy of the program that this account can read.
fn become_account(command: &mut std::process::Command, (user, group): (u32, u32)) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("the temporary folder is writable");
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let copy = folder.path().join("immich-server");
    std::fs::copy(EXECUTABLE, &copy).expect("the program can be copied");
    let mut copied = std::process::Command::new(copy);
    copied
        .args(command.get_args())
        .env_clear()
        .envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    copied.stdout(Stdio::piped()).stderr(Stdio::piped()).current_dir("/").uid(user).gid(group);
    *command = copied;
    folder
}

impl IntoFuture for Program {
    type Output = Outcome;
    type IntoFuture = Pin<Box<dyn Future<Output = Outcome> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.finish())
    }
}

impl Outcome {
    #[track_caller]
    pub(crate) fn must_succeed(self) -> Self {
        assert_eq!(self.code, Some(0), "{self:?}");
        self
    }

    /// The run failed with exit code 1 and one line with the reason.
    #[track_caller]
    pub(crate) fn must_fail_in_one_line(&self) -> &str {
        assert_eq!(self.code, Some(1), "{self:?}");
        let lines: Vec<&str> = self.stderr.lines().filter(|l| !l.is_empty()).collect();
        assert_eq!(lines.len(), 1, "one clear line is expected: {self:?}");
        lines[0]
    }

    /// The standard output as one JSON document.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("the output is no JSON ({error}): {self:?}"))
    }
}

/// The program with this environment, plus the few variables of the tests that every program needs.
pub(crate) fn command(arguments: &[String], environment: Vec<(String, OsString)>) -> std::process::Command {
    let mut command = std::process::Command::new(EXECUTABLE);
    command.args(arguments).env_clear().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for name in ["PATH", "HOME", "TMPDIR", "LLVM_PROFILE_FILE"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command.envs(environment);
    command
}
