//! The format of a body by its headers: media type, charset, content encoding.

use std::borrow::Cow;

use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName};

use super::charset::{Charset, FormCharset};
use super::{BodyError, BodyKind};

/// How to decode a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Format {
    pub(super) media: Media,
    pub(super) encoding: Encoding,
}

/// The supported media types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/json`
    Json(Charset),
    /// `application/x-www-form-urlencoded`
    Form(FormCharset),
    /// `text/plain`
    Text(Charset),
    /// `application/octet-stream`
    Binary,
}

/// The supported content encodings (RFC 9110 section 8.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Identity,
    Gzip,
    Deflate,
    Brotli,
}

impl Format {
    /// The format of a body for an operation that accepts this kind. `None` if the body is ignored.
    pub(super) fn of(headers: &HeaderMap, kind: BodyKind) -> Result<Option<Self>, BodyError> {
        let content_type = header_text(headers, &CONTENT_TYPE);
        let Some(media) = Media::of(content_type.as_deref(), kind)? else {
            return Ok(None);
        };
        Ok(Some(Self { media, encoding: Encoding::of(headers)? }))
    }
}

impl Media {
    /// An operation that accepts JSON or forms ignores a body of any other media type, as upstream does; an operation
    /// that accepts text or bytes rejects it. A body without a media type is bytes (RFC 9110 section 8.3). A header with
    /// invalid syntax counts as no media type.
    fn of(content_type: Option<&str>, kind: BodyKind) -> Result<Option<Self>, BodyError> {
        let text = content_type.unwrap_or_default();
        let (essence, parameters) = text.split_at(text.find(';').unwrap_or(text.len()));
        let essence = essence.trim();
        let charset = charset(parameters);
        let is = |media_type: &str| charset.is_ok() && essence.eq_ignore_ascii_case(media_type);
        let named = || charset.as_ref().ok().cloned().flatten();
        match kind {
            BodyKind::Fields | BodyKind::Value if is("application/json") => Ok(Some(Self::Json(unicode(named())?))),
            BodyKind::Fields if is("application/x-www-form-urlencoded") => Ok(Some(Self::Form(form_charset(named())?))),
            BodyKind::Fields | BodyKind::Value => Ok(None),
            BodyKind::Text if is("text/plain") => Ok(Some(Self::Text(unicode(named())?))),
            BodyKind::Bytes if content_type.is_none() || is("application/octet-stream") => Ok(Some(Self::Binary)),
            BodyKind::Text | BodyKind::Bytes => Err(BodyError::UnsupportedMediaType(essence.to_owned())),
        }
    }
}

impl Encoding {
    fn of(headers: &HeaderMap) -> Result<Self, BodyError> {
        let Some(encoding) = header_text(headers, &CONTENT_ENCODING) else {
            return Ok(Self::Identity);
        };
        let known = match encoding.to_ascii_lowercase().as_str() {
            "" | "identity" => Some(Self::Identity),
            "gzip" => Some(Self::Gzip),
            "deflate" => Some(Self::Deflate),
            "br" => Some(Self::Brotli),
            _ => None,
        };
        // A second header line is a second encoding, which is not supported.
        let once = headers.get_all(CONTENT_ENCODING).iter().count() == 1;
        known.filter(|_| once).ok_or_else(|| BodyError::UnsupportedEncoding(encoding.into_owned()))
    }
}

/// The charset of this name; UTF-8 without a name.
fn unicode(name: Option<String>) -> Result<Charset, BodyError> {
    match name {
        None => Ok(Charset::Utf8),
        Some(name) => Charset::of_label(&name).ok_or(BodyError::UnsupportedCharset(name)),
    }
}

fn form_charset(name: Option<String>) -> Result<FormCharset, BodyError> {
    match name {
        None => Ok(FormCharset::Utf8),
        Some(name) => FormCharset::of_label(&name).ok_or(BodyError::UnsupportedCharset(name)),
    }
}

/// The first value of a header. Invalid UTF-8 is replaced: such a value is unknown in any case and needs no separate
/// error.
fn header_text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<Cow<'a, str>> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes().trim_ascii()))
}

/// The parameters of a media type do not match RFC 9110 section 5.6.6.
#[derive(Clone, Copy)]
struct InvalidSyntax;

/// The value of the last `charset` parameter of a media type; `None` if it is absent or empty.
///
/// Strict, as upstream's parser: one syntax error, even a trailing semicolon, makes the whole header count as no media
/// type.
fn charset(mut parameters: &str) -> Result<Option<String>, InvalidSyntax> {
    let mut charset = None;
    while !parameters.is_empty() {
        let (name, value, rest) = parameter(parameters).ok_or(InvalidSyntax)?;
        if name.eq_ignore_ascii_case("charset") {
            charset = Some(value);
        }
        parameters = rest;
    }
    Ok(charset.filter(|charset| !charset.is_empty()))
}

/// Parses the first parameter with its leading semicolon; returns its name, its unquoted value and the rest.
fn parameter(text: &str) -> Option<(&str, String, &str)> {
    let (name, rest) = token(text.strip_prefix(';')?.trim_start_matches(' '))?;
    let rest = rest.trim_start_matches(' ').strip_prefix('=')?.trim_start_matches(' ');
    let (value, rest) = match rest.strip_prefix('"') {
        Some(quoted) => unquoted(quoted)?,
        None => token(rest).map(|(value, rest)| (value.to_owned(), rest))?,
    };
    Some((name, value, rest.trim_start_matches(' ')))
}

/// Parses a token (RFC 9110 section 5.6.2); returns it and the rest.
fn token(text: &str) -> Option<(&str, &str)> {
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    let end = text.find(|c| !is_token(c)).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// Parses a quoted string after its opening quote; returns its text and the rest after the closing quote.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.chars();
    loop {
        match characters.next()? {
            '"' => return Some((value, characters.as_str())),
            '\\' => value.push(characters.next()?),
            other => value.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use http::header::HeaderValue;

    use super::*;

    fn media(content_type: &str) -> Result<Option<Media>, BodyError> {
        media_for(content_type, BodyKind::Fields)
    }

    fn media_for(content_type: &str, kind: BodyKind) -> Result<Option<Media>, BodyError> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_bytes(content_type.as_bytes()).unwrap());
        Ok(Format::of(&headers, kind)?.map(|format| format.media))
    }

    #[test]
    fn json_and_forms_are_recognized_in_any_case_and_with_parameters() {
        for content_type in [
            "application/json",
            "APPLICATION/JSON",
            "application/json ; charset=utf-8",
            "application/json;charset=utf-8",
            "application/JSON;CHARSET=UTF-8",
            "application/json; charset=\"UTF-8\"",
            "application/json; a=\"x;charset=latin1\\\"\"; charset=utf-8",
            "application/json; charset = utf-8 ;v=1",
            "application/json; charset=latin1; charset=utf-8",
            "application/json; charset=\"\"",
            "application/json; profile=\"ü\"",
        ] {
            assert_eq!(media(content_type), Ok(Some(Media::Json(Charset::Utf8))), "{content_type}");
        }
        for (content_type, charset) in [
            ("application/x-www-form-urlencoded", FormCharset::Utf8),
            ("Application/X-WWW-Form-urlencoded; Charset=UTF-8", FormCharset::Utf8),
            ("application/x-www-form-urlencoded; charset=ISO-8859-1", FormCharset::Latin1),
        ] {
            assert_eq!(media(content_type), Ok(Some(Media::Form(charset))), "{content_type}");
        }
    }

    #[test]
    fn other_media_types_carry_no_fields() {
        for content_type in [
            "",
            ";",
            "text/plain; charset=latin1",
            "application/vnd.api+json",
            "application/jsonx",
            "application / json",
            "multipart/form-data; boundary=b",
            "ü",
        ] {
            assert_eq!(media(content_type), Ok(None), "{content_type}");
        }
        assert_eq!(Format::of(&HeaderMap::new(), BodyKind::Fields), Ok(None));
    }

    #[test]
    fn a_value_body_must_be_json() {
        assert_eq!(media_for("application/json", BodyKind::Value), Ok(Some(Media::Json(Charset::Utf8))));
        for content_type in ["application/x-www-form-urlencoded", "text/plain", "application/octet-stream", ""] {
            assert_eq!(media_for(content_type, BodyKind::Value), Ok(None), "{content_type}");
        }
    }

    #[test]
    fn text_and_bytes_of_another_media_type_are_rejected() {
        assert_eq!(media_for("Text/Plain", BodyKind::Text), Ok(Some(Media::Text(Charset::Utf8))));
        assert_eq!(media_for("text/plain; charset=utf-16le", BodyKind::Text), Ok(Some(Media::Text(Charset::Utf16Le))));
        assert_eq!(media_for("application/octet-stream", BodyKind::Bytes), Ok(Some(Media::Binary)));
        let unnamed = Format::of(&HeaderMap::new(), BodyKind::Bytes).unwrap().unwrap();
        assert_eq!(unnamed, Format { media: Media::Binary, encoding: Encoding::Identity });

        for (content_type, kind) in [
            ("application/json", BodyKind::Text),
            ("text/html", BodyKind::Text),
            ("application/octet-stream", BodyKind::Text),
            ("text/plain", BodyKind::Bytes),
            ("image/png", BodyKind::Bytes),
        ] {
            let expected = Err(BodyError::UnsupportedMediaType(content_type.into()));
            assert_eq!(media_for(content_type, kind), expected, "{content_type}");
        }
        let absent = Format::of(&HeaderMap::new(), BodyKind::Text);
        assert_eq!(absent, Err(BodyError::UnsupportedMediaType(String::new())));
        let latin = media_for("text/plain; charset=latin1", BodyKind::Text);
        assert_eq!(latin, Err(BodyError::UnsupportedCharset("latin1".into())));
    }

    #[test]
    fn a_media_type_with_invalid_syntax_is_ignored() {
        for content_type in [
            "application/json;",
            "application/json; charset",
            "application/json; charset=",
            "application/json; charset=\"utf-8",
            "application/json; charset=\"utf-8\\",
            "application/json; charset=utf-8;",
            "application/json; charset=utf-8 x",
            "application/json; a=b c=d",
            "application/json; a=b, application/json",
            "application/json; ü=1",
            "application/json; a=ü",
            "application/json;\tcharset=utf-8",
            "application/json, application/json",
            "application/x-www-form-urlencoded; charset=",
        ] {
            assert_eq!(media(content_type), Ok(None), "{content_type}");
        }
    }

    #[test]
    fn an_unknown_charset_is_rejected_by_name() {
        for (content_type, name) in [
            ("application/json; charset=latin1", "latin1"),
            ("application/json; charset=utf8", "utf8"),
            ("application/json; charset=utf-7", "utf-7"),
            ("application/json; charset=utf-8; charset=latin1", "latin1"),
            ("application/json; charset='utf-8'", "'utf-8'"),
            ("application/x-www-form-urlencoded; charset=utf-16", "utf-16"),
            ("application/x-www-form-urlencoded; charset=\"latin1\"", "latin1"),
        ] {
            let expected = Err(BodyError::UnsupportedCharset(name.into()));
            assert_eq!(media(content_type), expected, "{content_type}");
        }
    }

    #[test]
    fn exactly_one_of_four_content_encodings_is_accepted() {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let encoding =
            |headers: &HeaderMap| Format::of(headers, BodyKind::Fields).map(|format| format.unwrap().encoding);
        assert_eq!(encoding(&headers), Ok(Encoding::Identity));
        for (name, expected) in [
            ("", Encoding::Identity),
            ("Identity", Encoding::Identity),
            ("GZIP", Encoding::Gzip),
            (" deflate ", Encoding::Deflate),
            ("br", Encoding::Brotli),
        ] {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(name));
            assert_eq!(encoding(&headers), Ok(expected), "{name}");
        }
        headers.append(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        assert_eq!(encoding(&headers), Err(BodyError::UnsupportedEncoding("br".into())));
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip, br"));
        assert_eq!(encoding(&headers), Err(BodyError::UnsupportedEncoding("gzip, br".into())));
    }
}
