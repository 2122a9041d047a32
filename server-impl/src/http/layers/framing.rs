//! Refuses requests that another server on the way may understand differently (400): a missing, repeated or malformed
//! `Host` (RFC 9112, section 3.2; in HTTP/2 also `:authority`: RFC 9113, section 8.3.1), and a `Transfer-Encoding` other
//! than `chunked` once (RFC 9112, section 6.1).
//!
//! hyper refuses the rest before any layer: a `Transfer-Encoding` that does not end in `chunked`, one in HTTP/1.0, an
//! `:authority` that no URI may have.

use crate::error::Error;
use crate::http::application::Application;
use crate::http::context::RequestContext;
use crate::http::headers::lines;
use crate::http::pipeline::{Answer, Next};
use crate::http::server::HttpServer;
use http::header::{HOST, TRANSFER_ENCODING};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Version};
use http_body::Body as _;
use std::net::Ipv6Addr;

pub(crate) async fn handle<A: Application>(
    server: &HttpServer<A>,
    context: &mut RequestContext,
    next: impl Next<A>,
) -> Answer {
    // Only a request with a body can have a transfer coding.
    let has_body = context.body.as_ref().is_some_and(|body| !body.is_end_stream());
    match check_host(&context.head).and_then(|()| if has_body { check_codings(&context.head.headers) } else { Ok(()) })
    {
        Ok(()) => next(server, context).await,
        Err(message) => context.refuse(Error::bad_request(message)),
    }
}

fn check_host(head: &Parts) -> Result<(), &'static str> {
    let mut hosts = lines(&head.headers, &HOST);
    let host = hosts.next().map(HeaderValue::as_bytes);
    if hosts.next().is_some() {
        return Err("The request has more than one Host header");
    }
    if host.is_some_and(|host| !is_host(host)) {
        return Err("The Host header is not a host with an optional port");
    }
    let Some(authority) = head.uri.authority().map(|authority| authority.as_str().as_bytes()) else {
        return match (head.version, host) {
            (Version::HTTP_11, None) => Err("The request has no Host header"),
            (Version::HTTP_2, None | Some([])) => Err("The request has neither :authority nor a Host header"),
            _ => Ok(()),
        };
    };
    // In HTTP/1.1, a target with a host replaces the header, which must be there all the same.
    match (head.version, host) {
        _ if !is_host(authority) => Err("The host of the request target is not a host with an optional port"),
        (Version::HTTP_11, None) => Err("The request has no Host header"),
        (Version::HTTP_2, Some(host)) if !host.eq_ignore_ascii_case(authority) => {
            Err("The Host header differs from :authority")
        }
        _ => Ok(()),
    }
}

/// Whether this is `uri-host [ ":" port ]` (RFC 9110, section 7.2, and RFC 3986, section 3.2.2). The host may be empty.
fn is_host(text: &[u8]) -> bool {
    let (is_name, port) = if let Some(rest) = text.strip_prefix(b"[") {
        let Some(end) = rest.iter().position(|&byte| byte == b']') else { return false };
        let address = str::from_utf8(&rest[..end]).ok();
        (address.is_some_and(|address| address.parse::<Ipv6Addr>().is_ok()), &rest[end + 1..])
    } else {
        let end = text.iter().position(|&byte| byte == b':').unwrap_or(text.len());
        (is_registered_name(&text[..end]), &text[end..])
    };
    is_name && port.strip_prefix(b":").map_or(port.is_empty(), |digits| digits.iter().all(u8::is_ascii_digit))
}

/// Whether this is a `reg-name`, of which an IPv4 address is one.
fn is_registered_name(name: &[u8]) -> bool {
    let mut rest = name.iter();
    while let Some(&byte) = rest.next() {
        let is_valid = match byte {
            b'%' => rest.by_ref().take(2).filter(|digit| digit.is_ascii_hexdigit()).count() == 2,
            b'-' | b'.' | b'_' | b'~' | b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=' => {
                true
            }
            _ => byte.is_ascii_alphanumeric(),
        };
        if !is_valid {
            return false;
        }
    }
    true
}

fn check_codings(headers: &HeaderMap) -> Result<(), &'static str> {
    let mut codings = lines(headers, &TRANSFER_ENCODING);
    let is_chunked = codings.next().is_none_or(|coding| coding.as_bytes().eq_ignore_ascii_case(b"chunked"));
    if is_chunked && codings.next().is_none() {
        Ok(())
    } else {
        Err("Only the transfer coding chunked is supported, and only once")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_or_an_address_with_an_optional_port() {
        for valid in [
            "",
            "localhost",
            "photos.example.com:2283",
            "192.0.2.1:80",
            "[2001:db8::1]",
            "[::1]:2283",
            "a_b",
            "x:",
            "%41",
        ] {
            assert!(is_host(valid.as_bytes()), "{valid}");
        }
        for invalid in [
            "a b",
            "user@host",
            "a,b/c",
            "a:b",
            "a:1:2",
            "::1",
            "[::1",
            "[x]",
            "[::1]x",
            "[::1]:x",
            "a?b",
            "a#b",
            "a\\b",
            "%4",
            "%zz",
            "\u{e9}",
        ] {
            assert!(!is_host(invalid.as_bytes()), "{invalid}");
        }
    }
}
