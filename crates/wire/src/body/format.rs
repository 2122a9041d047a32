//! What the headers say of a body: media type, charset, content encoding.

use std::borrow::Cow;

use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName};

use super::charset::{Charset, FormCharset};
use super::{BodyError, Intake};

/// How a body is to be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Format {
    pub(super) media: Media,
    pub(super) encoding: Encoding,
}

/// The media types that are read.
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

/// The content encodings (RFC 9110 section 8.4.1) that are undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Identity,
    Gzip,
    Deflate,
    Brotli,
}

impl Format {
    /// The format of a body that an operation takes so. `None` says that the body is not looked at.
    pub(super) fn of(headers: &HeaderMap, intake: Intake) -> Result<Option<Self>, BodyError> {
        let content_type = text(headers, &CONTENT_TYPE);
        let Some(media) = Media::of(content_type.as_deref(), intake)? else {
            return Ok(None);
        };
        Ok(Some(Self { media, encoding: Encoding::of(headers)? }))
    }
}

impl Media {
    /// Bodies of JSON and forms of another media type are not looked at, as upstream does it; texts and bytes of
    /// another media type are refused. What has no media type is bytes (RFC 9110 section 8.3). A header that breaks
    /// the grammar names no media type.
    fn of(content_type: Option<&str>, intake: Intake) -> Result<Option<Self>, BodyError> {
        let text = content_type.unwrap_or_default();
        let (essence, parameters) = text.split_at(text.find(';').unwrap_or(text.len()));
        let essence = essence.trim();
        let charset = charset(parameters);
        let is = |media_type: &str| charset.is_ok() && essence.eq_ignore_ascii_case(media_type);
        let named = || charset.as_ref().ok().cloned().flatten();
        match intake {
            Intake::Fields | Intake::Value if is("application/json") => Ok(Some(Self::Json(unicode(named())?))),
            Intake::Fields if is("application/x-www-form-urlencoded") => Ok(Some(Self::Form(form_charset(named())?))),
            Intake::Fields | Intake::Value => Ok(None),
            Intake::Text if is("text/plain") => Ok(Some(Self::Text(unicode(named())?))),
            Intake::Bytes if content_type.is_none() || is("application/octet-stream") => Ok(Some(Self::Binary)),
            Intake::Text | Intake::Bytes => Err(BodyError::UnsupportedMediaType(essence.to_owned())),
        }
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

/// The charset that was named, or UTF-8.
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

/// The first value of a header; bytes that are no text can only make it unknown, so they need no error of their own.
fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<Cow<'a, str>> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes().trim_ascii()))
}

/// The parameters of a media type are not what RFC 9110 section 5.6.6 allows.
#[derive(Clone, Copy)]
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
        taken(content_type, Intake::Fields)
    }

    fn taken(content_type: &str, intake: Intake) -> Result<Option<Media>, BodyError> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_bytes(content_type.as_bytes()).unwrap());
        Ok(Format::of(&headers, intake)?.map(|format| format.media))
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
        assert_eq!(Format::of(&HeaderMap::new(), Intake::Fields), Ok(None));
    }

    #[test]
    fn values_are_json_and_nothing_else() {
        assert_eq!(taken("application/json", Intake::Value), Ok(Some(Media::Json(Charset::Utf8))));
        for content_type in ["application/x-www-form-urlencoded", "text/plain", "application/octet-stream", ""] {
            assert_eq!(taken(content_type, Intake::Value), Ok(None), "{content_type}");
        }
    }

    #[test]
    fn texts_and_bytes_of_another_media_type_are_refused() {
        assert_eq!(taken("Text/Plain", Intake::Text), Ok(Some(Media::Text(Charset::Utf8))));
        assert_eq!(taken("text/plain; charset=utf-16le", Intake::Text), Ok(Some(Media::Text(Charset::Utf16Le))));
        assert_eq!(taken("application/octet-stream", Intake::Bytes), Ok(Some(Media::Binary)));
        let unnamed = Format::of(&HeaderMap::new(), Intake::Bytes).unwrap().unwrap();
        assert_eq!(unnamed, Format { media: Media::Binary, encoding: Encoding::Identity });

        for (content_type, intake) in [
            ("application/json", Intake::Text),
            ("text/html", Intake::Text),
            ("application/octet-stream", Intake::Text),
            ("text/plain", Intake::Bytes),
            ("image/png", Intake::Bytes),
        ] {
            let expected = Err(BodyError::UnsupportedMediaType(content_type.into()));
            assert_eq!(taken(content_type, intake), expected, "{content_type}");
        }
        let nothing = Format::of(&HeaderMap::new(), Intake::Text);
        assert_eq!(nothing, Err(BodyError::UnsupportedMediaType(String::new())));
        let latin = taken("text/plain; charset=latin1", Intake::Text);
        assert_eq!(latin, Err(BodyError::UnsupportedCharset("latin1".into())));
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
        let encoding = |headers: &HeaderMap| Format::of(headers, Intake::Fields).map(|format| format.unwrap().encoding);
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
