//! What the headers say of a body: media type, charset, content encoding.

use std::borrow::Cow;

use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName};

use super::BodyError;
use super::charset::{Charset, FormCharset};

/// How a body that carries fields is to be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Format {
    pub(super) media: Media,
    pub(super) encoding: Encoding,
}

/// The media types that carry fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/json`
    Json(Charset),
    /// `application/x-www-form-urlencoded`
    Form(FormCharset),
}

/// The content encodings (RFC 9110 section 8.4.1) that are undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Identity,
    Gzip,
    Deflate,
    Brotli,
}

impl Format {
    /// `None` for a media type that carries no fields, for a missing one, and for one that breaks the grammar.
    pub(super) fn of(headers: &HeaderMap) -> Result<Option<Self>, BodyError> {
        let Some(content_type) = text(headers, &CONTENT_TYPE) else {
            return Ok(None);
        };
        let end = content_type.find(';').unwrap_or(content_type.len());
        let (essence, parameters) = content_type.split_at(end);
        let Ok(charset) = charset(parameters) else {
            return Ok(None);
        };
        let media = if essence.trim().eq_ignore_ascii_case("application/json") {
            Media::Json(json_charset(charset)?)
        } else if essence.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            Media::Form(form_charset(charset)?)
        } else {
            return Ok(None);
        };
        Ok(Some(Self { media, encoding: Encoding::of(headers)? }))
    }
}

impl Encoding {
    fn of(headers: &HeaderMap) -> Result<Self, BodyError> {
        let Some(encoding) = text(headers, &CONTENT_ENCODING) else {
            return Ok(Self::Identity);
        };
        let known = match encoding.to_ascii_lowercase().as_str() {
            "" | "identity" => Some(Self::Identity),
            "gzip" => Some(Self::Gzip),
            "deflate" => Some(Self::Deflate),
            "br" => Some(Self::Brotli),
            _ => None,
        };
        // A second header line is a second encoding on top of the first.
        let once = headers.get_all(CONTENT_ENCODING).iter().count() == 1;
        known.filter(|_| once).ok_or_else(|| BodyError::UnsupportedEncoding(encoding.into_owned()))
    }
}

fn json_charset(name: Option<String>) -> Result<Charset, BodyError> {
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

/// The first value of a header; bytes that are no text can only make it unknown, so they need no error of their own.
fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<Cow<'a, str>> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes().trim_ascii()))
}

/// The parameters of a media type are not what RFC 9110 section 5.6.6 allows.
struct BadGrammar;

/// The value of the last `charset` among the parameters of a media type, `None` if it is absent or empty.
///
/// Strict, as upstream's parser is: where a parameter breaks the grammar, if only by a semicolon at the end, the whole
/// header counts as no media type.
fn charset(mut parameters: &str) -> Result<Option<String>, BadGrammar> {
    let mut charset = None;
    while !parameters.is_empty() {
        let (name, value, rest) = parameter(parameters).ok_or(BadGrammar)?;
        if name.eq_ignore_ascii_case("charset") {
            charset = Some(value);
        }
        parameters = rest;
    }
    Ok(charset.filter(|charset| !charset.is_empty()))
}

/// The first parameter with the semicolon before it: its name, its value unquoted, and what follows.
fn parameter(text: &str) -> Option<(&str, String, &str)> {
    let (name, rest) = token(text.strip_prefix(';')?.trim_start_matches(' '))?;
    let rest = rest.trim_start_matches(' ').strip_prefix('=')?.trim_start_matches(' ');
    let (value, rest) = match rest.strip_prefix('"') {
        Some(quoted) => unquoted(quoted)?,
        None => token(rest).map(|(value, rest)| (value.to_owned(), rest))?,
    };
    Some((name, value, rest.trim_start_matches(' ')))
}

/// A token (RFC 9110 section 5.6.2) and what follows it.
fn token(text: &str) -> Option<(&str, &str)> {
    let is_token = |letter: char| letter.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(letter);
    let end = text.find(|letter| !is_token(letter)).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// The text of a quoted string whose opening quote is gone, and what follows its closing quote.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut letters = text.chars();
    loop {
        match letters.next()? {
            '"' => return Some((value, letters.as_str())),
            '\\' => value.push(letters.next()?),
            other => value.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use http::header::HeaderValue;

    use super::*;

    fn media(content_type: &str) -> Result<Option<Media>, BodyError> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_bytes(content_type.as_bytes()).unwrap());
        Ok(Format::of(&headers)?.map(|format| format.media))
    }

    #[test]
    fn json_and_forms_are_recognised_whatever_the_case_and_parameters() {
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
        assert_eq!(Format::of(&HeaderMap::new()), Ok(None));
    }

    #[test]
    fn a_media_type_that_breaks_the_grammar_is_none() {
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
    fn an_unknown_charset_is_refused_by_name() {
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
    fn a_content_encoding_is_one_of_four_and_only_one() {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let encoding = |headers: &HeaderMap| Format::of(headers).map(|format| format.unwrap().encoding);
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
