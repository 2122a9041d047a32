//! A request, and the bytes that it becomes.

use std::fmt::Write as _;

/// A request. Nothing in it is checked: what is wrong goes out wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The method, for instance `GET`.
    pub method: String,
    /// The request target (RFC 9112, section 3.2): path and query, for instance `/users?limit=1`.
    pub target: String,
    /// Names and values, in the order in which they are sent.
    pub headers: Vec<(String, String)>,
    /// The body; `None` when there is none, not even an empty one.
    pub body: Option<Vec<u8>>,
}

impl Request {
    /// A request without headers and body.
    pub fn new(method: impl Into<String>, target: impl Into<String>) -> Self {
        Self { method: method.into(), target: target.into(), headers: Vec::new(), body: None }
    }

    /// Adds a header; an earlier one of the same name stays.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Whether it has a header of this name, in any case.
    #[must_use]
    pub fn has_header(&self, name: &str) -> bool {
        self.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
    }

    /// Whether it is a HEAD request, the response to which has no body (RFC 9110, section 9.3.2).
    #[must_use]
    pub fn is_head(&self) -> bool {
        self.method == "HEAD"
    }

    /// The bytes on the wire. `Host: {host}` is added, and `Content-Length` where a body is or would be expected
    /// (RFC 9110, section 8.6); neither if the request sets it itself.
    #[must_use]
    pub fn to_bytes(&self, host: &str) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        let mut add = |name: &str, value: &str| {
            // Writing to a string cannot fail.
            let _ = write!(head, "{name}: {value}\r\n");
        };
        if !self.has_header("host") {
            add("Host", host);
        }
        let expects_body = self.body.is_some() || matches!(self.method.as_str(), "POST" | "PUT" | "PATCH");
        if expects_body && !self.has_header("content-length") && !self.has_header("transfer-encoding") {
            add("Content-Length", &self.body.as_ref().map_or(0, Vec::len).to_string());
        }
        for (name, value) in &self.headers {
            add(name, value);
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend(self.body.iter().flatten());
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(request: &Request) -> String {
        String::from_utf8(request.to_bytes("localhost:1")).unwrap()
    }

    #[test]
    fn a_request_goes_out_as_it_was_written() {
        let request = Request::new("POST", "/api/x")
            .header("Authorization", "Bearer t")
            .header("content-TYPE", "application/json")
            .body("{}");

        assert_eq!(
            text(&request),
            "POST /api/x HTTP/1.1\r\nHost: localhost:1\r\nContent-Length: 2\r\n\
             Authorization: Bearer t\r\ncontent-TYPE: application/json\r\n\r\n{}"
        );
    }

    #[test]
    fn a_header_that_is_set_is_not_added() {
        let request = Request::new("PUT", "/").header("HOST", "a").header("content-length", "7");

        assert_eq!(text(&request), "PUT / HTTP/1.1\r\nHOST: a\r\ncontent-length: 7\r\n\r\n");
        let chunked = Request::new("PUT", "/").header("Host", "a").header("Transfer-Encoding", "chunked");
        assert_eq!(text(&chunked), "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    }

    #[test]
    fn only_methods_with_a_body_announce_an_empty_one() {
        assert_eq!(text(&Request::new("GET", "/")), "GET / HTTP/1.1\r\nHost: localhost:1\r\n\r\n");
        assert!(text(&Request::new("POST", "/")).contains("\r\nContent-Length: 0\r\n"));
    }
}
