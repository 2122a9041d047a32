//! A running server for one test.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::ops::Deref;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::client::Client;
use super::program::command;
use super::{Database, Program};
use local_postgres::Watchdog;

/// The time limit of a start, including migrations.
const START_LIMIT: Duration = Duration::from_secs(30);
/// The time limit of a shutdown, unless the test sets its own.
const STOP_LIMIT: Duration = Duration::from_secs(20);

/// The settings of a server to start.
pub(crate) struct Launch {
    arguments: Vec<&'static str>,
    database: Option<Database>,
    environment: Vec<(String, OsString)>,
    open_files: Option<OpenFiles>,
    reads_log: bool,
}

/// A limit on open files, and so on connections.
#[derive(Clone, Copy)]
enum OpenFiles {
    /// The program cannot exceed it.
    Hard(u32),
    /// The program may raise it.
    Soft(u32),
}

/// A running server. It dereferences to a [`Client`]; dropping it stops it with SIGTERM.
pub(crate) struct Server {
    client: Client,
    database: Option<Database>,
    environment: Vec<(String, OsString)>,
    child: Child,
    watchdog: Watchdog,
    log: Arc<Mutex<String>>,
    readers: Vec<JoinHandle<()>>,
    /// The other end of its log, if nothing reads it.
    _unread_log: Option<ChildStderr>,
}

impl Server {
    /// A server on a new, migrated and empty database.
    pub(crate) async fn fresh() -> Self {
        Self::on(&Database::new().await).start().await
    }

    pub(crate) fn on(database: &Database) -> Launch {
        Launch { database: Some(database.clone()), ..Launch::of("serve") }.with("DB_URL", database.url())
    }

    /// A server without a configured database: it runs an embedded Postgres in this folder.
    pub(crate) fn embedded(folder: &Path) -> Launch {
        Launch::of("serve").with("IMMICH_DATA_DIR", folder)
    }

    /// A server on the database at this URL.
    pub(crate) fn at(url: &str) -> Launch {
        Launch::of("serve").with("DB_URL", url)
    }

    /// The mock server. It uses no database: the configured one does not exist.
    pub(crate) fn mock() -> Launch {
        Launch::of("mock").with("DB_URL", "postgres://unused@127.0.0.1:1/unused")
    }

    /// A client for another task.
    pub(crate) fn client(&self) -> Client {
        self.client.clone()
    }

    /// The base URL of the server.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.client.address())
    }

    /// The database of the server.
    pub(crate) fn database(&self) -> &Database {
        self.database.as_ref().expect("the test gave the server a database")
    }

    /// A run of another subcommand with the environment of this server.
    pub(crate) fn program<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Program {
        self.environment.iter().fold(Program::run(arguments), |program, (name, value)| program.with(name, value))
    }

    /// Create a user on the command line; prints a `UserAdminResponseDto`.
    pub(crate) fn create_user(&self, email: &str, name: &str, password: &str) -> Program {
        self.program(["user", "create", "--email", email, "--name", name])
            .and(["--password-stdin", "--json"])
            .reading(password)
    }

    /// The same as a shell command that reads `EMAIL` and `NAME` from its environment and the password from its input.
    pub(crate) fn user_command(&self) -> String {
        let set: Vec<String> = self
            .environment
            .iter()
            .map(|(name, value)| format!("{name}='{}'", value.to_str().expect("the tests set text")))
            .collect();
        let create = "user create --email \"$EMAIL\" --name \"$NAME\" --password-stdin --json";
        // The time limit for a database connection may pass on a busy machine, so the command is tried three times.
        let attempt = format!("printf %s \"$password\" | {} '{}' {create}", set.join(" "), Program::executable());
        format!("password=$(cat); {attempt} || {attempt} || {attempt}")
    }

    /// The environment of the server.
    pub(crate) fn settings(&self) -> impl Iterator<Item = (&String, &OsString)> {
        self.environment.iter().map(|(name, value)| (name, value))
    }

    pub(crate) fn process_id(&self) -> u32 {
        self.child.id()
    }

    /// Everything the server has written to its log so far.
    pub(crate) fn log(&self) -> String {
        self.log.lock().expect("no reader panicked").clone()
    }

    /// Files and connections that it has open.
    pub(crate) fn open_files(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.process_id())).expect("the server runs").count()
    }

    /// Resident memory in KiB.
    pub(crate) fn resident_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process_id())).expect("the server runs");
        status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .and_then(|rest| rest.split_whitespace().next()?.parse().ok())
            .expect("the kernel reports the resident memory")
    }

    /// Kill it with SIGKILL.
    pub(crate) fn kill(mut self) {
        signal("KILL", self.process_id());
        self.child.wait().expect("the server is a child");
    }

    /// Send SIGHUP, without waiting.
    pub(crate) fn hang_up(&self) {
        signal("HUP", self.process_id());
    }

    /// Send SIGTERM, without waiting.
    pub(crate) fn terminate(&self) {
        signal("TERM", self.process_id());
    }

    /// Wait until it ends; `None` if it still runs after `limit`.
    pub(crate) async fn ended_within(&mut self, limit: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(status) = self.child.try_wait().expect("the server is a child") {
                return Some(status);
            }
            if Instant::now() > deadline {
                return None;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Stop it and return its complete log.
    pub(crate) fn stop(mut self) -> String {
        self.shut_down();
        self.log()
    }

    fn shut_down(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            signal("TERM", self.child.id());
            let deadline = Instant::now() + STOP_LIMIT;
            while matches!(self.child.try_wait(), Ok(None)) {
                if Instant::now() > deadline {
                    let _ = self.child.kill();
                    let _ = self.child.wait();
                    eprintln!("the server did not stop within {STOP_LIMIT:?} and was killed");
                }
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        self.watchdog.dismiss();
        for reader in self.readers.drain(..) {
            let _ = reader.join();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shut_down();
        if std::thread::panicking() {
            eprintln!("--- log of the server ---\n{}", self.log());
        }
    }
}

impl Deref for Server {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Launch {
    fn of(command: &'static str) -> Self {
        Self { arguments: vec![command], database: None, environment: Vec::new(), open_files: None, reads_log: true }
    }

    /// Add an argument.
    pub(crate) fn and(mut self, argument: &'static str) -> Self {
        self.arguments.push(argument);
        self
    }

    /// Set an environment variable.
    pub(crate) fn with(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.to_owned(), value.into()));
        self
    }

    /// Limit the number of open files and connections.
    pub(crate) fn with_open_files(mut self, limit: u32) -> Self {
        self.open_files = Some(OpenFiles::Hard(limit));
        self
    }

    /// Limit the number of open files and connections, unless the program raises the limit.
    pub(crate) fn with_soft_open_files(mut self, limit: u32) -> Self {
        self.open_files = Some(OpenFiles::Soft(limit));
        self
    }

    /// Do not read its log: after 64 KiB, the pipe is full.
    pub(crate) fn with_unread_log(mut self) -> Self {
        self.reads_log = false;
        self
    }

    /// Start it and wait for the line with its address.
    pub(crate) async fn start(self) -> Server {
        tokio::task::spawn_blocking(|| self.launch()).await.expect("the server starts")
    }

    fn launch(self) -> Server {
        let mut environment = vec![
            ("IMMICH_HOST".to_owned(), OsString::from("127.0.0.1")),
            ("IMMICH_PORT".to_owned(), OsString::from("0")),
            ("IMMICH_LOGIN_MAX_FAILURES".to_owned(), OsString::from("0")),
            // The result of a test must not depend on the time of day.
            ("IMMICH_API_CLEANUP_TIME".to_owned(), OsString::from("off")),
        ];
        environment.extend(self.environment);
        let arguments: Vec<String> = self.arguments.into_iter().map(str::to_owned).collect();
        let mut command = command(&arguments, environment.clone());
        if let Some(limit) = self.open_files {
            command = limited(&command, limit);
        }
        let mut child = command.spawn().expect("the program starts");
        let watchdog = Watchdog::over(child.id());
        let log = Arc::new(Mutex::new(String::new()));
        let stderr = child.stderr.take().expect("standard error is a pipe");
        let stdout = child.stdout.take().expect("standard output is a pipe");
        let (announce, announced) = mpsc::channel();
        let mut readers = vec![listen(stdout, announce)];
        let unread_log = if self.reads_log {
            readers.push(collect(stderr, Arc::clone(&log)));
            None
        } else {
            Some(stderr)
        };
        let Ok(address) = announced.recv_timeout(START_LIMIT) else {
            let _ = child.kill();
            let _ = child.wait();
            let log = log.lock().expect("no reader panicked");
            panic!("the server did not print its address; its log:\n{log}");
        };
        Server {
            client: Client::new(address),
            database: self.database,
            environment,
            child,
            watchdog,
            log,
            readers,
            _unread_log: unread_log,
        }
    }
}

/// The same command with a limit on open files, set by a shell that then executes the program.
fn limited(program: &Command, open_files: OpenFiles) -> Command {
    let limit = match open_files {
        OpenFiles::Hard(limit) => format!("-n {limit}"),
        OpenFiles::Soft(limit) => format!("-S -n {limit}"),
    };
    let mut command = Command::new("/bin/sh");
    command.arg("-c").arg(format!("ulimit {limit}; exec \"$0\" \"$@\"")).arg(program.get_program());
    command.args(program.get_args()).env_clear();
    command.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Collect the log of the server.
fn collect(stderr: impl Read + Send + 'static, log: Arc<Mutex<String>>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            let mut log = log.lock().expect("no reader panicked");
            log.push_str(&line);
            log.push('\n');
        }
    })
}

/// Wait for `Listening on http://127.0.0.1:PORT/api`, then keep reading so that the pipe never fills.
fn listen(stdout: impl Read + Send + 'static, announce: mpsc::Sender<SocketAddr>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let address = line
                .strip_prefix("Listening on http://")
                .and_then(|rest| rest.strip_suffix("/api"))
                .and_then(|address| address.parse().ok());
            if let Some(address) = address {
                let _ = announce.send(address);
            }
        }
    })
}

/// Sends a signal with the shell's `kill`: doing it directly takes unsafe code.
fn signal(name: &str, process: u32) {
    let sent =
        Command::new("/bin/sh").args(["-c", "kill -s \"$1\" \"$2\"", "signal", name]).arg(process.to_string()).status();
    assert!(sent.is_ok_and(|status| status.success()), "SIG{name} reaches {process}");
}
