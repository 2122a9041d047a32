//! The commands of docs/operations.md, as the page shows them, on a real Postgres.

use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Database, Key, Server, Session};

const PAGE: &str = include_str!("../../docs/operations.md");

/// The commands of the block that begins with ```` ```sh name ````.
fn commands(name: &str) -> &'static str {
    let start = format!("```sh {name}\n");
    let (_, rest) = PAGE.split_once(&start).unwrap_or_else(|| panic!("docs/operations.md has a block `{name}`"));
    rest.split_once("```").expect("the block ends").0
}

/// Runs the commands in a folder, with Postgres's client programs of the same version as the server.
fn run(block: &str, folder: &Path, environment: &[(&str, &OsStr)]) {
    let programs = local_postgres::program("pg_dump");
    let programs = programs.parent().expect("programs are in a folder").display();
    let path = format!("{programs}:{}", std::env::var("PATH").unwrap_or_default());
    let mut shell = Command::new("sh");
    shell.args(["-euc", commands(block)]).current_dir(folder).env("PATH", path).envs(environment.iter().copied());
    let output = shell.output().expect("a shell is installed");
    assert!(output.status.success(), "{}: {}", commands(block), String::from_utf8_lossy(&output.stderr));
}

/// What must be the same after a restore.
struct Before {
    session: Session,
    key: Key,
    /// Logged out after the dump.
    logged_out: Session,
}

impl Before {
    async fn create(server: &Server) -> Self {
        let session = server.sign_up_admin().await;
        let key = server.create_key(&session, &["user.read"]).await;
        let logged_out = server.login(ADMIN_EMAIL, ADMIN_PASSWORD).await;
        Self { session, key, logged_out }
    }

    /// Logs out one session, and creates a key that the dump does not contain.
    async fn change(&self, server: &Server) -> Key {
        server.post("/auth/logout", json!({})).bearer(&self.logged_out.token).await.must_be(200);
        server.create_key(&self.session, &["user.read"]).await
    }

    /// Checks that a restored server has the state of the dump, and revokes credentials as before.
    async fn must_be_restored(&self, server: &Server, later: &Key) {
        assert!(server.accepts(&self.session).await, "the session is still valid");
        server.get("/users/me").api_key(&self.key.secret).await.must_be(200);
        server.login(ADMIN_EMAIL, ADMIN_PASSWORD).await;
        server.get("/users/me").api_key(&later.secret).await.must_be_error(401, "Invalid API key");
        // As the page says.
        assert!(server.accepts(&self.logged_out).await, "what was revoked after the dump is valid again");

        server.post("/auth/logout", json!({})).bearer(&self.session.token).await.must_be(200);

        assert!(!server.accepts(&self.session).await, "the restored server revokes sessions");
        assert!(!server.log().contains("trigger"), "the triggers of the credential cache are restored");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_restored_with_its_sessions_and_keys() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::fresh().await;
    let before = Before::create(&server).await;
    let original = server.database().clone();
    run("backup", folder.path(), &[("DB_URL", original.url().as_ref())]);
    let later = before.change(&server).await;

    let restored = Database::without_tables().await;
    run("restore", folder.path(), &[("RESTORED_URL", restored.url().as_ref())]);

    before.must_be_restored(&Server::on(&restored).start().await, &later).await;
    assert!(!server.accepts(&before.logged_out).await, "the original is unchanged");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_an_embedded_database_is_restored_into_another_one() {
    let folder = tempfile::tempdir().unwrap();
    // The account that runs Postgres must be able to enter it.
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let (old, new) = (folder.path().join("old"), folder.path().join("new"));
    let server = Server::embedded(&old).start().await;
    let before = Before::create(&server).await;
    run("backup-embedded", folder.path(), &[("IMMICH_DATA_DIR", old.as_os_str())]);
    let later = before.change(&server).await;
    server.stop();

    let fresh = Server::embedded(&new).start().await;
    run("restore-embedded", folder.path(), &[("IMMICH_DATA_DIR", new.as_os_str())]);
    fresh.stop();

    before.must_be_restored(&Server::embedded(&new).start().await, &later).await;
}
