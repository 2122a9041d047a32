//! A real nginx in front of the server, configured as in production: TLS and HTTP/2 for its clients, persistent
//! connections to the server.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use local_postgres::{Watchdog, free_port};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use super::client::{Client, Request};
use super::http1::Response;

const START_LIMIT: Duration = Duration::from_secs(20);
const TLS_LIMIT: Duration = Duration::from_secs(30);

/// A running nginx; stops when dropped.
pub(crate) struct Nginx {
    plain: SocketAddr,
    tls: SocketAddr,
    http2: SocketAddr,
    child: Child,
    watchdog: Watchdog,
    folder: TempDir,
}

impl Nginx {
    /// In front of the server at this address, with the configuration from `docs/switching.md`.
    pub(crate) async fn before(server: SocketAddr) -> Self {
        Self::start(Site::before(server)).await
    }

    /// The same, but it reports its clients in `Forwarded`.
    pub(crate) async fn before_with_forwarded(server: SocketAddr) -> Self {
        Self::start(Site::before(server).with_forwarded()).await
    }

    /// The same, but it forwards bodies as they arrive, without buffering them in a file.
    pub(crate) async fn before_unbuffered(server: SocketAddr) -> Self {
        Self::start(Site::before(server).unbuffered()).await
    }

    /// In front of two servers: with these routes, as `immich-server routes --nginx` prints them, and with the site from
    /// `docs/beside.md`.
    pub(crate) async fn with_routes(routes: &str) -> Self {
        Self::start(Site::with_routes(routes)).await
    }

    async fn start(site: Site) -> Self {
        let folder = tempfile::tempdir().expect("the temporary folder is writable");
        let [plain, tls, http2] = [(); 3].map(|()| SocketAddr::from(([127, 0, 0, 1], free_port())));
        make_certificate(folder.path());
        let configuration = folder.path().join("nginx.conf");
        let text = configure(folder.path(), &site.at(folder.path(), [plain, tls, http2]));
        std::fs::write(&configuration, text).expect("the folder is writable");
        let errors = std::fs::File::create(folder.path().join("stderr")).expect("the folder is writable");
        let child = Command::new(program())
            .arg("-p")
            .arg(folder.path())
            .args(["-e", "stderr", "-c"])
            .arg(&configuration)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(errors)
            .spawn()
            .expect("nginx starts");
        let watchdog = Watchdog::over(child.id());
        let nginx = Self { plain, tls, http2, child, watchdog, folder };
        let deadline = Instant::now() + START_LIMIT;
        while TcpStream::connect(http2).await.is_err() {
            assert!(Instant::now() < deadline, "nginx does not listen; its errors:\n{}", nginx.errors());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        nginx
    }

    /// A client of its HTTP port.
    pub(crate) fn client(&self) -> Client {
        Client::new(self.plain)
    }

    /// The address of its port for HTTP/2 with prior knowledge.
    pub(crate) fn http2_address(&self) -> SocketAddr {
        self.http2
    }

    /// Send a request over HTTPS, through the program `openssl`.
    pub(crate) async fn send_over_tls(&self, request: Request) -> Response {
        let mut tunnel = tokio::process::Command::new("openssl")
            .args(["s_client", "-quiet", "-verify_quiet", "-verify_return_error", "-servername", "localhost"])
            .arg("-CAfile")
            .arg(self.folder.path().join("certificate.pem"))
            .arg("-connect")
            .arg(self.tls.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("openssl, which this test needs, is not installed; run: scripts/setup.sh nginx");
        let mut sending = tunnel.stdin.take().expect("standard input is a pipe");
        let receiving = tunnel.stdout.take().expect("standard output is a pipe");
        let exchange = async {
            sending.write_all(&request.to_bytes()).await.expect("openssl reads");
            http1_client::Connection::new(receiving).read_response(false).await.map(Response::from)
        };
        let response = tokio::time::timeout(TLS_LIMIT, exchange).await.expect("a response in time");
        response.unwrap_or_else(|error| panic!("no response over https ({error}); errors of nginx:\n{}", self.errors()))
    }

    fn errors(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("stderr")).unwrap_or_default()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.watchdog.dismiss();
        if std::thread::panicking() {
            eprintln!("--- errors of nginx ---\n{}", self.errors());
        }
    }
}

/// The path of nginx. On Debian it is not in the PATH of users other than root.
fn program() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain([PathBuf::from("/usr/sbin"), PathBuf::from("/usr/local/sbin")])
        .map(|folder| folder.join("nginx"))
        .find(|program| program.is_file())
        .expect("nginx, which this test needs, is not installed; run: scripts/setup.sh nginx")
}

fn make_certificate(folder: &Path) {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", "key.pem"])
        .args(["-out", "certificate.pem"])
        .current_dir(folder)
        .output()
        .expect("openssl, which this test needs, is not installed; run: scripts/setup.sh nginx");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

/// The configuration of nginx for the server, taken from a document for operators.
struct Site(String);

impl Site {
    fn before(server: SocketAddr) -> Self {
        let mut site = Self(blocks_of_nginx("switching.md").swap_remove(0));
        site.replace("server 127.0.0.1:2283;", &format!("server {server};"));
        site
    }

    fn with_routes(routes: &str) -> Self {
        Self(format!("{routes}\n{}", blocks_of_nginx("beside.md").swap_remove(1)))
    }

    /// With `Forwarded`, the document's other way to report the client.
    fn with_forwarded(self) -> Self {
        let mut site = self;
        let forwarded = blocks_of_nginx("switching.md").swap_remove(1);
        site.replace("proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;", &forwarded);
        site.replace("proxy_set_header X-Forwarded-Proto $scheme;", "");
        site
    }

    fn unbuffered(mut self) -> Self {
        self.replace("proxy_http_version 1.1;", "proxy_http_version 1.1; proxy_request_buffering off;");
        self
    }

    /// With the addresses and files of this test, and a port for HTTP/2 without TLS.
    fn at(mut self, folder: &Path, listen: [SocketAddr; 3]) -> String {
        let [plain, tls, http2] = listen;
        let folder = folder.display();
        self.replace("listen 80;", &format!("listen {plain}; listen {http2} http2;"));
        self.replace("listen 443 ", &format!("listen {tls} "));
        self.replace("/etc/ssl/certs/photos.pem", &format!("{folder}/certificate.pem"));
        self.replace("/etc/ssl/private/photos.key", &format!("{folder}/key.pem"));
        self.0
    }

    fn replace(&mut self, old: &str, new: &str) {
        assert_eq!(self.0.matches(old).count(), 1, "{old} once in the document's:\n{}", self.0);
        self.0 = self.0.replace(old, new);
    }
}

/// The blocks of nginx configuration in a document.
fn blocks_of_nginx(document: &str) -> Vec<String> {
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(document);
    let document = std::fs::read_to_string(document).expect("the document is there");
    let blocks = document.split("```nginx\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.map(ToOwned::to_owned).collect()
}

/// A configuration that writes only to the folder and runs in a single process.
fn configure(folder: &Path, site: &str) -> String {
    let folder = folder.display();
    format!(
        "daemon off;
master_process off;
pid {folder}/pid;
error_log stderr;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {site}
}}
"
    )
}
