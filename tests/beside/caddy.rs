//! A real Caddy before both servers.

use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use local_postgres::{Watchdog, free_port};
use tempfile::TempDir;
use tokio::net::TcpStream;

use super::routes;
use super::routing::{Recorders, must_route, requests};
use super::transport::header_recorder;
use crate::harness::Client;

const START_LIMIT: Duration = Duration::from_secs(30);

/// A running Caddy; stops when dropped.
struct Caddy {
    address: SocketAddr,
    child: Child,
    watchdog: Watchdog,
    folder: TempDir,
}

impl Caddy {
    /// With a site that imports these routes.
    async fn with_routes(routes: &str) -> Self {
        let folder = tempfile::tempdir().expect("the temporary folder is writable");
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let site = format!("{{\n\tadmin off\n}}\n\nhttp://{address} {{\n\timport routes.caddy\n}}\n");
        std::fs::write(folder.path().join("Caddyfile"), site).expect("the folder is writable");
        std::fs::write(folder.path().join("routes.caddy"), routes).expect("the folder is writable");
        let errors = std::fs::File::create(folder.path().join("stderr")).expect("the folder is writable");
        let child = Command::new("caddy")
            .args(["run", "--config", "Caddyfile", "--adapter", "caddyfile"])
            .current_dir(folder.path())
            .env("HOME", folder.path())
            .env("XDG_DATA_HOME", folder.path())
            .env("XDG_CONFIG_HOME", folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(errors)
            .spawn()
            .expect("caddy, which this test needs, is not installed; run: scripts/setup.sh caddy");
        let watchdog = Watchdog::over(child.id());
        let caddy = Self { address, child, watchdog, folder };
        let deadline = Instant::now() + START_LIMIT;
        while TcpStream::connect(address).await.is_err() {
            assert!(Instant::now() < deadline, "Caddy does not listen; its errors:\n{}", caddy.errors());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        caddy
    }

    fn errors(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("stderr")).unwrap_or_default()
    }
}

impl Drop for Caddy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.watchdog.dismiss();
        if std::thread::panicking() {
            eprintln!("--- errors of Caddy ---\n{}", self.errors());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn caddy_sends_the_operations_of_the_contract_here_and_all_others_of_upstream_there() {
    let recorders = Recorders::start().await;
    let caddy = Caddy::with_routes(&recorders.routes("--caddy").await).await;

    must_route(caddy.address, &requests()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn caddy_reports_the_address_and_the_protocol_of_the_client_to_both_servers() {
    let server = header_recorder().await;
    let routes = routes("--caddy", server.address(), server.address()).await.must_succeed().stdout;
    let caddy = Caddy::with_routes(&routes).await;

    for path in ["/users/me", "/albums"] {
        let request = Client::new(caddy.address).from([127, 0, 0, 7]).get(path).header("X-Forwarded-Proto", "https");
        let received = request.header("X-Forwarded-For", "192.0.2.1").await.json();
        assert_eq!((&received["for"], &received["proto"]), (&"127.0.0.7".into(), &"http".into()), "{path}: {received}");
    }
}
