//! Percent-escapes (RFC 3986 section 2.1), as path parameters, queries and forms need them.

use std::borrow::Cow;

/// The text holds a `%` without two hexadecimal digits, or escapes that are not UTF-8.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct InvalidEscape;

/// Replaces every escape, as ECMAScript's `decodeURIComponent` does: one bad escape spoils the whole text.
///
/// # Errors
/// [`InvalidEscape`] for an incomplete escape, or bytes that are not UTF-8.
pub(crate) fn decode_component(text: &str) -> Result<Cow<'_, str>, InvalidEscape> {
    if !text.contains('%') {
        return Ok(Cow::Borrowed(text));
    }
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let high = bytes.next().and_then(hex_digit).ok_or(InvalidEscape)?;
            let low = bytes.next().and_then(hex_digit).ok_or(InvalidEscape)?;
            decoded.push(high << 4 | low);
        } else {
            decoded.push(byte);
        }
    }
    String::from_utf8(decoded).map(Cow::Owned).map_err(|_| InvalidEscape)
}

/// Decodes a name or a value of a form or a query: `+` is a space, and a text with a bad escape keeps all its escapes.
pub(crate) fn decode_form(text: &str) -> Cow<'_, str> {
    let spaced = if text.contains('+') { Cow::Owned(text.replace('+', " ")) } else { Cow::Borrowed(text) };
    match decode_component(&spaced) {
        Ok(Cow::Owned(decoded)) => Cow::Owned(decoded),
        Ok(Cow::Borrowed(_)) | Err(InvalidEscape) => spaced,
    }
}

/// As [`decode_form`], for a form in ISO 8859-1: every good escape is a letter, every bad one stays.
pub(crate) fn decode_form_latin1(text: &str) -> Cow<'_, str> {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let escape = rest.as_bytes().get(1..3).filter(|_| letter == '%').and_then(|digits| match *digits {
            [high, low] => Some(hex_digit(high)? << 4 | hex_digit(low)?),
            _ => None,
        });
        let (letter, length) = match (escape, letter) {
            (Some(byte), _) => (char::from(byte), 3),
            (None, '+') => (' ', 1),
            (None, other) => (other, other.len_utf8()),
        };
        decoded.push(letter);
        rest = rest.get(length..).unwrap_or_default();
    }
    Cow::Owned(decoded)
}

fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_decoded_as_utf8() {
        for (text, decoded) in [
            ("", ""),
            ("plain", "plain"),
            ("a%20b", "a b"),
            ("%C3%bc", "ü"),
            ("%00", "\0"),
            ("a+b", "a+b"),
            ("%F0%9F%94%91", "🔑"),
            ("ü%41", "üA"),
        ] {
            assert_eq!(decode_component(text).as_deref(), Ok(decoded), "{text}");
        }
    }

    #[test]
    fn a_bad_escape_spoils_the_whole_text() {
        for text in ["%", "%4", "%zz", "ok%41%4", "%FF", "%C3", "%C0%80", "%ED%A0%80", "%é1", "%+1"] {
            assert_eq!(decode_component(text), Err(InvalidEscape), "{text}");
        }
    }

    #[test]
    fn a_form_value_reads_plus_as_space_and_keeps_bad_escapes() {
        for (text, decoded) in
            [("a+b%20c", "a b c"), ("%2B", "+"), ("%zz", "%zz"), ("a+%41%zz", "a %41%zz"), ("%FF+", "%FF ")]
        {
            assert_eq!(decode_form(text), decoded, "{text}");
        }
    }

    #[test]
    fn a_form_value_in_latin_1_has_a_letter_for_every_escape() {
        for (text, decoded) in
            [("a+b%20c", "a b c"), ("%E9%e9", "éé"), ("%C3%A9", "Ã©"), ("%zz%E9%", "%zzé%"), ("ü%4", "ü%4"), ("", "")]
        {
            assert_eq!(decode_form_latin1(text), decoded, "{text}");
        }
    }
}
