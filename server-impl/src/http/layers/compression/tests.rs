use std::io::Read as _;

use flate2::read::{GzDecoder, ZlibDecoder};
use http::HeaderName;
use http_body::Body as _;

use super::*;

const COMPRESSED: [Encoding; 3] = [Encoding::Brotli, Encoding::Gzip, Encoding::Deflate];

fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    headers
}

fn json() -> HeaderMap {
    headers(&[(CONTENT_TYPE, "application/json; charset=utf-8")])
}

/// The encoding for a client that accepts gzip and a body of `length` bytes.
fn negotiated(response: &mut HeaderMap, length: usize) -> Encoding {
    let request = headers(&[(ACCEPT_ENCODING, "gzip")]);
    negotiate(&Method::GET, &request, response, length)
}

fn decompress(encoding: Encoding, body: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    match encoding {
        Encoding::Brotli => brotli::BrotliDecompress(&mut &*body, &mut plain).unwrap(),
        Encoding::Gzip => drop(GzDecoder::new(body).read_to_end(&mut plain).unwrap()),
        Encoding::Deflate => drop(ZlibDecoder::new(body).read_to_end(&mut plain).unwrap()),
        Encoding::Identity => plain.extend_from_slice(body),
    }
    plain
}

#[test]
fn given_an_accept_encoding_then_the_choice_is_that_of_the_npm_package_negotiator() {
    use Encoding::{Brotli, Deflate, Gzip, Identity};
    for (accepted, expected) in [
        ("", Identity),
        ("gzip", Gzip),
        ("gzip, deflate, br", Brotli),
        ("gzip, deflate, br, zstd", Brotli),
        ("deflate", Deflate),
        ("deflate, gzip", Gzip),
        ("deflate, identity", Deflate),
        ("*", Brotli),
        ("identity", Identity),
        ("br;q=0.5, gzip;q=0.9", Gzip),
        ("gzip;q=0, br;q=0", Identity),
        ("*;q=0", Identity),
        ("identity;q=0", Identity),
        ("gzip;q=0.5, identity", Identity),
        ("gzip;q=0.5", Gzip),
        ("gzip;q=0.5, *;q=0.1", Gzip),
        ("*;q=0.5, gzip;q=0", Brotli),
        ("GZIP", Gzip),
        ("identity, deflate", Identity),
        ("deflate;q=0.5, identity;q=0.5", Deflate),
        ("deflate, *", Brotli),
        ("gzip;Q=0.3, br;q=0.9", Gzip),
        ("gzip; q = 0.1, br;q=0.9", Gzip),
        ("gzip;q=0.5x", Gzip),
        ("gzip;q=\"0.5\"", Identity),
        ("gzip;q=0.9=3, br;q=0.8", Gzip),
        ("gzip;q=1e-1, br;q=0.2", Brotli),
        ("br;q=,*", Gzip),
        ("gzip x", Identity),
        ("x-gzip", Identity),
        ("zstd", Identity),
        ("zstd, gzip;q=0.2", Gzip),
        ("gzip;q=abc", Identity),
        ("gzip;q=nan, br;q=-1", Identity),
        ("gzip;q=", Identity),
        ("br;q=1.0, gzip;q=1.0, *;q=0.1", Brotli),
        ("deflate;q=0.9, gzip;q=0.8, identity;q=0.95", Identity),
        ("gzip;q=0, gzip", Gzip),
        ("compress, gzip;level=9;q=0.4, deflate;q=0.6", Deflate),
        (" gzip ;q=0.5 ,", Gzip),
        ("identity;q=0.5, *;q=0", Identity),
        ("identity, *;q=0.5", Identity),
        ("gzip, identity", Gzip),
        ("gzip;q=0.001", Gzip),
        ("*, br;q=0", Gzip),
        ("br;q=2, gzip", Brotli),
        (",;=,;q=1", Identity),
    ] {
        let request = headers(&[(ACCEPT_ENCODING, accepted)]);
        assert_eq!(choose(&request), expected, "{accepted}");
    }
    assert_eq!(choose(&HeaderMap::new()), Identity);
}

#[test]
fn given_several_lines_then_they_are_one_list() {
    let request = headers(&[(ACCEPT_ENCODING, "gzip;q=0.5"), (ACCEPT_ENCODING, "é"), (ACCEPT_ENCODING, "br")]);
    assert_eq!(choose(&request), Encoding::Brotli);
}

#[test]
fn given_a_body_at_the_threshold_then_it_is_compressed_and_a_smaller_one_is_not() {
    assert_eq!(negotiated(&mut json(), 1024), Encoding::Gzip);
    assert_eq!(negotiated(&mut json(), 1023), Encoding::Identity);
    assert_eq!(negotiated(&mut json(), 0), Encoding::Identity);
}

#[test]
fn given_a_compressible_type_then_vary_is_set_for_every_size_and_request() {
    let mut response = json();
    negotiated(&mut response, 5);
    assert_eq!(response[VARY], "Accept-Encoding");

    let mut response = json();
    let encoding = negotiate(&Method::HEAD, &HeaderMap::new(), &mut response, 5000);
    assert_eq!(encoding, Encoding::Identity);
    assert_eq!(response[VARY], "Accept-Encoding");
}

#[test]
fn given_a_vary_header_then_the_name_is_added_once() {
    for (present, expected) in [
        ("Origin", vec!["Origin", "Accept-Encoding"]),
        ("origin, ACCEPT-encoding", vec!["origin, ACCEPT-encoding"]),
        ("*", vec!["*"]),
    ] {
        let mut response = json();
        response.insert(VARY, HeaderValue::from_str(present).unwrap());
        negotiated(&mut response, 5000);
        let lines: Vec<_> = response.get_all(VARY).iter().collect();
        assert_eq!(lines, expected);
    }
}

#[test]
fn given_types_then_only_text_and_json_are_compressed() {
    for content_type in
        ["application/json", "Application/JSON ; charset=utf-8", "text/html", "TEXT/plain;charset=utf-8"]
    {
        let mut response = headers(&[(CONTENT_TYPE, content_type)]);
        assert_eq!(negotiated(&mut response, 5000), Encoding::Gzip, "{content_type}");
    }
    for content_type in ["image/png", "application/jsonx", "text", "", "é", "té/xt"] {
        let mut response = headers(&[(CONTENT_TYPE, content_type)]);
        assert_eq!(negotiated(&mut response, 5000), Encoding::Identity);
        assert!(!response.contains_key(VARY), "{content_type}");
    }
    assert_eq!(negotiated(&mut HeaderMap::new(), 5000), Encoding::Identity);
}

#[test]
fn given_no_transform_then_the_answer_is_not_compressed() {
    for (directives, expected) in [
        ("no-transform", Encoding::Identity),
        ("private , no-transform", Encoding::Identity),
        ("no-store", Encoding::Gzip),
        ("xno-transform", Encoding::Gzip),
    ] {
        let mut response = json();
        response.insert(CACHE_CONTROL, HeaderValue::from_str(directives).unwrap());
        assert_eq!(negotiated(&mut response, 5000), expected);
        assert_eq!(response.contains_key(VARY), expected == Encoding::Gzip);
    }
}

#[test]
fn given_an_answer_that_is_encoded_already_then_it_is_not_encoded_again() {
    let mut response = json();
    response.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    assert_eq!(negotiated(&mut response, 5000), Encoding::Identity);
}

#[test]
fn given_a_body_then_it_is_smaller_compressed_and_decompresses_to_itself() {
    let body = br#"{"id":"0e5f1b1e-2b7c-4a7e-9a5c-2f8a1f6f0001","current":false},"#.repeat(100);
    for encoding in COMPRESSED {
        let compressed = compress(encoding, &body).unwrap();
        assert!(compressed.len() < body.len() / 10, "{encoding:?}");
        assert_eq!(decompress(encoding, &compressed), body);
    }
    assert_eq!(compress(Encoding::Identity, &body).unwrap(), body);
}

#[test]
fn given_incompressible_bodies_then_they_decompress_to_themselves() {
    let noise: Vec<u8> = (0..300_000_u32).map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()[3]).collect();
    for length in [0, 1, 1023, 1024, 1025, 65_536, 300_000] {
        let body = &noise[..length];
        for encoding in COMPRESSED {
            let compressed = compress(encoding, body).unwrap();
            assert_eq!(decompress(encoding, &compressed), body);
        }
    }
}

#[test]
fn given_a_body_then_brotli_uses_the_smallest_window_that_fits_it() {
    assert_eq!(window_bits(0), 10);
    assert_eq!(window_bits(1024), 10);
    assert_eq!(window_bits(1025), 11);
    assert_eq!(window_bits(1 << 22), 22);
    assert_eq!(window_bits(usize::MAX), 22);
}

#[tokio::test]
async fn the_headers_of_a_compressed_answer_name_its_encoding_and_not_the_old_length() {
    let answer = |encoding| async move {
        let mut response = Response::new(Body::from(Bytes::from(vec![b'x'; 5000])));
        *response.headers_mut() = json();
        response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(5000));
        encode(response, encoding).await
    };

    let compressed = answer(Encoding::Brotli).await;
    assert_eq!(compressed.headers()[CONTENT_ENCODING], "br");
    assert!(!compressed.headers().contains_key(CONTENT_LENGTH), "hyper sends that of the body");
    assert!(compressed.body().size_hint().exact().is_some_and(|length| length < 100));

    let unchanged = answer(Encoding::Identity).await;
    assert!(!unchanged.headers().contains_key(CONTENT_ENCODING));
    assert_eq!(unchanged.headers()[CONTENT_LENGTH], "5000");
}
