//! The address of the server.

use http::Uri;

/// Why an address cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// It is not a URL.
    #[error("{0:?} is not an http URL such as http://localhost:2283")]
    InvalidUrl(String),
    /// It needs TLS.
    #[error(
        "https is not supported: check the server behind its TLS proxy, for instance http://localhost:2283, \
         or run a TLS tunnel in between"
    )]
    Https,
}

/// The server under test.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    host: String,
    port: u16,
    /// `host:port`, as in the URL.
    pub(crate) authority: String,
    /// The prefix of every path, the contract's base path included.
    pub(crate) prefix: String,
}

impl Target {
    /// Reads a URL of the server, with or without the contract's base path at its end.
    pub(crate) fn parse(url: &str, base_path: &str) -> Result<Self, TargetError> {
        let invalid = || TargetError::InvalidUrl(url.to_owned());
        let uri: Uri = url.parse().map_err(|_| invalid())?;
        match uri.scheme_str() {
            Some("http") => {}
            Some("https") => return Err(TargetError::Https),
            _ => return Err(invalid()),
        }
        let authority = uri.authority().ok_or_else(invalid)?;
        let host = authority.host();
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        if host.is_empty() || authority.as_str().contains('@') || uri.query().is_some() {
            return Err(invalid());
        }
        let path = uri.path().trim_end_matches('/');
        let prefix = path.strip_suffix(base_path).unwrap_or(path);
        Ok(Self {
            host: host.to_owned(),
            port: authority.port_u16().unwrap_or(80),
            authority: authority.as_str().to_owned(),
            prefix: format!("{prefix}{base_path}"),
        })
    }

    /// Whether the connection is encrypted.
    #[expect(clippy::unused_self, reason = "https is not supported yet")]
    pub(crate) fn is_https(&self) -> bool {
        false
    }

    /// Host and port to connect to.
    pub(crate) fn address(&self) -> (&str, u16) {
        (&self.host, self.port)
    }

    /// The whole URL of a path and query.
    pub(crate) fn url(&self, target: &str) -> String {
        format!("http://{}{target}", self.authority)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_taken_with_and_without_the_base_path() {
        for (url, host, port, prefix) in [
            ("http://localhost:2283", "localhost", 2283, "/api"),
            ("http://localhost:2283/", "localhost", 2283, "/api"),
            ("http://localhost/api", "localhost", 80, "/api"),
            ("http://[::1]:1/api/", "::1", 1, "/api"),
            ("http://example.com/photos", "example.com", 80, "/photos/api"),
            ("http://example.com/photos/api", "example.com", 80, "/photos/api"),
        ] {
            let target = Target::parse(url, "/api").unwrap();
            assert_eq!((target.host.as_str(), target.port, target.prefix.as_str()), (host, port, prefix), "{url}");
        }
    }

    #[test]
    fn an_address_that_cannot_be_used_is_rejected_with_a_reason() {
        for url in ["localhost:2283", "", "ftp://x", "http://user:secret@x", "http://x?y=z"] {
            assert!(matches!(Target::parse(url, "/api"), Err(TargetError::InvalidUrl(_))), "{url}");
        }
        assert!(matches!(Target::parse("https://x", "/api"), Err(TargetError::Https)));
    }
}
