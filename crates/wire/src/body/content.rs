//! Bodies of operations that take something else than fields: lists and other values, texts, bytes.

use bytes::Bytes;
use http::HeaderMap;
use http_body::Body;
use serde_json::Value;

use super::format::{Format, Media};
use super::read::read_as;
use super::{BodyError, Limits, Object, decode, json, plain};
use crate::error::RequestError;
use crate::reply::BoxError;
use crate::rules::{FromObject, Rule, Violations, read_object};

/// The name of a body in messages; fields have names of their own.
const NAME: &str = "body";

/// What an operation takes for its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intake {
    /// An object, as JSON or as a form. Also for operations that take no body.
    Fields,
    /// An array or an object of any shape, as JSON.
    Value,
    /// `text/plain`
    Text,
    /// `application/octet-stream`
    Bytes,
}

/// The body of a request as its operation takes it.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// The fields of an object; none without a body.
    Fields(Object),
    /// A value that a rule checks: JSON that is no object with fields, or a text; none without a body of JSON.
    Value(Option<Value>),
    /// The bytes as they are.
    Bytes(Bytes),
}

impl Content {
    /// Reads a body under its limit and decodes it.
    ///
    /// # Errors
    /// As for [`read`](super::read) and [`decode`], and [`BodyError::UnsupportedMediaType`] for a text or bytes of
    /// another media type.
    pub async fn receive<B>(intake: Intake, headers: &HeaderMap, body: B, limits: &Limits) -> Result<Self, RequestError>
    where
        B: Body<Data = Bytes>,
        B::Error: Into<BoxError>,
    {
        if body.is_end_stream() {
            return Ok(Self::absent(intake));
        }
        let format = Format::of(headers, intake)?;
        let bytes = read_as(format, headers, body, limits).await?;
        Ok(Self::decode(intake, format, headers, &bytes, limits)?)
    }

    fn decode(
        intake: Intake,
        format: Option<Format>,
        headers: &HeaderMap,
        bytes: &Bytes,
        limits: &Limits,
    ) -> Result<Self, BodyError> {
        if intake == Intake::Fields {
            return decode(headers, bytes, limits).map(Self::Fields);
        }
        let Some(Format { media, encoding }) = format.filter(|_| !bytes.is_empty()) else {
            return Ok(Self::absent(intake));
        };
        let plain = plain(media, encoding, bytes, limits)?;
        Ok(match media {
            Media::Json(charset) => Self::Value(json::parse_value(&charset.decode(&plain))?),
            Media::Text(charset) => Self::Value(Some(Value::from(charset.decode(&plain).as_ref()))),
            Media::Form(_) | Media::Binary => Self::Bytes(match plain {
                // As they came: no copy.
                std::borrow::Cow::Borrowed(_) => bytes.clone(),
                std::borrow::Cow::Owned(plain) => plain.into(),
            }),
        })
    }

    fn absent(intake: Intake) -> Self {
        match intake {
            Intake::Fields => Self::Fields(Object::new()),
            Intake::Value => Self::Value(None),
            Intake::Text => Self::Value(Some(Value::from(""))),
            Intake::Bytes => Self::Bytes(Bytes::new()),
        }
    }

    /// Reads a type of the contract from the fields.
    ///
    /// # Errors
    /// All violations.
    pub fn object<T: FromObject>(&self) -> Result<T, RequestError> {
        let read = match self {
            Self::Fields(object) => read_object(object),
            Self::Value(_) | Self::Bytes(_) => read_object(&Object::new()),
        };
        read.map_err(RequestError::Validation)
    }

    /// Checks the value, which is called `body` in the messages.
    ///
    /// # Errors
    /// All violations.
    pub fn value<R: Rule>(&self, rule: &R) -> Result<R::Output, RequestError> {
        let value = match self {
            Self::Value(value) => value.as_ref(),
            Self::Fields(_) | Self::Bytes(_) => None,
        };
        let mut violations = Violations::new();
        rule.check(NAME, value, &mut violations).ok_or_else(|| RequestError::Validation(violations.into_vec()))
    }

    /// The bytes.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Fields(_) | Self::Value(_) => Bytes::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderValue};
    use http_body_util::{Empty, Full};
    use serde_json::json;

    use super::*;
    use crate::rules::{Integer, List, Text};

    const LIMITS: Limits = Limits { json_bytes: 20, form_bytes: 5, read_timeout: std::time::Duration::from_millis(50) };

    async fn received(
        intake: Intake,
        content_type: &'static str,
        body: &'static [u8],
    ) -> Result<Content, RequestError> {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))]);
        Content::receive(intake, &headers, Full::new(Bytes::from_static(body)), &LIMITS).await
    }

    #[tokio::test]
    async fn each_intake_gets_its_own_content() {
        let fields = received(Intake::Fields, "application/json", b"{\"a\":1}").await.unwrap();
        assert_eq!(fields, Content::Fields(json!({"a": 1}).as_object().unwrap().clone()));

        let value = received(Intake::Value, "application/json", b"[1,2]").await.unwrap();
        assert_eq!(value.value(&List::new(Integer::new())).unwrap(), [1, 2]);

        let text = received(Intake::Text, "text/plain; charset=utf-16be", b"\0a\0\xE9").await.unwrap();
        assert_eq!(text.value(&Text::new()).unwrap(), "aé");

        let bytes = received(Intake::Bytes, "application/octet-stream", b"\0\xFF").await.unwrap();
        assert_eq!(bytes.into_bytes(), &b"\0\xFF"[..]);
    }

    #[tokio::test]
    async fn without_a_body_each_intake_has_its_own_idea_of_nothing() {
        for (intake, nothing) in [
            (Intake::Fields, Content::Fields(Object::new())),
            (Intake::Value, Content::Value(None)),
            (Intake::Text, Content::Value(Some(json!("")))),
            (Intake::Bytes, Content::Bytes(Bytes::new())),
        ] {
            let received = Content::receive(intake, &HeaderMap::new(), Empty::new(), &LIMITS).await;
            assert_eq!(received, Ok(nothing), "{intake:?}");
        }
    }

    #[tokio::test]
    async fn a_violation_is_named_after_the_body() {
        let form = received(Intake::Value, "application/x-www-form-urlencoded", b"a=1").await.unwrap();
        assert_eq!(
            form.value(&List::new(Integer::new())),
            Err(RequestError::Validation(vec!["body must be an array".into()]))
        );
        let text = received(Intake::Text, "text/plain", b"abc").await.unwrap();
        assert_eq!(
            text.value(&Text::new().max_length(2)),
            Err(RequestError::Validation(vec!["body must be shorter than or equal to 2 characters".into()]))
        );
    }

    #[tokio::test]
    async fn the_limit_holds_for_every_intake_also_after_decompression() {
        let refused = Err(RequestError::Body(BodyError::TooLarge { limit: 20 }));
        for (intake, content_type) in [
            (Intake::Value, "application/json"),
            (Intake::Text, "text/plain"),
            (Intake::Bytes, "application/octet-stream"),
        ] {
            assert_eq!(received(intake, content_type, &[b'['; 21]).await, refused, "{content_type}");
        }
        // "a" a thousand times, compressed by brotli.
        let mut headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("text/plain"))]);
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("br"));
        let mut bomb = Vec::new();
        std::io::Write::write_all(&mut brotli::CompressorWriter::new(&mut bomb, 4096, 5, 22), &[b'a'; 1000]).unwrap();
        assert!(bomb.len() <= 20, "{}", bomb.len());
        assert_eq!(Content::receive(Intake::Text, &headers, Full::new(bomb.into()), &LIMITS).await, refused);
    }

    #[tokio::test]
    async fn another_media_type_is_refused_before_reading() {
        let refused = received(Intake::Bytes, "image/png", b"x").await.unwrap_err();
        assert_eq!(refused.status(), 415);
        assert_eq!(refused.to_string(), "Unsupported media type \"image/png\" of request body");
    }
}
