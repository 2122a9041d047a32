//! Percent-decoding (RFC 3986 section 2.1) of path parameters, queries, forms and cookies.

use std::borrow::Cow;

/// A `%` without two hexadecimal digits, or escapes that do not decode to UTF-8.
#[derive(Debug, PartialEq, Eq)]
pub struct InvalidEscape;

/// Decodes every escape as ECMAScript's `decodeURIComponent` does: one invalid escape makes the whole text invalid.
///
/// # Errors
/// [`InvalidEscape`] for an incomplete escape, and for escapes that do not decode to UTF-8.
pub fn decode_component(text: &str) -> Result<Cow<'_, str>, InvalidEscape> {
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

/// Decodes a name or value of a form or query: `+` is a space. If any escape is invalid, none is decoded.
pub(crate) fn decode_form(text: &str) -> Cow<'_, str> {
    let spaced = if text.contains('+') { Cow::Owned(text.replace('+', " ")) } else { Cow::Borrowed(text) };
    match decode_component(&spaced) {
        Ok(Cow::Owned(decoded)) => Cow::Owned(decoded),
        Ok(Cow::Borrowed(_)) | Err(InvalidEscape) => spaced,
    }
}

/// As [`decode_form`], for a form in ISO 8859-1: every valid escape is one character, an invalid one is kept as it is.
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
    fn one_invalid_escape_makes_the_whole_text_invalid() {
        for text in ["%", "%4", "%zz", "ok%41%4", "%FF", "%C3", "%C0%80", "%ED%A0%80", "%é1", "%+1"] {
            assert_eq!(decode_component(text), Err(InvalidEscape), "{text}");
        }
    }

    #[test]
    fn in_a_form_plus_is_a_space_and_invalid_escapes_are_kept() {
        for (text, decoded) in
            [("a+b%20c", "a b c"), ("%2B", "+"), ("%zz", "%zz"), ("a+%41%zz", "a %41%zz"), ("%FF+", "%FF ")]
        {
            assert_eq!(decode_form(text), decoded, "{text}");
        }
    }

    #[test]
    fn in_a_latin_1_form_every_escape_is_one_character() {
        for (text, decoded) in
            [("a+b%20c", "a b c"), ("%E9%e9", "éé"), ("%C3%A9", "Ã©"), ("%zz%E9%", "%zzé%"), ("ü%4", "ü%4"), ("", "")]
        {
            assert_eq!(decode_form_latin1(text), decoded, "{text}");
        }
    }
}
