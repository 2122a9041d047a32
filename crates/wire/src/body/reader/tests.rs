use std::cell::Cell;
use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use http_body::{Body, Frame};
use http_body_util::{Empty, Full};

use super::super::encoding::tests::gzip;
use super::*;

const LIMITS: Limits =
    Limits { authorized_bytes: 20, unauthorized_bytes: 10, form_bytes: 5, read_timeout: Duration::from_millis(50) };

const BINARY: &str = "application/octet-stream";

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

/// Receives the body of an operation that needs no credential.
async fn receive<B>(kind: BodyKind, headers: &HeaderMap, body: B) -> Result<RequestBody, RequestError>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    let accepted = AcceptedBody { kind, is_secured: false, max_bytes: None };
    let authorize = async { unreachable!("the operation needs no credential") };
    let reader = BodyReader::new(LIMITS, Capacity::default());
    reader.receive(accepted, headers, body, authorize).await.map(|(body, _)| body)
}

async fn received_bytes(body: Chunks) -> Result<Bytes, RequestError> {
    Ok(receive(BodyKind::Bytes, &of_type(BINARY), body).await?.into_bytes())
}

fn too_large(limit: usize) -> RequestError {
    BodyError::TooLarge { limit }.into()
}

#[tokio::test]
async fn a_body_up_to_the_limit_is_received() {
    for (pieces, whole) in [
        (&[] as &[_], ""),
        (&["0123456789"], "0123456789"),
        (&["", "012", "", "3456789"], "0123456789"),
        (&["a", "b", "c"], "abc"),
    ] {
        assert_eq!(received_bytes(chunks(pieces, Then::End)).await.unwrap(), whole);
    }
}

#[tokio::test]
async fn a_chunked_body_is_rejected_as_soon_as_it_exceeds_the_limit() {
    for pieces in [&["01234567890"] as &[_], &["01234", "56789", "0"]] {
        assert_eq!(received_bytes(chunks(pieces, Then::Hang)).await, Err(too_large(10)));
    }
}

#[tokio::test]
async fn a_declared_length_above_the_limit_is_rejected_before_receiving() {
    let mut headers = of_type("application/json");
    headers.insert(CONTENT_LENGTH, HeaderValue::from_static("11"));
    let rejected = receive(BodyKind::Fields, &headers, chunks(&[], Then::Fail)).await;
    assert_eq!(rejected, Err(too_large(10)));

    let form = of_type("application/x-www-form-urlencoded");
    let rejected = receive(BodyKind::Fields, &form, Full::new(Bytes::from_static(b"a=1234"))).await;
    assert_eq!(rejected, Err(too_large(5)));
}

#[tokio::test]
async fn a_body_that_hangs_times_out_and_a_lost_connection_is_an_error() {
    assert_eq!(received_bytes(chunks(&["{"], Then::Hang)).await, Err(BodyError::Timeout.into()));
    assert_eq!(received_bytes(chunks(&["{"], Then::Fail)).await, Err(BodyError::Aborted.into()));
    let ignored = receive(BodyKind::Fields, &of_type("text/plain"), chunks(&["a"], Then::Hang)).await;
    assert_eq!(ignored, Err(BodyError::Timeout.into()));
}

#[tokio::test]
async fn a_body_of_another_media_type_is_discarded() {
    let nothing = Ok(RequestBody::absent(BodyKind::Fields));
    for headers in [of_type("text/plain"), HeaderMap::new()] {
        for (pieces, then) in [(&["abc", "def"] as &[_], Then::End), (&["0123456789", "0"], Then::Hang)] {
            assert_eq!(receive(BodyKind::Fields, &headers, chunks(pieces, then)).await, nothing);
        }
    }
    let mut headers = of_type("text/plain");
    headers.insert(CONTENT_LENGTH, HeaderValue::from_static("18446744073709551615"));
    assert_eq!(receive(BodyKind::Fields, &headers, chunks(&[], Then::Hang)).await, nothing);
}

#[tokio::test]
async fn an_unsupported_charset_or_encoding_is_rejected_before_receiving() {
    let latin = of_type("application/json; charset=latin1");
    let rejected = receive(BodyKind::Fields, &latin, chunks(&[], Then::Hang)).await;
    assert_eq!(rejected, Err(BodyError::UnsupportedCharset("latin1".into()).into()));

    let mut zstd = of_type("application/json");
    zstd.insert(CONTENT_ENCODING, HeaderValue::from_static("zstd"));
    let rejected = receive(BodyKind::Fields, &zstd, chunks(&[], Then::Hang)).await;
    assert_eq!(rejected, Err(BodyError::UnsupportedEncoding("zstd".into()).into()));
    let nothing = Ok(RequestBody::absent(BodyKind::Fields));
    assert_eq!(receive(BodyKind::Fields, &zstd, Empty::new()).await, nothing);
}

/// Receives the body of an operation that needs a credential, which is valid or not. Returns also how often it was
/// checked.
async fn secured(headers: &HeaderMap, body: Chunks, is_valid: bool) -> (Result<Bytes, RequestError>, u32) {
    let accepted = AcceptedBody { kind: BodyKind::Bytes, is_secured: true, max_bytes: None };
    let checks = Cell::new(0);
    let authorize = async {
        checks.set(checks.get() + 1);
        if is_valid { Ok(()) } else { Err(RequestError::Validation(vec!["denied".into()])) }
    };
    let reader = BodyReader::new(LIMITS, Capacity::default());
    let received = reader.receive(accepted, headers, body, authorize).await;
    (received.map(|(body, _)| body.into_bytes()), checks.get())
}

#[tokio::test]
async fn the_credential_is_checked_before_a_large_body_is_received_and_not_for_a_small_one() {
    let denied = || Err(RequestError::Validation(vec!["denied".into()]));
    for is_valid in [true, false] {
        let small = secured(&of_type(BINARY), chunks(&["01234", "56789"], Then::End), is_valid).await;
        assert_eq!(small, (Ok("0123456789".into()), 0));
    }
    for pieces in [&["0123456789abcdefghij"] as &[_], &["01234", "56789a", "bcdefghi", "j"]] {
        let received = secured(&of_type(BINARY), chunks(pieces, Then::End), true).await;
        assert_eq!(received, (Ok("0123456789abcdefghij".into()), 1));
        assert_eq!(secured(&of_type(BINARY), chunks(pieces, Then::Hang), false).await, (denied(), 1));
    }
    let larger = secured(&of_type(BINARY), chunks(&["0123456789", "0123456789", "0"], Then::Hang), true).await;
    assert_eq!(larger, (Err(too_large(20)), 1));

    let mut declared = of_type(BINARY);
    declared.insert(CONTENT_LENGTH, HeaderValue::from_static("11"));
    assert_eq!(secured(&declared, chunks(&[], Then::Hang), false).await, (denied(), 1));
}

#[tokio::test]
async fn the_credential_is_checked_before_a_body_is_decompressed_beyond_the_small_limit() {
    let reader =
        BodyReader::new(Limits { unauthorized_bytes: 200, authorized_bytes: 2_000, ..LIMITS }, Capacity::default());
    let mut headers = of_type(BINARY);
    headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    let accepted = AcceptedBody { kind: BodyKind::Bytes, is_secured: true, max_bytes: None };
    for (length, checks, expected) in [(200, 0, Ok(200)), (201, 1, Ok(201)), (2_001, 1, Err(too_large(2_000)))] {
        let checked = Cell::new(0);
        let authorize = async {
            checked.set(checked.get() + 1);
            Ok::<_, RequestError>(())
        };
        let body = Full::new(Bytes::from(gzip(&vec![b'a'; length])));
        let received = reader.receive(accepted, &headers, body, authorize).await;
        assert_eq!(received.map(|(body, _)| body.into_bytes().len()), expected, "{length}");
        assert_eq!(checked.get(), checks, "{length}");
    }
}

#[tokio::test]
async fn large_bodies_are_decoded_on_other_threads_with_the_same_result() {
    let reader = BodyReader::default();
    let accepted = AcceptedBody { kind: BodyKind::Fields, is_secured: false, max_bytes: Some(1 << 20) };
    let authorize = || async { unreachable!("the operation needs no credential") };
    for length in [INLINE_BYTES - 20, INLINE_BYTES, 1 << 19] {
        let value = "a".repeat(length);
        let json = format!("{{\"x\":\"{value}\"}}");
        let received: Result<_, RequestError> =
            reader.receive(accepted, &of_type("application/json"), Full::new(json.into()), authorize()).await;
        let (body, in_flight) = received.unwrap();
        assert_eq!(body, RequestBody::Fields(crate::Object::from_iter([("x".to_owned(), value.into())])));
        assert_eq!(in_flight.unwrap().bytes(), length + 8);
    }
}

#[tokio::test]
async fn beyond_the_memory_for_bodies_a_request_is_refused_until_others_end() {
    let capacity = Capacity { starts: 100_000, unauthorized: 10_000, authorized: 10_000 };
    let reader = BodyReader::new(Limits::default(), capacity);
    let accepted = AcceptedBody { kind: BodyKind::Bytes, is_secured: false, max_bytes: None };
    let receive = async |length: usize| -> Result<_, RequestError> {
        let body = Full::new(Bytes::from(vec![b'a'; length]));
        reader.receive(accepted, &of_type(BINARY), body, async { Ok(()) }).await
    };
    let large = receive(12_000).await.unwrap();
    assert_eq!(receive(12_000).await.map(drop), Err(BodyError::Busy.into()));
    let small = receive(4_000).await.unwrap();
    drop((large, small));
    receive(12_000).await.unwrap();
}

#[tokio::test]
async fn an_authorized_caller_is_served_when_clients_without_a_credential_have_used_up_their_memory() {
    let reader =
        BodyReader::new(Limits::default(), Capacity { starts: 4_096, unauthorized: 10_000, authorized: 20_000 });
    let bytes = || Full::new(Bytes::from(vec![b'a'; 12_000]));
    let public = AcceptedBody { kind: BodyKind::Bytes, is_secured: false, max_bytes: None };
    let secured = AcceptedBody { is_secured: true, ..public };
    let valid = async { Ok::<_, RequestError>(()) };
    let _attack = reader.receive(public, &of_type(BINARY), bytes(), async { Ok::<_, RequestError>(()) }).await.unwrap();

    let (body, _in_flight) = reader.receive(secured, &of_type(BINARY), bytes(), valid).await.unwrap();
    assert_eq!(body.into_bytes().len(), 12_000);
    let invalid = async { Err(RequestError::Validation(vec!["denied".into()])) };
    let denied = reader.receive(secured, &of_type(BINARY), bytes(), invalid).await;
    assert_eq!(denied.map(drop), Err(RequestError::Validation(vec!["denied".into()])));
}
