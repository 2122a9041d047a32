//! Headers as text, read as Node.js reads them, which the original runs on. The caller is identified by this text, so
//! the rules for repeated headers and for bytes above 127 must be the same.

use http::HeaderMap;
use http::header::{AUTHORIZATION, HeaderName, HeaderValue, USER_AGENT};
use std::borrow::Cow;

/// The lines of a header. A request has so few headers that comparing their names takes less than hashing the one sought.
pub fn lines<'h>(headers: &'h HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'h HeaderValue> {
    headers.iter().filter(move |(own, _)| *own == name).map(|(_, value)| value)
}

/// Whether one of these headers is present.
pub fn has_any<const N: usize>(headers: &HeaderMap, names: [&HeaderName; N]) -> bool {
    headers.keys().any(|own| names.contains(&own))
}

/// The text of a header, `None` if it is absent.
///
/// Several lines are joined with a comma and a space, except those of `Authorization` and `User-Agent`, of which only
/// the first counts. Cookies have other rules: see [`cookie`](super::cookies::cookie).
#[must_use]
pub fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<Cow<'h, str>> {
    let mut lines = lines(headers, name).map(HeaderValue::as_bytes).map(latin1);
    let first = lines.next()?;
    if *name == AUTHORIZATION || *name == USER_AGENT {
        return Some(first);
    }
    Some(lines.fold(first, |text, line| Cow::Owned(format!("{text}, {line}"))))
}

/// The text of bytes, with those above 127 read as ISO 8859-1.
#[must_use]
pub fn latin1(bytes: &[u8]) -> Cow<'_, str> {
    match bytes.is_ascii().then(|| str::from_utf8(bytes)) {
        Some(Ok(ascii)) => Cow::Borrowed(ascii),
        _ => bytes.iter().copied().map(char::from).collect(),
    }
}

/// The header value that [`text`] reads as this text; `None` if no header value does.
#[must_use]
pub fn value(text: &str) -> Option<HeaderValue> {
    if text.is_ascii() {
        return HeaderValue::from_str(text).ok();
    }
    let bytes: Option<Vec<u8>> = text.chars().map(|letter| u8::try_from(letter).ok()).collect();
    HeaderValue::try_from(bytes?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &'static str, lines: &[&[u8]]) -> Option<String> {
        let name = HeaderName::from_static(name);
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(&name, HeaderValue::from_bytes(line).unwrap());
        }
        text(&headers, &name).map(Cow::into_owned)
    }

    #[test]
    fn given_one_line_then_it_is_the_text() {
        assert_eq!(read("x-api-key", &[]), None);
        assert_eq!(read("x-api-key", &[b""]).unwrap(), "");
        assert_eq!(read("x-api-key", &[b"a, b"]).unwrap(), "a, b");
    }

    #[test]
    fn given_several_lines_then_they_are_joined() {
        assert_eq!(read("x-api-key", &[b"a", b"b", b"a"]).unwrap(), "a, b, a");
        assert_eq!(read("x-api-key", &[b"", b""]).unwrap(), ", ");
    }

    #[test]
    fn given_several_lines_of_a_header_with_one_value_then_the_first_counts() {
        assert_eq!(read("authorization", &[b"Bearer a", b"Bearer b"]).unwrap(), "Bearer a");
        assert_eq!(read("user-agent", &[b"a", b"b"]).unwrap(), "a");
    }

    #[test]
    fn given_bytes_above_127_then_each_is_a_character_and_converts_back() {
        let read = read("x-immich-cid", &[b"\xE9\xC3\xA9"]).unwrap();
        assert_eq!(read, "éÃ©");
        assert_eq!(value(&read).unwrap().as_bytes(), b"\xE9\xC3\xA9");
        assert_eq!(value("€"), None);
        assert_eq!(value("a\r\nb"), None);
    }
}
