//! Request bodies of every kind: objects with fields, other JSON values, plain text, bytes.

use std::borrow::Cow;

use bytes::Bytes;
use serde_json::Value;

use super::format::{Format, Media};
use super::in_flight::InFlight;
use super::{BodyError, Object, encoding, form, json};
use crate::error::RequestError;
use crate::rules::{FromObject, Rule, Violations, read_object};

/// The name of the body in messages about a body without fields.
const NAME: &str = "body";

/// The kind of body that an operation accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyKind {
    /// An object with fields, as JSON or as a form. Also for operations without a body.
    Fields,
    /// A JSON array, or a JSON object without fixed fields.
    Value,
    /// `text/plain`
    Text,
    /// `application/octet-stream`
    Bytes,
}

/// A decoded request body.
#[derive(Debug, Clone, PartialEq)]
pub enum RequestBody {
    /// The fields of an object; empty without a body.
    Fields(Object),
    /// A value to validate by a rule: JSON or text. `None` without a JSON body.
    Value(Option<Value>),
    /// The bytes as they were sent, after decompression.
    Bytes(Bytes),
}

impl RequestBody {
    /// Decompresses and decodes a body of at most `limit` decompressed bytes. These stay taken; without success, only
    /// those that were taken before.
    ///
    /// # Errors
    /// [`BodyError::TooLarge`] if it is larger; any other [`BodyError`] for invalid content.
    pub(super) fn decode(
        kind: BodyKind,
        format: Format,
        bytes: &Bytes,
        limit: usize,
        in_flight: &mut InFlight,
    ) -> Result<Self, BodyError> {
        if bytes.is_empty() {
            return Ok(Self::absent(kind));
        }
        let taken = in_flight.bytes();
        let decoded = encoding::decompress(format.encoding, bytes, limit, in_flight).and_then(|plain| {
            let length = plain.len();
            Ok((Self::parse(kind, format.media, plain, bytes)?, length))
        });
        match decoded {
            Ok((body, length)) => {
                // The compressed bytes are about to be dropped.
                in_flight.resize(length)?;
                Ok(body)
            }
            Err(error) => {
                in_flight.resize(taken)?;
                Err(error)
            }
        }
    }

    /// Decodes the decompressed bytes of a body that was sent as `sent`.
    fn parse(kind: BodyKind, media: Media, plain: Cow<'_, [u8]>, sent: &Bytes) -> Result<Self, BodyError> {
        Ok(match (kind, media) {
            (BodyKind::Fields, Media::Json(charset)) => Self::Fields(json::parse(&charset.decode(&plain))?),
            (_, Media::Json(charset)) => Self::Value(json::parse_value(&charset.decode(&plain))?),
            (_, Media::Form(charset)) => Self::Fields(form::parse(&charset.decode(&plain), charset)?),
            (_, Media::Text(charset)) => Self::Value(Some(Value::from(charset.decode(&plain).as_ref()))),
            (_, Media::Binary) => Self::Bytes(match plain {
                // Not compressed: no copy.
                Cow::Borrowed(_) => sent.clone(),
                Cow::Owned(plain) => plain.into(),
            }),
        })
    }

    /// The body of a request without one.
    pub(super) fn absent(kind: BodyKind) -> Self {
        match kind {
            BodyKind::Fields => Self::Fields(Object::new()),
            BodyKind::Value => Self::Value(None),
            BodyKind::Text => Self::Value(Some(Value::from(""))),
            BodyKind::Bytes => Self::Bytes(Bytes::new()),
        }
    }

    /// Reads and validates a contract type from the fields.
    ///
    /// # Errors
    /// [`RequestError::Validation`] with all violations.
    pub fn object<T: FromObject>(self) -> Result<T, RequestError> {
        let read = match &self {
            Self::Fields(object) => read_object(object),
            Self::Value(_) | Self::Bytes(_) => read_object(&Object::new()),
        };
        read.map_err(RequestError::Validation)
    }

    /// Validates the value by a rule; messages call it `body`.
    ///
    /// # Errors
    /// [`RequestError::Validation`] with all violations.
    pub fn value<R: Rule>(self, rule: &R) -> Result<R::Output, RequestError> {
        let value = match &self {
            Self::Value(value) => value.as_ref(),
            Self::Fields(_) | Self::Bytes(_) => None,
        };
        let mut violations = Violations::new();
        rule.check(NAME, value, &mut violations).ok_or_else(|| RequestError::Validation(violations.into_vec()))
    }

    /// The bytes; empty for the other kinds of body.
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
    use std::time::Duration;

    use http::HeaderMap;
    use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderValue};
    use http_body_util::{Empty, Full};
    use serde_json::json;

    use super::*;
    use crate::body::{AcceptedBody, BodyReader, Capacity, Limits};
    use crate::rules::{Integer, List, Text};

    const LIMITS: Limits =
        Limits { authorized_bytes: 20, unauthorized_bytes: 20, form_bytes: 5, read_timeout: Duration::from_millis(50) };

    async fn receive<B>(kind: BodyKind, headers: &HeaderMap, body: B) -> Result<RequestBody, RequestError>
    where
        B: http_body::Body<Data = Bytes>,
        B::Error: Into<crate::BoxError>,
    {
        let reader = BodyReader::new(LIMITS, Capacity::default());
        let accepted = AcceptedBody { kind, is_secured: false, max_bytes: None };
        let authorize = async { unreachable!("the operation needs no credential") };
        reader.receive(accepted, headers, body, authorize).await.map(|(body, _)| body)
    }

    async fn received(
        kind: BodyKind,
        content_type: &'static str,
        body: &'static [u8],
    ) -> Result<RequestBody, RequestError> {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))]);
        receive(kind, &headers, Full::new(Bytes::from_static(body))).await
    }

    #[tokio::test]
    async fn each_kind_of_body_is_decoded() {
        let fields = received(BodyKind::Fields, "application/json", b"{\"a\":1}").await.unwrap();
        assert_eq!(fields, RequestBody::Fields(json!({"a": 1}).as_object().unwrap().clone()));

        let value = received(BodyKind::Value, "application/json", b"[1,2]").await.unwrap();
        assert_eq!(value.value(&List::new(Integer::new())).unwrap(), [1, 2]);

        let text = received(BodyKind::Text, "text/plain; charset=utf-16be", b"\0a\0\xE9").await.unwrap();
        assert_eq!(text.value(&Text::new()).unwrap(), "aé");

        let bytes = received(BodyKind::Bytes, "application/octet-stream", b"\0\xFF").await.unwrap();
        assert_eq!(bytes.into_bytes(), &b"\0\xFF"[..]);
    }

    #[tokio::test]
    async fn each_kind_of_body_has_its_empty_value() {
        for (kind, empty) in [
            (BodyKind::Fields, RequestBody::Fields(Object::new())),
            (BodyKind::Value, RequestBody::Value(None)),
            (BodyKind::Text, RequestBody::Value(Some(json!("")))),
            (BodyKind::Bytes, RequestBody::Bytes(Bytes::new())),
        ] {
            let received = receive(kind, &HeaderMap::new(), Empty::new()).await;
            assert_eq!(received, Ok(empty), "{kind:?}");
        }
    }

    #[tokio::test]
    async fn violations_of_a_body_without_fields_name_it_body() {
        let form = received(BodyKind::Value, "application/x-www-form-urlencoded", b"a=1").await.unwrap();
        assert_eq!(
            form.value(&List::new(Integer::new())),
            Err(RequestError::Validation(vec!["body must be an array".into()]))
        );
        let text = received(BodyKind::Text, "text/plain", b"abc").await.unwrap();
        assert_eq!(
            text.value(&Text::new().max_length(2)),
            Err(RequestError::Validation(vec!["body must be shorter than or equal to 2 characters".into()]))
        );
    }

    #[tokio::test]
    async fn the_limit_applies_to_every_kind_of_body_before_and_after_decompression() {
        let refused = Err(RequestError::Body(BodyError::TooLarge { limit: 20 }));
        for (kind, content_type) in [
            (BodyKind::Value, "application/json"),
            (BodyKind::Text, "text/plain"),
            (BodyKind::Bytes, "application/octet-stream"),
        ] {
            assert_eq!(received(kind, content_type, &[b'['; 21]).await, refused, "{content_type}");
        }
        // "a" a thousand times, compressed by brotli.
        let mut headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("text/plain"))]);
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("br"));
        let mut bomb = Vec::new();
        std::io::Write::write_all(&mut brotli::CompressorWriter::new(&mut bomb, 4096, 5, 22), &[b'a'; 1000]).unwrap();
        assert!(bomb.len() <= 20, "{}", bomb.len());
        assert_eq!(receive(BodyKind::Text, &headers, Full::new(bomb.into())).await, refused);
    }

    #[tokio::test]
    async fn another_media_type_is_rejected_before_the_body_is_read() {
        let refused = received(BodyKind::Bytes, "image/png", b"x").await.unwrap_err();
        assert_eq!(refused.status(), 415);
        assert_eq!(refused.to_string(), "Unsupported media type \"image/png\" of request body");
    }
}
