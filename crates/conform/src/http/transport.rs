//! How to reach the server: TLS, proxy, and what is added to every request.

use super::proxy::{Proxy, basic, basic_unescaped};
use super::shell::quoted;
use super::{Target, tls};
use http::{HeaderName, HeaderValue};
use http1_client::{Connection, Request};
use rustls::pki_types::ServerName;
use secrecy::{ExposeSecret as _, SecretString};
use std::io;
use std::path::PathBuf;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// How to reach the server. The default trusts the system's authorities and uses no proxy.
#[derive(Debug, Clone, Default)]
pub struct Transport {
    /// A file of certificates (PEM) to trust instead of the system's authorities.
    pub authorities: Option<PathBuf>,
    /// Accept any certificate.
    pub insecure: bool,
    /// Files of the client's certificate and its key (PEM).
    pub client_certificate: Option<(PathBuf, PathBuf)>,
    /// Headers to add to every request that does not have them itself, as `Name: value`.
    pub headers: Vec<SecretString>,
    /// User of an ingress, as `name:password`: HTTP basic authentication.
    pub user: Option<SecretString>,
    /// URL of an HTTP proxy, as `http://user:password@host:port`.
    pub proxy: Option<SecretString>,
}

impl Transport {
    /// Whether the header Authorization of every request carries the user of an ingress, which may also be in the URL.
    /// Then the contract must not ask for it: [`Contract::leave_out_authorization`](crate::Contract).
    #[must_use]
    pub fn takes_authorization(&self, url: &str) -> bool {
        let is_it = |header: &SecretString| {
            let name = header.expose_secret().split(':').next().unwrap_or_default();
            name.trim().eq_ignore_ascii_case("authorization")
        };
        let in_url =
            url.parse::<http::Uri>().is_ok_and(|uri| uri.authority().is_some_and(|it| it.as_str().contains('@')));
        self.user.is_some() || in_url || self.headers.iter().any(is_it)
    }
}

/// Why a server cannot be reached with these settings.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// The address is not a URL.
    #[error("{0:?} is not an http or https URL such as http://localhost:2283")]
    InvalidUrl(String),
    /// A file cannot be read.
    #[error("could not read {content} from {}: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What it should contain.
        content: &'static str,
        /// Why not.
        reason: String,
    },
    /// Certificate and key do not belong to each other.
    #[error("the client certificate {} and the key {} cannot be used: {reason}", certificate.display(), key.display())]
    ClientCertificate {
        /// The certificate.
        certificate: PathBuf,
        /// The key.
        key: PathBuf,
        /// Why not.
        reason: String,
    },
    /// The system has no certificates of authorities.
    #[error(
        "this machine has no certificates of authorities: install ca-certificates, or pass the server's with --cacert"
    )]
    NoAuthorities,
    /// TLS cannot be set up.
    #[error("TLS cannot be used: {0}")]
    Tls(String),
    /// A header cannot be sent.
    #[error("the header {0:?} (--header) is not valid: write it as 'Name: value'")]
    Header(String),
    /// The proxy is not a URL.
    #[error("the proxy (--proxy, HTTP_PROXY or HTTPS_PROXY) is not a URL such as http://proxy.example:3128")]
    Proxy,
}

/// Opens connections to the server.
#[derive(Clone)]
pub(crate) struct Connector {
    pub(crate) target: Target,
    tls: Option<TlsConnector>,
    proxy: Option<Proxy>,
    /// What is added to every request.
    headers: Vec<(String, String)>,
}

/// A stream to the server.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// A connection to the server.
pub(crate) type ServerConnection = Connection<Box<dyn Stream>>;

impl Connector {
    pub(crate) fn new(url: &str, base_path: &str, transport: &Transport) -> Result<Self, TransportError> {
        let (mut target, user) = Target::parse(url, base_path)?;
        let mut headers = Vec::new();
        for header in &transport.headers {
            headers.push(header_of(header.expose_secret())?);
        }
        let user = match &transport.user {
            Some(user) => Some(basic_unescaped(user.expose_secret().as_bytes())),
            None => user.as_deref().map(basic),
        };
        if let Some(user) = user {
            headers.retain(|(name, _)| !name.eq_ignore_ascii_case("authorization"));
            headers.push(("Authorization".to_owned(), user));
        }
        let tls = target.is_https().then(|| tls::connector(transport)).transpose()?;
        let proxy = transport.proxy.as_ref().map(|proxy| Proxy::parse(proxy.expose_secret())).transpose()?;
        target.curl = curl_options(transport, &headers, proxy.as_ref());
        Ok(Self { target, tls, proxy, headers })
    }

    /// Whether the header `Authorization` carries the user of an ingress.
    pub(super) fn takes_authorization(&self) -> bool {
        self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization"))
    }

    /// The values of added headers that look like credentials, and the passwords of ingress and proxy.
    pub(crate) fn secrets(&self) -> Vec<&str> {
        let of_headers = self.headers.iter().filter(|(name, value)| is_secret(name, value));
        let of_proxy = self.proxy.as_ref().and_then(|proxy| proxy.authorization.as_deref());
        of_headers.map(|(_, value)| value.as_str()).chain(of_proxy).collect()
    }

    /// The bytes of a request on the wire.
    pub(crate) fn bytes(&self, request: &Request) -> Vec<u8> {
        let mut wire = request.clone();
        for (name, value) in &self.headers {
            let is_cookie = name.eq_ignore_ascii_case("cookie");
            match wire.headers.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
                // A request has one Cookie header (RFC 6265, section 5.4).
                Some((_, cookies)) if is_cookie => *cookies = format!("{value}; {cookies}"),
                Some(_) => {}
                None => wire.headers.push((name.clone(), value.clone())),
            }
        }
        if let Some(proxy) = self.proxy.as_ref().filter(|_| self.tls.is_none()) {
            wire.target = self.target.url(&wire.target);
            if let Some(authorization) = &proxy.authorization {
                wire = wire.header("Proxy-Authorization", authorization);
            }
        }
        wire.to_bytes(&self.target.authority)
    }

    /// What is wrong if the proxy, and not the server, answered with this status.
    pub(crate) fn proxy_problem(&self, status: u16) -> Option<io::Error> {
        let proxy = self.proxy.as_ref().filter(|_| self.tls.is_none() && status == 407)?;
        Some(io::Error::other(proxy.needs_user()))
    }

    /// Opens a connection. Errors say what to do.
    pub(crate) async fn connect(&self) -> io::Result<ServerConnection> {
        let target = &self.target;
        let stream = match &self.proxy {
            None => tcp(&target.host, target.port, "").await?,
            Some(proxy) => tcp(&proxy.host, proxy.port, "the proxy ").await?,
        };
        let Some(tls) = &self.tls else { return Ok(Connection::new(Box::new(stream))) };
        let stream = match &self.proxy {
            Some(proxy) => proxy.tunnel(stream, &target.host_and_port()).await?,
            None => stream,
        };
        let name = ServerName::try_from(target.host.clone()).map_err(io::Error::other)?;
        let stream = tls.connect(name, stream).await.map_err(|error| self.explained(error))?;
        Ok(Connection::new(Box::new(stream)))
    }

    /// An error of a connection, with what to do about it.
    pub(crate) fn explained(&self, error: io::Error) -> io::Error {
        tls::explained(error, &self.target.host)
    }
}

/// Connects over TCP, to the first address that accepts.
async fn tcp(host: &str, port: u16, role: &str) -> io::Result<TcpStream> {
    let addresses = tokio::net::lookup_host((host, port)).await;
    let addresses = addresses.map_err(|error| {
        let reason = error.to_string();
        let reason = reason.strip_prefix("failed to lookup address information: ").unwrap_or(&reason);
        let text = format!("{role}{host} could not be resolved ({reason}): check the host name and DNS");
        io::Error::new(io::ErrorKind::NotFound, text)
    })?;
    let mut last = io::Error::from(io::ErrorKind::NotFound);
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    let text = match last.kind() {
        io::ErrorKind::ConnectionRefused => {
            format!("{role}{host}:{port} refuses connections: check that it runs, and the port")
        }
        _ => format!("{role}{host}:{port} could not be reached ({last}): check the address, firewalls and proxies"),
    };
    Err(io::Error::new(last.kind(), text))
}

fn header_of(text: &str) -> Result<(String, String), TransportError> {
    let (name, value) = text.split_once(':').ok_or_else(|| TransportError::Header(text.to_owned()))?;
    let (name, value) = (name.trim(), value.trim());
    let invalid = || TransportError::Header(format!("{name}: …"));
    HeaderName::try_from(name).map_err(|_| invalid())?;
    HeaderValue::try_from(value).map_err(|_| invalid())?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Whether a header looks like a credential, by its name or by its value.
fn is_secret(name: &str, value: &str) -> bool {
    const WORDS: [&str; 9] = ["auth", "cookie", "token", "key", "secret", "password", "session", "credential", "jwt"];
    let name = name.to_lowercase();
    let (letters, digits) =
        (value.bytes().any(|byte| byte.is_ascii_alphabetic()), value.bytes().any(|byte| byte.is_ascii_digit()));
    WORDS.iter().any(|word| name.contains(word)) || (value.len() >= 20 && !value.contains(' ') && letters && digits)
}

/// What a `curl` command needs to reach the server. Secrets are variables of the shell.
fn curl_options(transport: &Transport, headers: &[(String, String)], proxy: Option<&Proxy>) -> Vec<String> {
    let mut options = Vec::new();
    let path = |path: &PathBuf| path.display().to_string();
    match &transport.authorities {
        _ if transport.insecure => options.push("-k".to_owned()),
        Some(file) => options.push(format!("--cacert {}", quoted(&path(file)))),
        None => {}
    }
    if let Some((certificate, key)) = &transport.client_certificate {
        let (certificate, key) = (path(certificate), path(key));
        options.push(format!("--cert {} --key {}", quoted(&certificate), quoted(&key)));
    }
    if let Some(proxy) = proxy {
        options.push(format!("-x {}", proxy.url));
        if proxy.authorization.is_some() {
            options.push("--proxy-user \"$PROXY_USER\"".to_owned());
        }
    }
    for (name, value) in headers {
        options.push(if value.starts_with("Basic ") && name.eq_ignore_ascii_case("authorization") {
            "--user \"$INGRESS_USER\"".to_owned()
        } else if is_secret(name, value) {
            format!("-H \"{name}: ${}\"", name.to_uppercase().replace('-', "_"))
        } else {
            format!("-H {}", quoted(&format!("{name}: {value}")))
        });
    }
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connector(url: &str, transport: &Transport) -> Result<Connector, TransportError> {
        Connector::new(url, "/api", transport)
    }

    fn text(connector: &Connector, request: &Request) -> String {
        String::from_utf8(connector.bytes(request)).unwrap()
    }

    #[test]
    fn every_request_gets_the_headers_unless_it_has_them_itself() {
        let transport = Transport {
            headers: vec!["X-Env: test".into(), "Cookie: gate=1".into()],
            user: Some("me:pass".into()),
            ..Transport::default()
        };
        let connector = connector("http://host/immich", &transport).unwrap();
        let request = Request::new("GET", "/immich/api/x").header("cookie", "a=b").header("x-env", "own");

        assert_eq!(
            text(&connector, &request),
            "GET /immich/api/x HTTP/1.1\r\nHost: host\r\ncookie: gate=1; a=b\r\nx-env: own\r\n\
             Authorization: Basic bWU6cGFzcw==\r\n\r\n"
        );
        assert!(transport.takes_authorization("http://host"));
        assert_eq!(connector.secrets(), ["gate=1", "Basic bWU6cGFzcw=="]);
        assert_eq!(connector.target.curl, ["-H 'X-Env: test'", "-H \"Cookie: $COOKIE\"", "--user \"$INGRESS_USER\""]);
    }

    #[test]
    fn a_proxy_gets_the_whole_url_and_its_own_credentials() {
        let transport = Transport { proxy: Some("http://me:pass@proxy:3128".into()), ..Transport::default() };
        let connector = connector("http://host:1", &transport).unwrap();

        assert_eq!(
            text(&connector, &Request::new("GET", "/api/x?y=z")),
            "GET http://host:1/api/x?y=z HTTP/1.1\r\nHost: host:1\r\nProxy-Authorization: Basic bWU6cGFzcw==\r\n\r\n"
        );
        assert_eq!(connector.target.curl, ["-x http://proxy:3128", "--proxy-user \"$PROXY_USER\""]);
    }

    #[test]
    fn settings_that_cannot_be_used_are_rejected_without_their_secrets() {
        for (transport, reason) in [
            (Transport { headers: vec!["no colon".into()], ..Transport::default() }, "write it as 'Name: value'"),
            (Transport { headers: vec!["X Y: canary".into()], ..Transport::default() }, "\"X Y: …\""),
            (Transport { headers: vec!["X: can\nary".into()], ..Transport::default() }, "\"X: …\""),
            (Transport { proxy: Some("ftp://canary@x".into()), ..Transport::default() }, "is not a URL such as"),
            (Transport { authorities: Some("/nowhere.pem".into()), ..Transport::default() }, "/nowhere.pem"),
        ] {
            let error = connector("https://host", &transport).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(error.contains(reason) && !error.contains("canary"), "{reason}: {error}");
        }
    }
}
