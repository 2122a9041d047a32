//! Splitting request paths for the router, and decoding path parameters.
//!
//! Literal segments are compared as sent: percent-escapes are not decoded and dot segments are not resolved. ASCII case
//! is ignored, and one trailing slash is allowed.

use std::borrow::Cow;
use std::ops::Deref;

use thiserror::Error;
use uuid::Uuid;

use crate::error::RequestError;
use crate::percent;
use crate::rules::parse_uuid_v4;

/// The maximum number of segments of a path. A longer path matches no route.
pub const MAX_SEGMENTS: usize = 8;

/// The raw segments of a path, on the stack. Dereferences to a slice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segments<'a> {
    segments: [&'a str; MAX_SEGMENTS],
    length: usize,
}

impl<'a> Deref for Segments<'a> {
    type Target = [&'a str];

    fn deref(&self) -> &Self::Target {
        self.segments.get(..self.length).unwrap_or(&self.segments)
    }
}

/// Splits a raw path into segments for matching; `/` has none.
///
/// `None` if no route can match: the path does not start with a slash, contains an empty segment (a double slash), or
/// has more than [`MAX_SEGMENTS`] segments.
#[must_use]
pub fn segments(path: &str) -> Option<Segments<'_>> {
    let path = path.strip_prefix('/')?;
    let mut segments = Segments { segments: [""; MAX_SEGMENTS], length: 0 };
    if path.is_empty() {
        return Some(segments);
    }
    let path = path.strip_suffix('/').unwrap_or(path);
    // Byte by byte: segments are so short that any faster search for the next slash costs more to set up.
    let ends = path.bytes().enumerate().filter(|(_, byte)| *byte == b'/').map(|(at, _)| at).chain([path.len()]);
    let mut begin = 0;
    for end in ends {
        let segment = path.get(begin..end)?;
        begin = end + 1;
        if segment.is_empty() {
            return None;
        }
        *segments.segments.get_mut(segments.length)? = segment;
        segments.length += 1;
    }
    Some(segments)
}

/// Whether a raw segment matches this literal of a route, ignoring ASCII case.
#[must_use]
pub fn is_literal(segment: &str, literal: &str) -> bool {
    segment.eq_ignore_ascii_case(literal)
}

/// A path parameter with an invalid percent-escape; holds the segment as it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("Failed to decode param '{0}'")]
pub struct BadEscape(pub String);

/// Decodes a path parameter as ECMAScript's `decodeURIComponent` does.
///
/// # Errors
/// [`BadEscape`] if a `%` lacks its two hexadecimal digits, or if the escapes are not UTF-8.
pub fn decode(segment: &str) -> Result<Cow<'_, str>, BadEscape> {
    percent::decode_component(segment).map_err(|_| BadEscape(segment.to_owned()))
}

/// Parses a decoded path parameter that must be a UUID of version 4 (see [`parse_uuid_v4`]).
///
/// # Errors
/// [`RequestError::Validation`], naming the parameter.
pub fn uuid_v4(name: &str, text: &str) -> Result<Uuid, RequestError> {
    parse_uuid_v4(text).ok_or_else(|| RequestError::Validation(vec![format!("{name} must be a UUID")]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_split_at_its_slashes() {
        for (path, expected) in [
            ("/", &[] as &[&str]),
            ("/api", &["api"]),
            ("/api/", &["api"]),
            ("/api/server/ping", &["api", "server", "ping"]),
            ("/api/server/ping/", &["api", "server", "ping"]),
            ("/api/./server", &["api", ".", "server"]),
            ("/api/server%2Fping", &["api", "server%2Fping"]),
            ("/a/b/c/d/e/f/g/h/", &["a", "b", "c", "d", "e", "f", "g", "h"]),
        ] {
            assert_eq!(segments(path).as_deref(), Some(expected), "{path}");
        }
    }

    #[test]
    fn no_route_can_match_a_path_with_an_empty_segment_or_too_many() {
        for path in ["", "*", "api", "//", "//api", "/api//server", "/api/server//", "/a/b/c/d/e/f/g/h/i"] {
            assert_eq!(segments(path), None, "{path}");
        }
    }

    #[test]
    fn a_literal_matches_in_any_case_but_not_if_it_is_escaped() {
        assert!(is_literal("ValidateTOKEN", "validateToken"));
        assert!(!is_literal("%61pi", "api"));
        assert!(!is_literal("ping.json", "ping"));
    }

    #[test]
    fn an_invalid_escape_is_reported_with_the_segment() {
        assert_eq!(decode("%7Bx%7D").as_deref(), Ok("{x}"));
        assert_eq!(decode("a+b").as_deref(), Ok("a+b"));
        let error = decode("x%zz").unwrap_err();
        assert_eq!(error.to_string(), "Failed to decode param 'x%zz'");
        assert_eq!(decode("%FF"), Err(BadEscape("%FF".into())));
    }

    #[test]
    fn an_invalid_uuid_is_reported_with_the_name_of_the_parameter() {
        let id = "00000000-0000-4000-8000-000000000000";
        assert_eq!(uuid_v4("id", id).unwrap().to_string(), id);
        for text in ["me", "{00000000-0000-4000-8000-000000000000}", "\0"] {
            let expected = RequestError::Validation(vec!["id must be a UUID".into()]);
            assert_eq!(uuid_v4("id", text), Err(expected), "{text}");
        }
    }
}
