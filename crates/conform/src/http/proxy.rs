//! Proxies (RFC 9110, section 9.3.6, and RFC 9112, section 3.2.2).

use super::TransportError;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Uri;
use http1_client::{Connection, Request};
use percent_encoding::percent_decode_str;
use std::io;
use std::net::IpAddr;
use tokio::net::TcpStream;

/// A proxy between the run and the server.
#[derive(Debug, Clone)]
pub(crate) struct Proxy {
    pub(super) host: String,
    pub(super) port: u16,
    /// `http://host:port`
    pub(super) url: String,
    /// The value of `Proxy-Authorization`.
    pub(super) authorization: Option<String>,
}

impl Proxy {
    /// Reads a URL such as `http://user:password@proxy:3128`; the scheme may be missing.
    pub(super) fn parse(url: &str) -> Result<Self, TransportError> {
        let with_scheme = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
        // The URL may contain a password: errors do not repeat it.
        let uri: Uri = with_scheme.parse().map_err(|_| TransportError::Proxy)?;
        let authority = uri.authority().filter(|_| uri.scheme_str() == Some("http")).ok_or(TransportError::Proxy)?;
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let port = authority.port_u16().unwrap_or(80);
        let user = authority.as_str().rsplit_once('@').map(|(user, _)| user);
        let url = format!("http://{}:{port}", authority.host());
        Ok(Self { host, port, url, authorization: user.map(basic) })
    }

    /// Opens a tunnel to the server through a connection to the proxy.
    pub(super) async fn tunnel(&self, stream: TcpStream, authority: &str) -> io::Result<TcpStream> {
        let mut request = Request::new("CONNECT", authority);
        if let Some(authorization) = &self.authorization {
            request = request.header("Proxy-Authorization", authorization);
        }
        let mut connection = Connection::new(stream);
        // A successful response to CONNECT has no body, like one to HEAD (RFC 9110, section 9.3.6).
        let response = connection.exchange(&request.to_bytes(authority), true).await?;
        match response.status {
            200..300 => Ok(connection.into_stream()),
            407 => Err(io::Error::other(self.needs_user())),
            status => Err(io::Error::other(format!(
                "the proxy {} refused to connect to {authority} ({status}): check the rules of the proxy, or NO_PROXY",
                self.url
            ))),
        }
    }

    /// What to do when the proxy answers with 407.
    pub(super) fn needs_user(&self) -> String {
        format!("the proxy {} demands a user: pass --proxy http://NAME:PASSWORD@HOST:PORT", self.url)
    }
}

/// The value of `Authorization` for `name:password` as in a URL, with percent escapes (RFC 7617).
pub(super) fn basic(user: &str) -> String {
    let decoded: Vec<u8> = percent_decode_str(user).collect();
    basic_unescaped(&decoded)
}

/// The value of `Authorization` for `name:password` (RFC 7617).
pub(super) fn basic_unescaped(user: &[u8]) -> String {
    format!("Basic {}", STANDARD.encode(user))
}

/// The proxy that the environment names for a URL, if any: `HTTPS_PROXY` or `HTTP_PROXY`, then `ALL_PROXY`, in capitals
/// or not, unless `NO_PROXY` excludes the host. Addresses of this machine need no proxy.
#[must_use]
pub fn proxy_of_environment(url: &str, variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    let any_case =
        |name: &str| variable(&name.to_lowercase()).or_else(|| variable(name)).filter(|value| !value.is_empty());
    let uri: Uri = url.parse().ok()?;
    let host = uri.host()?.trim_start_matches('[').trim_end_matches(']').to_lowercase();
    let is_https = uri.scheme_str() == Some("https");
    let port = uri.port_u16().unwrap_or(if is_https { 443 } else { 80 });
    let is_local = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    if is_local || any_case("NO_PROXY").is_some_and(|list| excludes(&list, &host, port)) {
        return None;
    }
    any_case(if is_https { "HTTPS_PROXY" } else { "HTTP_PROXY" }).or_else(|| any_case("ALL_PROXY"))
}

/// Whether a value of `NO_PROXY` excludes a host: `*`, names and the names below them, addresses and networks, each
/// with a port or without.
fn excludes(list: &str, host: &str, port: u16) -> bool {
    list.split([',', ' ']).map(str::trim).filter(|entry| !entry.is_empty()).any(|entry| {
        let entry = entry.to_lowercase();
        if entry == "*" || entry == host {
            return true;
        }
        if let (Ok(network), Ok(address)) = (entry.parse::<ipnet::IpNet>(), host.parse::<IpAddr>()) {
            return network.contains(&address);
        }
        let (name, fits) = match entry.rsplit_once(':') {
            Some((name, digits)) if !name.contains(':') => (name, digits.parse() == Ok(port)),
            _ => (entry.as_str(), true),
        };
        let name = name.trim_start_matches("*.").trim_start_matches('.');
        fits && (host == name || host.strip_suffix(name).is_some_and(|sub| sub.ends_with('.')))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_read_with_its_user() {
        let proxy = Proxy::parse("http://me:a%40b@proxy.example:3128").unwrap();
        assert_eq!(
            (proxy.host.as_str(), proxy.port, proxy.url.as_str()),
            ("proxy.example", 3128, "http://proxy.example:3128")
        );
        assert_eq!(proxy.authorization.as_deref(), Some("Basic bWU6YUBi"));
        assert_eq!(Proxy::parse("proxy:1").unwrap().url, "http://proxy:1");
        for url in ["https://proxy:1", "socks5://proxy", "http://", "a b"] {
            assert!(matches!(Proxy::parse(url), Err(TransportError::Proxy)), "{url}");
        }
    }

    #[test]
    fn the_environment_names_the_proxy_unless_it_excludes_the_host() {
        let proxy = |url: &str, no_proxy: &'static str| {
            proxy_of_environment(url, |name| match name {
                "HTTP_PROXY" => Some("http://a".to_owned()),
                "https_proxy" => Some("http://b".to_owned()),
                "NO_PROXY" => Some(no_proxy.to_owned()),
                _ => None,
            })
        };
        assert_eq!(proxy("http://photos.example", "").as_deref(), Some("http://a"));
        assert_eq!(proxy("https://photos.example/api", "other").as_deref(), Some("http://b"));
        for local in ["http://localhost:1", "http://127.0.0.1", "https://[::1]:1"] {
            assert_eq!(proxy(local, ""), None, "{local}");
        }
        for list in ["*", "photos.example", ".example", "a, *.example", "example:443", "photos.example:443"] {
            assert_eq!(proxy("https://photos.example", list), None, "{list}");
        }
        for list in ["otos.example", "example:80", "photos.example.org"] {
            assert!(proxy("https://photos.example", list).is_some(), "{list}");
        }
        assert_eq!(proxy("http://10.1.2.3", "10.0.0.0/8"), None);
        assert!(proxy("http://11.1.2.3", "10.0.0.0/8").is_some());
    }
}
