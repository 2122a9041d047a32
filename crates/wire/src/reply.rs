//! Answers: a body, a typed response with its headers, and how they become an HTTP response.

use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::Stream;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, SET_COOKIE};
use http::{HeaderMap, Response, StatusCode};
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;
use http_body_util::combinators::UnsyncBoxBody;
use serde::Serialize;

use crate::array::JsonArray;

/// Any error a body may end with.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// The media type of every JSON answer.
pub const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// The media type of every answer in plain text.
pub const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// The media type of an answer in bytes, unless the reply's headers say more.
pub const BINARY: HeaderValue = HeaderValue::from_static("application/octet-stream");

/// Bytes of a body held in memory that are handed on at a time. What is handed on is copied, and a copy of all would
/// stay with the connection as long as it is used.
const PIECE: usize = 16 * 1024;

/// The body of an answer.
#[derive(Debug, Default)]
pub enum Body {
    /// No body.
    #[default]
    Empty,
    /// A body held in memory.
    Full(Bytes),
    /// A body produced while it is sent.
    Stream(UnsyncBoxBody<Bytes, BoxError>),
}

impl Body {
    /// A body produced while it is sent.
    pub fn stream<B>(body: B) -> Self
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        Self::Stream(body.map_err(Into::into).boxed_unsync())
    }

    /// The bytes of a body held in memory, from which an entity tag can be made; `None` for the other kinds.
    #[must_use]
    pub fn as_full(&self) -> Option<&Bytes> {
        match self {
            Self::Full(bytes) => Some(bytes),
            Self::Empty | Self::Stream(_) => None,
        }
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        if bytes.is_empty() { Self::Empty } else { Self::Full(bytes) }
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match &mut *self {
            Self::Empty => Poll::Ready(None),
            Self::Full(bytes) => {
                if bytes.len() > PIECE {
                    return Poll::Ready(Some(Ok(Frame::data(bytes.split_to(PIECE)))));
                }
                let bytes = std::mem::take(bytes);
                *self = Self::Empty;
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Self::Stream(stream) => {
                let frame = ready!(Pin::new(stream).poll_frame(context));
                if frame.is_none() {
                    *self = Self::Empty;
                }
                Poll::Ready(frame)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Full(bytes) => bytes.is_empty(),
            Self::Stream(stream) => stream.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty => SizeHint::with_exact(0),
            Self::Full(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Stream(stream) => stream.size_hint(),
        }
    }
}

/// What can be sent as an HTTP response.
pub trait IntoResponse {
    /// Writes the status, the headers and the body.
    ///
    /// # Errors
    /// As for [`json`].
    fn into_response(self) -> Result<Response<Body>, serde_json::Error>;
}

impl IntoResponse for Response<Body> {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        Ok(self)
    }
}

/// A response of the contract, with headers the contract does not name.
#[derive(Debug)]
pub struct Reply<R> {
    /// One of the responses the operation may give.
    pub response: R,
    /// Headers sent beside those of the response, such as several `Set-Cookie`; they replace those of the same names.
    pub headers: HeaderMap,
    /// A body in place of that of the response.
    pub body: Option<Body>,
}

impl<R> Reply<R> {
    /// A response whose body is an array, too long to be held in memory: the items are sent as they come. `response`
    /// is the one that would hold them. An error on the way breaks the answer off, visibly for the client.
    pub fn streaming<T, E, S>(response: impl FnOnce(Vec<T>) -> R, items: S) -> Self
    where
        S: Stream<Item = Result<T, E>> + Send + 'static,
        T: Serialize + 'static,
        E: Into<BoxError> + 'static,
    {
        let body = Some(Body::stream(JsonArray::new(items)));
        Self { body, ..Self::from(response(Vec::new())) }
    }

    /// Adds a header; an earlier one of the same name stays.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.append(name, value);
        self
    }
}

impl<R> From<R> for Reply<R> {
    fn from(response: R) -> Self {
        Self { response, headers: HeaderMap::new(), body: None }
    }
}

impl<R: IntoResponse> IntoResponse for Reply<R> {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        let mut response = self.response.into_response()?;
        if let Some(body) = self.body {
            *response.body_mut() = body;
        }
        if !self.headers.is_empty() {
            response.headers_mut().extend(self.headers);
            if response.headers().contains_key(SET_COOKIE) {
                response = not_stored(response);
            }
        }
        Ok(response)
    }
}

/// A JSON answer.
///
/// # Errors
/// What the value's `Serialize` reports; contract types have no way to fail.
pub fn json<T: Serialize + ?Sized>(status: StatusCode, value: &T) -> Result<Response<Body>, serde_json::Error> {
    // Most answers fit, and need no larger buffer.
    let mut bytes = Vec::with_capacity(512);
    serde_json::to_writer(&mut bytes, value)?;
    Ok(with_body(status, JSON, Body::Full(bytes.into())))
}

/// An answer in plain text.
#[must_use]
pub fn text(status: StatusCode, text: String) -> Response<Body> {
    with_body(status, TEXT, Body::from(Bytes::from(text)))
}

/// An answer in bytes, held in memory or produced while it is sent.
#[must_use]
pub fn binary(status: StatusCode, body: Body) -> Response<Body> {
    with_body(status, BINARY, body)
}

fn with_body(status: StatusCode, media_type: HeaderValue, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, media_type);
    response
}

/// The same answer, which no cache may store, because it contains a secret (RFC 9111, section 5.2.2.5).
#[must_use]
pub fn not_stored(mut response: Response<Body>) -> Response<Body> {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// An answer without a body and without a content type.
#[must_use]
pub fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use http::header::SET_COOKIE;
    use http_body::Body as _;
    use http_body_util::Full;

    use super::*;

    async fn sent(body: Body) -> Bytes {
        body.collect().await.unwrap().to_bytes()
    }

    #[tokio::test]
    async fn json_is_written_with_its_media_type() {
        let response = json(StatusCode::CREATED, &serde_json::json!({"res": "pong"})).unwrap();

        assert_eq!(response.status(), StatusCode::CREATED);
        assert_eq!(response.headers()[CONTENT_TYPE], "application/json; charset=utf-8");
        assert_eq!(response.body().as_full().unwrap(), r#"{"res":"pong"}"#);
        assert_eq!(response.body().size_hint().exact(), Some(14));
        assert_eq!(sent(response.into_body()).await, r#"{"res":"pong"}"#);
    }

    #[tokio::test]
    async fn an_empty_answer_has_neither_body_nor_media_type() {
        let response = empty(StatusCode::NO_CONTENT);

        assert!(response.headers().is_empty());
        assert!(response.body().is_end_stream());
        assert_eq!(response.body().size_hint().exact(), Some(0));
        assert!(response.body().as_full().is_none());
        assert!(sent(response.into_body()).await.is_empty());
    }

    #[tokio::test]
    async fn a_stream_is_passed_through_and_has_no_bytes_to_tag() {
        let body = Body::stream(Full::new(Bytes::from_static(b"abc")));

        assert!(body.as_full().is_none());
        assert!(!body.is_end_stream());
        assert_eq!(sent(body).await, "abc");
    }

    #[tokio::test]
    async fn a_long_body_is_handed_on_in_pieces() {
        let text: Vec<u8> = (0..=PIECE * 2).map(|at| (at % 251).try_into().unwrap()).collect();
        let mut body = Body::from(Bytes::from(text.clone()));
        assert_eq!(body.size_hint().exact(), Some(text.len() as u64));

        let mut pieces = Vec::new();
        while let Some(frame) = body.frame().await {
            pieces.push(frame.unwrap().into_data().unwrap());
        }

        assert_eq!(pieces.iter().map(Bytes::len).collect::<Vec<_>>(), [PIECE, PIECE, 1]);
        assert_eq!(pieces.concat(), text);
        assert!(body.is_end_stream());
    }

    #[test]
    fn a_reply_sends_several_cookies_beside_the_headers_of_its_response() {
        let response = json(StatusCode::OK, &1).unwrap();
        let reply = Reply::from(response)
            .with_header(SET_COOKIE, HeaderValue::from_static("a=1"))
            .with_header(HeaderName::from_static("x-other"), HeaderValue::from_static("o"))
            .with_header(SET_COOKIE, HeaderValue::from_static("b=2"));

        let response = reply.into_response().unwrap();

        let cookies: Vec<_> = response.headers().get_all(SET_COOKIE).iter().collect();
        assert_eq!(cookies, ["a=1", "b=2"]);
        assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
        assert_eq!(response.headers()["x-other"], "o");
        assert_eq!(response.headers()[CONTENT_TYPE], JSON);
    }

    #[test]
    fn the_headers_of_a_reply_replace_those_of_its_response() {
        let reply = Reply::from(binary(StatusCode::OK, Body::Empty))
            .with_header(CONTENT_TYPE, HeaderValue::from_static("image/webp"));

        let response = reply.into_response().unwrap();

        assert_eq!(response.headers().get_all(CONTENT_TYPE).iter().collect::<Vec<_>>(), ["image/webp"]);
    }
}
