//! A real nginx in front of the server, as people run it: with TLS and HTTP/2 for its clients, and connections to the
//! server that stay open.

use std::fmt::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use immich_test_postgres::{Watchdog, free_port};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use super::client::{Client, Request};
use super::http1::{Response, read_response};

const START_LIMIT: Duration = Duration::from_secs(20);
const TLS_LIMIT: Duration = Duration::from_secs(30);

/// What a proxy tells the server about its client. `$proxy_add_x_forwarded_for` is the list that came with the
/// client's address appended.
const X_FORWARDED: [(&str, &str); 2] =
    [("X-Forwarded-For", "$proxy_add_x_forwarded_for"), ("X-Forwarded-Proto", "$scheme")];

/// The same in the words of RFC 7239; what the client says of itself is overwritten or dropped.
const FORWARDED: [(&str, &str); 3] =
    [("Forwarded", "\"for=$remote_addr;proto=$scheme\""), ("X-Forwarded-For", "\"\""), ("X-Forwarded-Proto", "\"\"")];

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
    /// In front of the server at this address, telling of its clients in `X-Forwarded-For` and `X-Forwarded-Proto`.
    pub(crate) async fn before(server: SocketAddr) -> Self {
        Self::start(server, &X_FORWARDED).await
    }

    /// In front of the server at this address, telling of its clients in `Forwarded`.
    pub(crate) async fn before_with_forwarded(server: SocketAddr) -> Self {
        Self::start(server, &FORWARDED).await
    }

    async fn start(server: SocketAddr, tells: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("the temporary folder is writable");
        let [plain, tls, http2] = [(); 3].map(|()| SocketAddr::from(([127, 0, 0, 1], free_port())));
        make_certificate(folder.path());
        let configuration = folder.path().join("nginx.conf");
        let text = configure(folder.path(), server, [plain, tls, http2], tells);
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
            assert!(Instant::now() < deadline, "nginx does not listen; it says:\n{}", nginx.errors());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        nginx
    }

    /// Where it speaks HTTP.
    pub(crate) fn client(&self) -> Client {
        Client::new(self.plain)
    }

    /// Where it speaks HTTP/2 with those who know it.
    pub(crate) fn http2_address(&self) -> SocketAddr {
        self.http2
    }

    /// Ask over https, through the program `openssl`.
    pub(crate) async fn ask_over_tls(&self, request: Request) -> Response {
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
        let mut receiving = tunnel.stdout.take().expect("standard output is a pipe");
        let exchange = async {
            sending.write_all(&request.to_bytes()).await.expect("openssl reads");
            read_response(&mut receiving, &mut Vec::new(), false).await
        };
        let response = tokio::time::timeout(TLS_LIMIT, exchange).await.expect("an answer in time");
        response.unwrap_or_else(|error| panic!("no answer over https ({error}); nginx says:\n{}", self.errors()))
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
            eprintln!("--- nginx says ---\n{}", self.errors());
        }
    }
}

/// Debian keeps it out of the PATH of those who are not root.
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

/// Everything it writes stays in the folder, and one process does it all.
fn configure(folder: &Path, server: SocketAddr, listen: [SocketAddr; 3], tells: &[(&str, &str)]) -> String {
    let [plain, tls, http2] = listen;
    let folder = folder.display();
    let mut headers = String::new();
    for (name, value) in tells {
        write!(headers, "proxy_set_header {name} {value}; ").expect("memory takes what is written");
    }
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
    upstream immich {{ server {server}; keepalive 8; }}
    server {{
        listen {plain};
        listen {tls} ssl;
        listen {http2} http2;
        ssl_certificate {folder}/certificate.pem;
        ssl_certificate_key {folder}/key.pem;
        client_max_body_size 0;
        location / {{
            proxy_pass http://immich;
            proxy_http_version 1.1;
            proxy_set_header Connection \"\";
            proxy_set_header Host $http_host;
            {headers}
        }}
    }}
}}
"
    )
}
