//! The launcher with the Postgres installed on this machine.
//!
//! Some tests need a second process: they run this test program again, for [`helper`] alone. Tests that change
//! accounts need root, and pass without doing anything for others.

mod accounts;
#[cfg(feature = "testing")]
mod cluster;
mod recovery;
mod starting;

use std::{
    io::{BufRead as _, BufReader, Read as _},
    os::unix::{fs::PermissionsExt as _, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use nix::{
    errno::Errno,
    sys::signal::{Signal, kill},
    unistd::{Pid, User, geteuid},
};
use tokio_postgres::{Client, NoTls};

use super::{ConnectionTarget, LocalPostgres, Names, Options, postmaster::PidFile};

const PATIENCE: Duration = Duration::from_secs(30);

const NAMES: Names = Names {
    program: "app",
    cluster: "app",
    role: "app",
    data_dir_setting: "APP_DATA_DIR",
    binaries_setting: "APP_POSTGRES_BIN_DIR",
};

/// A folder for one test, which every account may enter.
struct Scratch(tempfile::TempDir);

impl Scratch {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        Self(folder)
    }

    fn data_dir(&self) -> PathBuf {
        self.0.path().join("data")
    }

    fn options(&self) -> Options {
        Options::new(self.data_dir(), NAMES)
    }

    fn postgres_pid(&self) -> Pid {
        let file = PidFile::read(&self.data_dir().join("postgres"), NAMES.role).unwrap().unwrap();
        Pid::from_raw(file.pid)
    }
}

/// Runs statements that return nothing, as the program's role.
async fn execute(target: &ConnectionTarget, statements: &str) {
    connect(&target.url()).await.unwrap().batch_execute(statements).await.unwrap();
}

/// Runs a query for one text.
async fn query(target: &ConnectionTarget, query: &str) -> String {
    let client = connect(&target.url()).await.unwrap();
    client.query_one(query, &[]).await.unwrap().get(0)
}

async fn connect(url: &str) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

fn is_running(pid: Pid) -> bool {
    kill(pid, None) != Err(Errno::ESRCH)
}

/// Waits until a condition is true.
async fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < PATIENCE, "not within {PATIENCE:?}: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A second process that does one thing with the database and ends when its input is closed.
struct Helper {
    child: Child,
    output: BufReader<ChildStdout>,
    /// A copy of this program where every account can run it.
    _program: Option<tempfile::TempDir>,
}

impl Helper {
    /// Starts the helper, which prints its result as a line, such as `ready <url>` or `failed <error>`.
    fn start(verb: &str, subject: &Path, account: Option<&str>) -> Self {
        let mut program = std::env::current_exe().unwrap();
        let mut copy = None;
        if account.is_some() {
            let folder = tempfile::tempdir().unwrap();
            std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
            std::fs::copy(&program, folder.path().join("helper")).unwrap();
            program = folder.path().join("helper");
            copy = Some(folder);
        }
        let name = format!("{}::helper", module_path!().split_once("::").unwrap().1);
        let mut command = Command::new(program);
        command.args([name.as_str(), "--exact", "--nocapture"]);
        command.env("HELPER_VERB", verb).env("HELPER_SUBJECT", subject).env_remove("TEST_DATABASE_URL");
        command.current_dir("/");
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        if let Some(account) = account {
            let user = User::from_name(account).unwrap().unwrap();
            command.uid(user.uid.as_raw()).gid(user.gid.as_raw()).env_remove("XDG_RUNTIME_DIR");
        }
        let mut child = spawn(&mut command);
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, output, _program: copy }
    }

    /// The next line that the helper prints.
    fn line(&mut self) -> String {
        let mut line = String::new();
        loop {
            line.clear();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "the helper ended without a result");
            // libtest prints on the same line.
            if let Some(start) = line.find("helper: ") {
                return line[start + "helper: ".len()..].trim().to_owned();
            }
        }
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn end(mut self) {
        drop(self.child.stdin.take());
        assert!(self.child.wait().unwrap().success());
    }
}

/// Starts a program, also one that was copied just now: a process that another test forks may have the copy open for
/// writing for a moment.
fn spawn(command: &mut Command) -> Child {
    loop {
        match command.spawn() {
            Err(error) if error.kind() == std::io::ErrorKind::ExecutableFileBusy => {
                std::thread::sleep(Duration::from_millis(10));
            }
            spawned => return spawned.unwrap(),
        }
    }
}

/// Not a test: what [`Helper`] runs in its process. Without its environment variables it does nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn helper() {
    let Ok(verb) = std::env::var("HELPER_VERB") else {
        return;
    };
    let subject = PathBuf::from(std::env::var_os("HELPER_SUBJECT").unwrap());
    if verb == "connect" {
        let answer = connect(subject.to_str().unwrap()).await.map(|_| "connected");
        println!("helper: {}", answer.unwrap_or("refused"));
        return;
    }
    #[cfg(feature = "testing")]
    if verb == "cluster" {
        let cluster = crate::Cluster::of_this_run().await;
        println!("helper: ready {}", cluster.url(&cluster.maintenance));
        tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await.unwrap().unwrap();
        return;
    }
    let options = Options::new(subject, NAMES);
    let database = if verb == "start" {
        LocalPostgres::start(&options).await
    } else {
        LocalPostgres::attach_or_start(&options).await
    };
    match database {
        Ok(database) => {
            println!("helper: ready {}", database.url());
            tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await.unwrap().unwrap();
            database.stop().await.unwrap();
        }
        Err(error) => println!("helper: failed {error}"),
    }
}
