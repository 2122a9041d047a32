//! Charsets of bodies: UTF-8, UTF-16 and UTF-32 for JSON and text, UTF-8 and ISO 8859-1 for forms.

use std::borrow::Cow;

/// A charset of a JSON or text body. If its name does not contain the byte order, the order is detected from the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Charset {
    Utf8,
    Utf16,
    Utf16Le,
    Utf16Be,
    Utf32,
    Utf32Le,
    Utf32Be,
}

impl Charset {
    /// Looks up a charset by its name, ignoring case.
    pub(super) fn of_label(label: &str) -> Option<Self> {
        match label.to_ascii_lowercase().as_str() {
            "utf-8" => Some(Self::Utf8),
            "utf-16" => Some(Self::Utf16),
            "utf-16le" => Some(Self::Utf16Le),
            "utf-16be" => Some(Self::Utf16Be),
            "utf-32" => Some(Self::Utf32),
            "utf-32le" => Some(Self::Utf32Le),
            "utf-32be" => Some(Self::Utf32Be),
            _ => None,
        }
    }

    /// Decodes a body and removes its byte order mark; invalid bytes become U+FFFD.
    pub(super) fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        match self {
            Self::Utf8 => encoding_rs::UTF_8.decode_with_bom_removal(bytes).0,
            Self::Utf16 if is_big_endian(bytes, &[0xFE, 0xFF]) => Self::Utf16Be.decode(bytes),
            Self::Utf16 | Self::Utf16Le => encoding_rs::UTF_16LE.decode_with_bom_removal(bytes).0,
            Self::Utf16Be => encoding_rs::UTF_16BE.decode_with_bom_removal(bytes).0,
            Self::Utf32 if is_big_endian(bytes, &[0, 0, 0xFE, 0xFF]) => Self::Utf32Be.decode(bytes),
            Self::Utf32 | Self::Utf32Le => utf32(bytes, u32::from_le_bytes).into(),
            Self::Utf32Be => utf32(bytes, u32::from_be_bytes).into(),
        }
    }
}

/// A charset of a form: of its bytes and of its decoded percent-escapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FormCharset {
    Utf8,
    Latin1,
}

impl FormCharset {
    /// Looks up a charset by its name, ignoring case.
    pub(super) fn of_label(label: &str) -> Option<Self> {
        match label.to_ascii_lowercase().as_str() {
            "utf-8" => Some(Self::Utf8),
            "iso-8859-1" => Some(Self::Latin1),
            _ => None,
        }
    }

    /// Decodes the bytes but not the percent-escapes; invalid bytes become U+FFFD.
    pub(super) fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        match self {
            Self::Utf8 => String::from_utf8_lossy(bytes),
            Self::Latin1 => bytes.iter().copied().map(char::from).collect(),
        }
    }
}

/// Detects big-endian order, by the mark or by a leading zero byte: JSON starts with an ASCII character.
fn is_big_endian(bytes: &[u8], mark: &[u8]) -> bool {
    bytes.starts_with(mark) || bytes.first() == Some(&0)
}

/// Decodes UTF-32, which `encoding_rs` lacks because it is not a web encoding.
fn utf32(bytes: &[u8], number: fn([u8; 4]) -> u32) -> String {
    let (units, rest) = bytes.as_chunks::<4>();
    let truncated = (!rest.is_empty()).then_some(char::REPLACEMENT_CHARACTER);
    let text: String = units
        .iter()
        .map(|&unit| char::from_u32(number(unit)).unwrap_or(char::REPLACEMENT_CHARACTER))
        .chain(truncated)
        .collect();
    match text.strip_prefix('\u{FEFF}') {
        Some(unmarked) => unmarked.to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "{\"ü\":\"🔑\"}";

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    fn utf32(text: &str, bytes: fn(u32) -> [u8; 4]) -> Vec<u8> {
        text.chars().flat_map(|character| bytes(character.into())).collect()
    }

    #[test]
    fn every_charset_decodes_with_and_without_a_byte_order_mark() {
        let marked = format!("\u{FEFF}{TEXT}");
        for text in [TEXT, &marked] {
            for (label, bytes) in [
                ("utf-8", text.as_bytes().to_vec()),
                ("UTF-16", utf16(text, u16::to_le_bytes)),
                ("utf-16", utf16(text, u16::to_be_bytes)),
                ("utf-16le", utf16(text, u16::to_le_bytes)),
                ("utf-16be", utf16(text, u16::to_be_bytes)),
                ("utf-32", utf32(text, u32::to_le_bytes)),
                ("utf-32", utf32(text, u32::to_be_bytes)),
                ("utf-32le", utf32(text, u32::to_le_bytes)),
                ("utf-32be", utf32(text, u32::to_be_bytes)),
            ] {
                assert_eq!(Charset::of_label(label).unwrap().decode(&bytes), TEXT, "{label}");
            }
        }
    }

    #[test]
    fn invalid_bytes_become_replacement_characters() {
        for (charset, bytes, text) in [
            (Charset::Utf8, &b"a\xFFb\xC3"[..], "a\u{FFFD}b\u{FFFD}"),
            (Charset::Utf16Le, b"a\0\x00\xD8b\0c", "a\u{FFFD}b\u{FFFD}"),
            (Charset::Utf32Le, b"a\0\0\0\0\0\x11\0b\0\0\0c", "a\u{FFFD}b\u{FFFD}"),
            (Charset::Utf32Be, b"\0\0\xD8\0", "\u{FFFD}"),
            (Charset::Utf32, b"", ""),
        ] {
            assert_eq!(charset.decode(bytes), text, "{charset:?}");
        }
    }
}
