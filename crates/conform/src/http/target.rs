//! The address of the server.

use super::TransportError;
use http::Uri;

/// The server under test.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    is_https: bool,
    pub(super) host: String,
    pub(super) port: u16,
    /// `host:port`, as in the URL.
    pub(crate) authority: String,
    /// The prefix of every path, the contract's base path included.
    pub(crate) prefix: String,
    /// What a `curl` command needs to reach the server.
    pub(crate) curl: Vec<String>,
}

impl Target {
    /// Reads a URL of the server, with or without the contract's base path at its end. Returns the user of the URL too,
    /// as `name:password` with percent escapes.
    pub(crate) fn parse(url: &str, base_path: &str) -> Result<(Self, Option<String>), TransportError> {
        // The URL may contain a password: errors do not repeat it.
        let shown = || match (url.split_once("://"), url.rsplit_once('@')) {
            (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://…@{rest}"),
            _ => url.to_owned(),
        };
        let invalid = || TransportError::InvalidUrl(shown());
        let uri: Uri = url.parse().map_err(|_| invalid())?;
        let is_https = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(invalid()),
        };
        let authority = uri.authority().ok_or_else(invalid)?;
        let host = authority.host();
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        if host.is_empty() || uri.query().is_some() {
            return Err(invalid());
        }
        let (user, bare) = match authority.as_str().rsplit_once('@') {
            Some((user, bare)) => (Some(user.to_owned()), bare),
            None => (None, authority.as_str()),
        };
        let path = uri.path().trim_end_matches('/');
        let prefix = path.strip_suffix(base_path).unwrap_or(path);
        let target = Self {
            is_https,
            host: host.to_owned(),
            port: authority.port_u16().unwrap_or(if is_https { 443 } else { 80 }),
            authority: bare.to_owned(),
            prefix: format!("{prefix}{base_path}"),
            curl: Vec::new(),
        };
        Ok((target, user))
    }

    /// Whether the connection is encrypted.
    pub(crate) fn is_https(&self) -> bool {
        self.is_https
    }

    /// `host:port`, always with the port.
    pub(super) fn host_and_port(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// The whole URL of a path and query.
    pub(crate) fn url(&self, target: &str) -> String {
        let scheme = if self.is_https { "https" } else { "http" };
        format!("{scheme}://{}{target}", self.authority)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_taken_with_and_without_the_base_path() {
        for (url, host_and_port, prefix) in [
            ("http://localhost:2283", "localhost:2283", "/api"),
            ("http://localhost:2283/", "localhost:2283", "/api"),
            ("http://localhost/api", "localhost:80", "/api"),
            ("http://[::1]:1/api/", "[::1]:1", "/api"),
            ("http://example.com/photos", "example.com:80", "/photos/api"),
            ("http://example.com/photos/api", "example.com:80", "/photos/api"),
            ("https://example.com/immich/api", "example.com:443", "/immich/api"),
            ("https://me:secret@example.com:8443", "example.com:8443", "/api"),
        ] {
            let (target, _) = Target::parse(url, "/api").unwrap();
            assert_eq!((target.host_and_port().as_str(), target.prefix.as_str()), (host_and_port, prefix), "{url}");
        }
    }

    #[test]
    fn the_user_of_a_url_is_not_part_of_what_is_shown() {
        let (target, user) = Target::parse("https://me:secret@example.com/photos", "/api").unwrap();

        assert_eq!(user.as_deref(), Some("me:secret"));
        assert_eq!(target.url(&target.prefix), "https://example.com/photos/api");
    }

    #[test]
    fn an_address_that_cannot_be_used_is_rejected_with_a_reason() {
        for url in ["localhost:2283", "", "ftp://x", "http://x?y=z", "ftp://user:secret@x"] {
            let error = Target::parse(url, "/api").map(drop).unwrap_err();
            assert!(matches!(error, TransportError::InvalidUrl(_)), "{url}");
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }
}
