//! A whole response.

use crate::Head;

/// A response as it came.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Names and values in the order of the wire, names as they were spelled.
    pub headers: Vec<(String, String)>,
    /// The body without its transfer coding; its content coding, if any, is still there.
    pub body: Vec<u8>,
}

impl Response {
    /// The value of the first header of this name, in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers_named(name).next()
    }

    /// The values of all headers of this name, in any case.
    pub fn headers_named(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers.iter().filter(move |(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Whether the status is one of success (2xx).
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as text; bytes that are not UTF-8 are replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl From<Head> for Response {
    fn from(head: Head) -> Self {
        Self { status: head.status, headers: head.headers, body: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_found_in_any_case_and_keep_their_order() {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let headers = vec![header("Set-Cookie", "a"), header("ETag", "x"), header("set-cookie", "b")];
        let response = Response { status: 200, headers, ..Response::default() };

        assert_eq!(response.header("etag"), Some("x"));
        assert_eq!(response.header("vary"), None);
        assert_eq!(response.headers_named("SET-COOKIE").collect::<Vec<_>>(), ["a", "b"]);
    }
}
