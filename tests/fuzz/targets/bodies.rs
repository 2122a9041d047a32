//! Bodies: a compressed body decodes to the same fields as the plain one, JSON as `serde_json` reads it, and decoding
//! holds a bounded number of bytes.
//!
//! The first byte of an input chooses media type, charset and encoding; the rest is the body.

#![no_main]

use std::io::Write as _;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use http::HeaderMap;
use immich_fuzz::{Counting, decode, headers, peak};
use immich_wire::RequestError;
use immich_wire::body::Object;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const TYPES: [&str; 8] = [
    "application/json",
    "application/json; charset=utf-16",
    "application/json; charset=gb18030",
    "application/json; charset=\"utf-8\"",
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=iso-8859-1",
    "multipart/form-data; boundary=b",
    "text/plain",
];
const ENCODINGS: [&str; 5] = ["identity", "gzip", "deflate", "br", "gzip, br"];

/// The bytes that decoding may hold: the body unpacked and as text, and 10,000 values with their names.
const MOST: usize = 64 << 20;

fuzz_target!(|data: &[u8]| {
    let Some((choice, body)) = data.split_first() else { return };
    let choice = usize::from(*choice);
    let (media, encoding) = (TYPES[choice % TYPES.len()], ENCODINGS[choice / TYPES.len() % ENCODINGS.len()]);
    let (decoded, held) = peak(|| decode(&of(media, encoding), body));
    assert!(held <= MOST + 16 * body.len(), "{} bytes of {media}, {encoding} took {held}", body.len());

    if encoding == "identity" {
        agrees_when_packed(media, body, &decoded);
    }
    if media == "application/json" && encoding == "identity" {
        agrees_with_serde(body, &decoded);
    }
    if let Ok(object) = &decoded {
        comes_back(object);
    }
});

fn of(media: &str, encoding: &str) -> HeaderMap {
    headers([("content-type", media.as_bytes()), ("content-encoding", encoding.as_bytes())])
}

/// A body that is packed here decodes to what the plain one decodes to, whatever that is. An empty body is not unpacked.
fn agrees_when_packed(media: &str, body: &[u8], plain: &Result<Object, RequestError>) {
    // A body of one repeated byte may exceed the permitted ratio.
    if body.is_empty() || body.len() > 4_096 {
        return;
    }
    let mut gzip = GzEncoder::new(Vec::new(), Compression::none());
    let mut deflate = ZlibEncoder::new(Vec::new(), Compression::none());
    let mut brotli = Vec::new();
    gzip.write_all(body).expect("a vector takes everything");
    deflate.write_all(body).expect("a vector takes everything");
    let parameters = brotli::enc::BrotliEncoderParams { quality: 1, ..Default::default() };
    brotli::BrotliCompress(&mut &*body, &mut brotli, &parameters).expect("a vector takes everything");
    let packed = [
        ("gzip", gzip.finish().expect("a vector takes everything")),
        ("deflate", deflate.finish().expect("a vector takes everything")),
        ("br", brotli),
    ];
    for (encoding, bytes) in packed {
        assert_eq!(&decode(&of(media, encoding), &bytes), plain, "{media}, {encoding}");
    }
}

/// Where both accept a text as JSON, they read the same; what is no JSON is accepted by neither.
fn agrees_with_serde(body: &[u8], decoded: &Result<Object, RequestError>) {
    let Ok(text) = std::str::from_utf8(body) else { return };
    // Both skip or reject a byte order mark; an empty body has no fields.
    if text.is_empty() || text.starts_with('\u{feff}') {
        return;
    }
    match (serde_json::from_str::<Value>(text), decoded) {
        (Ok(Value::Object(expected)), Ok(object)) => assert_eq!(object, &expected),
        (Ok(Value::Array(_)), Ok(object)) => assert!(object.is_empty()),
        (Ok(other), Ok(_)) => panic!("{other} has no fields"),
        // `serde_json` stops at 128 levels.
        (Err(error), Ok(_)) => assert!(error.to_string().contains("recursion limit"), "accepted although {error}"),
        // More values, deeper nesting or a lone surrogate than this server accepts.
        (_, Err(_)) => {}
    }
}

/// The fields, written as JSON, decode to the same fields.
fn comes_back(object: &Object) {
    let text = serde_json::to_vec(object).expect("values are JSON");
    match decode(&of("application/json", "identity"), &text) {
        Ok(again) => assert_eq!(&again, object),
        // Escapes may make the text longer than the limit.
        Err(error) => assert!(text.len() > 100 * 1024, "{error}"),
    }
}
