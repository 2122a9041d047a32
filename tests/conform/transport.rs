//! Servers behind TLS, proxies and ingresses.

use super::relay::{Decision, Relay, TlsFront};
use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Outcome, Program, Server};
use crate::tls::{Authority, Kind};

/// An operation that needs no account.
const PUBLIC: [&str; 2] = ["--operation", "pingServer"];

async fn conform(url: &str, arguments: &[&str]) -> Outcome {
    Program::run(["conform", "--quiet", "--url", url]).and(PUBLIC).and(arguments.iter().copied()).await
}

#[track_caller]
fn must_fail(outcome: &Outcome, reason: &str) {
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
    assert!(outcome.stderr.contains(reason), "{reason}: {}", outcome.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_behind_tls_is_checked_if_its_certificate_is_trusted() {
    let server = Server::mock().start().await;
    let authority = Authority::new();
    let front = TlsFront::before(server.client().address(), &authority.issue(Kind::Server), None).await;
    let port = front.address.port();
    let url = format!("https://localhost:{port}");

    conform(&url, &["--cacert", &authority.root()]).await.must_succeed();
    conform(&url, &["--insecure"]).await.must_succeed();
    let system = Program::run(["conform", "--url", &url]).and(PUBLIC).with("SSL_CERT_FILE", authority.root());
    system.await.must_succeed();
    must_fail(&conform(&url, &["--cacert", &Authority::new().root()]).await, "is not signed by a trusted authority");
    let other_name = format!("https://127.0.0.1:{port}");
    must_fail(
        &conform(&other_name, &["--cacert", &authority.root()]).await,
        "the certificate of 127.0.0.1 is for localhost: use a URL with a name of the certificate",
    );
    must_fail(&conform(&server.url().replace("http:", "https:"), &["--insecure"]).await, "does not speak TLS");
    must_fail(&conform(&url, &["--cacert", "/nowhere.pem"]).await, "could not read a certificate from /nowhere.pem");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_certificate_is_rejected_and_a_self_signed_one_is_trusted_by_itself() {
    let server = Server::mock().start().await;
    let authority = Authority::new();
    let expired = TlsFront::before(server.client().address(), &authority.issue(Kind::Expired), None).await;
    let url = format!("https://localhost:{}", expired.address.port());
    must_fail(&conform(&url, &["--cacert", &authority.root()]).await, "has expired");

    let own = authority.issue(Kind::SelfSigned);
    let front = TlsFront::before(server.client().address(), &own, None).await;
    let url = format!("https://localhost:{}", front.address.port());
    conform(&url, &["--cacert", &own.0]).await.must_succeed();
    must_fail(&conform(&url, &["--cacert", &authority.root()]).await, "is not signed by a trusted authority");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_certificate_is_presented_to_a_server_that_demands_one() {
    let server = Server::mock().start().await;
    let authority = Authority::new();
    let root = authority.root();
    let front = TlsFront::before(server.client().address(), &authority.issue(Kind::Server), Some(&root)).await;
    let url = format!("https://localhost:{}", front.address.port());
    let (certificate, key) = authority.issue(Kind::Client);

    conform(&url, &["--cacert", &root, "--cert", &certificate, "--key", &key]).await.must_succeed();
    must_fail(&conform(&url, &["--cacert", &root]).await, "demands a client certificate: pass one with --cert");
    let (_, other_key) = authority.issue(Kind::Client);
    let mismatched = conform(&url, &["--cacert", &root, "--cert", &certificate, "--key", &other_key]).await;
    must_fail(&mismatched, "cannot be used");
}

/// A forward proxy that demands a user, and that knows where every host is.
async fn proxy(plain: std::net::SocketAddr, tls: std::net::SocketAddr) -> Relay {
    Relay::before(plain, move |head, _| {
        if !head.contains("Proxy-Authorization: Basic bWU6c2VjcmV0\r\n") {
            return Decision::Answer("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
        }
        if head.starts_with("CONNECT forbidden") {
            return Decision::Answer("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
        }
        if head.starts_with("CONNECT ") {
            return Decision::Tunnel(tls);
        }
        Decision::Forward(head.replacen("http://photos.test", "", 1))
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_is_used_for_http_and_https_with_its_user() {
    let server = Server::mock().start().await;
    let authority = Authority::new();
    let front = TlsFront::before(server.client().address(), &authority.issue(Kind::Server), None).await;
    let relay = proxy(server.client().address(), front.address).await;
    let with_user = format!("http://me:secret@{}", relay.address);
    let root = authority.root();

    conform("http://photos.test", &["--proxy", &with_user]).await.must_succeed();
    assert!(relay.heads()[0].starts_with("GET http://photos.test/api/"), "{:?}", relay.heads());
    conform("https://localhost", &["--proxy", &with_user, "--cacert", &root]).await.must_succeed();
    assert!(relay.heads().last().unwrap().starts_with("CONNECT localhost:443 HTTP/1.1\r\n"));
    let of_environment = Program::run(["conform", "--url", "http://photos.test"]).and(PUBLIC);
    of_environment.with("HTTP_PROXY", &with_user).await.must_succeed();

    let without_user = format!("http://{}", relay.address);
    must_fail(
        &conform("http://photos.test", &["--proxy", &without_user]).await,
        "demands a user: pass --proxy http://",
    );
    must_fail(&conform("https://photos.test", &["--proxy", &without_user, "--insecure"]).await, "demands a user");
    must_fail(
        &conform("https://forbidden.test", &["--proxy", &with_user, "--insecure"]).await,
        "refused to connect to forbidden.test:443 (403)",
    );
    must_fail(&conform("http://photos.test", &["--proxy", "127.0.0.1:1"]).await, "the proxy 127.0.0.1:1 refuses");
    let excluded = Program::run(["conform", "--url", "http://photos.test"]).and(PUBLIC).with("HTTP_PROXY", &with_user);
    must_fail(&excluded.with("NO_PROXY", ".test").await, "photos.test could not be resolved");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ingress_with_basic_authentication_a_header_and_a_base_path_lets_the_run_through() {
    let server = Server::fresh().await;
    server.sign_up_admin().await;
    let ingress = Relay::before(server.client().address(), |head, _| {
        let (user, gate) = ("Authorization: Basic bWU6aW5ncmVzcy1wYXNzd29yZA==\r\n", "X-Gate-Token: canary-gate\r\n");
        if !head.contains(user) || !head.contains(gate) || !head.contains(" /photos/api") {
            return Decision::Answer(
                "HTTP/1.1 401 Unauthorized\r\nContent-Type: text/html\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno",
            );
        }
        Decision::Forward(head.replacen(" /photos", " ", 1).replace(user, ""))
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let json = folder.path().join("report.json");
    let url = format!("http://me:ingress-password@{}/photos", ingress.address);

    let outcome = Program::run(["conform", "--quiet", "--url", &url, "--email", ADMIN_EMAIL, "--strict"])
        .and(["--operation", "getMyUser", "--operation", "createSession", "--operation", "getSessions"])
        .and(["-H", "X-Gate-Token: canary-gate", "--json", json.to_str().unwrap()])
        .with("IMMICH_CONFORM_PASSWORD", ADMIN_PASSWORD)
        .await
        .must_succeed();

    let report = std::fs::read_to_string(&json).unwrap();
    for text in [&outcome.stdout, &report] {
        assert!(text.contains("which carries the user of the ingress"), "{text}");
        for secret in ["ingress-password", "bWU6aW5ncmVzcy1wYXNzd29yZA", "canary-gate"] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
    }
    let without_user = format!("http://{}/photos", ingress.address);
    must_fail(&conform(&without_user, &[]).await, "401");
}
