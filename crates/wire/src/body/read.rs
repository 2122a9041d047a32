//! Reading a body from the connection with a size limit and a deadline.

use std::pin::pin;

use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http::header::CONTENT_LENGTH;
use http_body::Body;
use http_body_util::BodyExt;
use tokio::time::timeout;

use super::format::Format;
use super::{BodyError, BodyKind, Limits};
use crate::reply::BoxError;

/// Reads the body of an operation that takes fields, as sent: [`decode`](super::decode) decompresses and decodes it.
///
/// A body of another media type is read and discarded, up to the JSON limit, so that the connection can be reused; the
/// result is then empty.
///
/// # Errors
/// [`BodyError::TooLarge`] before reading if the `Content-Length` exceeds the limit, otherwise as soon as the bytes
/// received exceed it; [`BodyError::UnsupportedCharset`] and [`BodyError::UnsupportedEncoding`] before reading;
/// [`BodyError::Timeout`] if the body is incomplete at the deadline; [`BodyError::Aborted`] if the connection is lost.
pub async fn read<B>(headers: &HeaderMap, body: B, limits: &Limits) -> Result<Bytes, BodyError>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    read_as(Format::of(headers, BodyKind::Fields)?, headers, body, limits).await
}

/// Reads a body of this format; without a format, the body is discarded.
pub(super) async fn read_as<B>(
    format: Option<Format>,
    headers: &HeaderMap,
    body: B,
    limits: &Limits,
) -> Result<Bytes, BodyError>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    let reading = async {
        match format {
            Some(format) => collect(headers, body, limits.bytes(format.media)).await,
            None => discard(headers, body, limits.json_bytes).await,
        }
    };
    match timeout(limits.read_timeout, reading).await {
        Ok(result) => result,
        Err(_) => Err(BodyError::Timeout),
    }
}

async fn collect<B: Body<Data = Bytes>>(headers: &HeaderMap, body: B, limit: usize) -> Result<Bytes, BodyError> {
    if declared_length(headers, &body) > limit as u64 {
        return Err(BodyError::TooLarge { limit });
    }
    let mut body = pin!(body);
    // Most bodies are one frame, which is returned without a copy.
    let mut first = Bytes::new();
    let mut joined = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| BodyError::Aborted)?.into_data() else {
            continue;
        };
        if data.len() > limit - first.len().max(joined.len()) {
            return Err(BodyError::TooLarge { limit });
        }
        if first.is_empty() {
            first = data;
        } else {
            if joined.is_empty() {
                joined.extend_from_slice(&first);
            }
            joined.extend_from_slice(&data);
        }
    }
    Ok(if joined.is_empty() { first } else { joined.freeze() })
}

async fn discard<B: Body<Data = Bytes>>(headers: &HeaderMap, body: B, limit: usize) -> Result<Bytes, BodyError> {
    if declared_length(headers, &body) > limit as u64 {
        return Ok(Bytes::new());
    }
    let mut body = pin!(body);
    let mut discarded = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| BodyError::Aborted)?;
        discarded += frame.data_ref().map_or(0, Bytes::len);
        if discarded > limit {
            break;
        }
    }
    Ok(Bytes::new())
}

/// The length that the client declared, or 0.
fn declared_length(headers: &HeaderMap, body: &impl Body) -> u64 {
    let header = headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse().ok())
        .unwrap_or(0);
    body.size_hint().lower().max(header)
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::pin::Pin;
    use std::task::{Context, Poll};
    use std::time::Duration;

    use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderValue};
    use http_body::Frame;
    use http_body_util::{Empty, Full};

    use super::*;

    const LIMITS: Limits = Limits { json_bytes: 10, form_bytes: 5, read_timeout: Duration::from_millis(50) };

    /// A body that arrives in pieces and then ends, fails or hangs.
    struct Chunks {
        pieces: VecDeque<&'static str>,
        then: Then,
    }

    #[derive(Clone, Copy)]
    enum Then {
        End,
        Fail,
        Hang,
    }

    impl Body for Chunks {
        type Data = Bytes;
        type Error = std::io::Error;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
            match (self.pieces.pop_front(), self.then) {
                (Some(piece), _) => Poll::Ready(Some(Ok(Frame::data(piece.into())))),
                (None, Then::End) => Poll::Ready(None),
                (None, Then::Fail) => Poll::Ready(Some(Err(std::io::ErrorKind::ConnectionReset.into()))),
                (None, Then::Hang) => Poll::Pending,
            }
        }
    }

    fn chunks(pieces: &[&'static str], then: Then) -> Chunks {
        Chunks { pieces: pieces.iter().copied().collect(), then }
    }

    fn of_type(content_type: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))])
    }

    async fn read_json(body: Chunks) -> Result<Bytes, BodyError> {
        read(&of_type("application/json"), body, &LIMITS).await
    }

    #[tokio::test]
    async fn a_body_up_to_the_limit_is_read() {
        for (pieces, whole) in [
            (&[] as &[_], ""),
            (&["0123456789"], "0123456789"),
            (&["", "012", "", "3456789"], "0123456789"),
            (&["a", "b", "c"], "abc"),
        ] {
            assert_eq!(read_json(chunks(pieces, Then::End)).await.unwrap(), whole);
        }
    }

    #[tokio::test]
    async fn a_chunked_body_is_rejected_as_soon_as_it_exceeds_the_limit() {
        for pieces in [&["01234567890"] as &[_], &["01234", "56789", "0"]] {
            let refused = read_json(chunks(pieces, Then::Hang)).await;
            assert_eq!(refused, Err(BodyError::TooLarge { limit: 10 }));
        }
    }

    #[tokio::test]
    async fn a_declared_length_above_the_limit_is_rejected_before_reading() {
        let mut headers = of_type("application/json");
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static("11"));
        let refused = read(&headers, chunks(&[], Then::Fail), &LIMITS).await;
        assert_eq!(refused, Err(BodyError::TooLarge { limit: 10 }));

        let form = of_type("application/x-www-form-urlencoded");
        let refused = read(&form, Full::new(Bytes::from_static(b"a=1234")), &LIMITS).await;
        assert_eq!(refused, Err(BodyError::TooLarge { limit: 5 }));
    }

    #[tokio::test]
    async fn a_body_that_hangs_times_out_and_a_lost_connection_is_an_error() {
        assert_eq!(read_json(chunks(&["{"], Then::Hang)).await, Err(BodyError::Timeout));
        assert_eq!(read_json(chunks(&["{"], Then::Fail)).await, Err(BodyError::Aborted));
        let ignored = read(&of_type("text/plain"), chunks(&["a"], Then::Hang), &LIMITS).await;
        assert_eq!(ignored, Err(BodyError::Timeout));
    }

    #[tokio::test]
    async fn a_body_of_another_media_type_is_discarded() {
        for headers in [of_type("text/plain"), HeaderMap::new()] {
            for (pieces, then) in [(&["abc", "def"] as &[_], Then::End), (&["0123456789", "0"], Then::Hang)] {
                assert_eq!(read(&headers, chunks(pieces, then), &LIMITS).await, Ok(Bytes::new()));
            }
        }
        let mut headers = of_type("text/plain");
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static("18446744073709551615"));
        assert_eq!(read(&headers, chunks(&[], Then::Hang), &LIMITS).await, Ok(Bytes::new()));
    }

    #[tokio::test]
    async fn an_unsupported_charset_or_encoding_is_rejected_before_reading() {
        let latin = of_type("application/json; charset=latin1");
        let refused = read(&latin, chunks(&[], Then::Hang), &LIMITS).await;
        assert_eq!(refused, Err(BodyError::UnsupportedCharset("latin1".into())));

        let mut zstd = of_type("application/json");
        zstd.insert(CONTENT_ENCODING, HeaderValue::from_static("zstd"));
        let refused = read(&zstd, chunks(&[], Then::Hang), &LIMITS).await;
        assert_eq!(refused, Err(BodyError::UnsupportedEncoding("zstd".into())));
        assert_eq!(read(&zstd, Empty::new(), &LIMITS).await, Ok(Bytes::new()));
    }
}
