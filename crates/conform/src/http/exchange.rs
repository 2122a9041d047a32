//! What the checks need of requests and responses beyond their bytes.

use crate::contract::CredentialLocation;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flate2::read::{GzDecoder, ZlibDecoder};
use http1_client::Request;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use std::fmt::Write as _;
use std::io::Read as _;
use std::ops::Deref;

/// A credential, and where it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Credential {
    pub(crate) location: CredentialLocation,
    pub(crate) secret: String,
}

/// Requests with JSON and credentials.
pub(crate) trait RequestExt {
    /// Sets a JSON body and its content type.
    #[cfg(test)]
    fn json(self, body: &Value) -> Self;
    /// Sets a body as a form of fields, each with its value as text.
    fn form(self, fields: &[(String, String)]) -> Self;
    /// Adds a cookie to those that are sent.
    fn cookie(self, name: &str, value: &str) -> Self;
    /// Adds a credential where it belongs.
    fn credential(self, location: &CredentialLocation, secret: &str) -> Self;
    /// Adds a credential, if there is one.
    fn with(self, credential: Option<&Credential>) -> Self;
}

impl RequestExt for Request {
    #[cfg(test)]
    fn json(self, body: &Value) -> Self {
        self.header("Content-Type", "application/json").body(body.to_string())
    }

    fn form(self, fields: &[(String, String)]) -> Self {
        let escaped = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let pairs: Vec<String> =
            fields.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect();
        self.header("Content-Type", "application/x-www-form-urlencoded").body(pairs.join("&"))
    }

    fn cookie(mut self, name: &str, value: &str) -> Self {
        match self.headers.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case("cookie")) {
            Some((_, cookies)) => {
                let _ = write!(cookies, "; {name}={value}");
                self
            }
            None => self.header("Cookie", &format!("{name}={value}")),
        }
    }

    fn credential(mut self, location: &CredentialLocation, secret: &str) -> Self {
        match location {
            CredentialLocation::Bearer => self.header("Authorization", &format!("Bearer {secret}")),
            CredentialLocation::Basic => {
                // What is no name and password is sent as the password of a name.
                let pair = if secret.contains(':') { secret.to_owned() } else { format!("conform:{secret}") };
                self.header("Authorization", &format!("Basic {}", BASE64_STANDARD.encode(pair)))
            }
            CredentialLocation::Cookie(name) => self.cookie(name, secret),
            CredentialLocation::Header(name) => self.header(name, secret),
            CredentialLocation::Query(name) => {
                let separator = if self.target.contains('?') { '&' } else { '?' };
                let _ = write!(self.target, "{separator}{name}={secret}");
                self
            }
        }
    }

    fn with(self, credential: Option<&Credential>) -> Self {
        match credential {
            Some(Credential { location, secret }) => self.credential(location, secret),
            None => self,
        }
    }
}

/// A response, and what was received after it.
#[derive(Debug, Clone)]
pub(crate) struct Response {
    pub(crate) received: http1_client::Response,
    /// Bytes after the end of the response: a body where none belongs.
    pub(crate) surplus: Vec<u8>,
}

impl Deref for Response {
    type Target = http1_client::Response;

    fn deref(&self) -> &Self::Target {
        &self.received
    }
}

impl Response {
    /// The body with its content encoding undone.
    pub(crate) fn decoded(&self) -> Result<Vec<u8>, String> {
        let mut plain = Vec::new();
        let body = self.body.as_slice();
        let result = match self.header("content-encoding") {
            None | Some("identity") => return Ok(body.to_vec()),
            Some("gzip") => GzDecoder::new(body).read_to_end(&mut plain),
            Some("deflate") => ZlibDecoder::new(body).read_to_end(&mut plain),
            Some("br") => brotli::Decompressor::new(body, 4096).read_to_end(&mut plain),
            Some(other) => return Err(format!("unknown content encoding {other}")),
        };
        result.map(|_| plain).map_err(|error| format!("could not decode the content encoding: {error}"))
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Result<Value, String> {
        let body = self.decoded()?;
        serde_json::from_slice(&body).map_err(|error| format!("not JSON: {error}"))
    }

    /// One string of a JSON body, by its JSON pointer: `/apiKey/id`.
    pub(crate) fn text_at(&self, pointer: &str) -> Option<String> {
        self.json().ok()?.pointer(pointer)?.as_str().map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_goes_where_its_scheme_says() {
        let in_place = |location| Request::new("GET", "/x?a=1").credential(&location, "s");

        assert_eq!(in_place(CredentialLocation::Bearer).headers, [("Authorization".to_owned(), "Bearer s".to_owned())]);
        assert_eq!(
            in_place(CredentialLocation::Cookie("c".to_owned())).headers,
            [("Cookie".to_owned(), "c=s".to_owned())]
        );
        assert_eq!(
            in_place(CredentialLocation::Header("x-k".to_owned())).headers,
            [("x-k".to_owned(), "s".to_owned())]
        );
        assert_eq!(in_place(CredentialLocation::Query("k".to_owned())).target, "/x?a=1&k=s");
        let basic = Request::new("GET", "/").credential(&CredentialLocation::Basic, "Aladdin:open sesame");
        assert_eq!(basic.headers, [("Authorization".to_owned(), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==".to_owned())]);
    }

    #[test]
    fn cookies_share_a_header_and_the_fields_of_forms_are_escaped() {
        let request = Request::new("POST", "/").cookie("a", "1").cookie("b", "2");
        assert_eq!(request.headers, [("Cookie".to_owned(), "a=1; b=2".to_owned())]);
        let request = Request::new("POST", "/").form(&[("a b".to_owned(), "c&d".to_owned())]);
        assert_eq!(request.body.as_deref(), Some("a%20b=c%26d".as_bytes()));
    }
}
