//! Complete bodies, as clients send them.

use std::sync::Arc;

use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderValue};
use serde_json::{Value, json};

use super::encoding::tests::{gzip, zlib};
use super::format::Format;
use super::in_flight::Pools;
use super::*;

const LOGIN: &str = r#"{"email": "admin@immich.cloud", "password": "password"}"#;
const FORM: &str = "application/x-www-form-urlencoded";

fn headers(content_type: &str, encoding: Option<&str>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_str(content_type).unwrap());
    if let Some(encoding) = encoding {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_str(encoding).unwrap());
    }
    headers
}

/// Decodes a body with fields of an authorized caller.
fn decode(headers: &HeaderMap, bytes: &[u8], limits: &Limits) -> Result<Object, BodyError> {
    let Some(format) = Format::of(headers, BodyKind::Fields)? else { return Ok(Object::new()) };
    let accepted = AcceptedBody { kind: BodyKind::Fields, is_secured: true, max_bytes: None };
    let bounds = limits.bounds(accepted, format, true);
    if bytes.len() > bounds.sent {
        return Err(BodyError::TooLarge { limit: bounds.sent });
    }
    let bytes = Bytes::copy_from_slice(bytes);
    let mut in_flight = InFlight::new(&Arc::new(Pools::new(Capacity::default())));
    in_flight.resize(bytes.len()).unwrap();
    match RequestBody::decode(BodyKind::Fields, format, &bytes, bounds.plain, &mut in_flight)? {
        RequestBody::Fields(object) => Ok(object),
        other => panic!("not fields: {other:?}"),
    }
}

fn decoded(content_type: &str, bytes: &[u8]) -> Result<Value, BodyError> {
    decode(&headers(content_type, None), bytes, &Limits::default()).map(Value::Object)
}

#[test]
fn a_login_is_decoded_from_every_supported_format() {
    let login = json!({"email": "admin@immich.cloud", "password": "password"});
    let utf16le: Vec<u8> = LOGIN.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (content_type, bytes) in [
        ("application/json", LOGIN.as_bytes()),
        ("APPLICATION/JSON", LOGIN.as_bytes()),
        ("application/json; charset=utf-8", LOGIN.as_bytes()),
        ("application/json", format!("\u{FEFF}{LOGIN}").as_bytes()),
        ("application/json; charset=utf-16le", &utf16le),
        (FORM, b"email=admin@immich.cloud&password=password"),
    ] {
        assert_eq!(decoded(content_type, bytes), Ok(login.clone()), "{content_type}");
    }
    for (encoding, bytes) in
        [("identity", LOGIN.as_bytes().to_vec()), ("gzip", gzip(LOGIN.as_bytes())), ("deflate", zlib(LOGIN.as_bytes()))]
    {
        let headers = headers("application/json", Some(encoding));
        let object = decode(&headers, &bytes, &Limits::default()).unwrap();
        assert_eq!(Value::Object(object), login, "{encoding}");
    }
}

#[test]
fn a_body_without_fields_is_an_empty_object() {
    for (content_type, bytes) in [
        ("application/json", b"".as_slice()),
        ("application/json", b"[]"),
        ("application/json", br#"[{"duration": 60}]"#),
        ("application/json", "\u{FEFF}".as_bytes()),
        ("text/plain", LOGIN.as_bytes()),
        ("application/vnd.api+json", LOGIN.as_bytes()),
        ("multipart/form-data; boundary=b", b"--b\r\n\r\n--b--"),
        (FORM, b""),
    ] {
        assert_eq!(decoded(content_type, bytes), Ok(json!({})), "{content_type}");
    }
    assert_eq!(decode(&HeaderMap::new(), LOGIN.as_bytes(), &Limits::default()), Ok(Object::new()));
}

#[test]
fn every_error_has_its_status() {
    for (content_type, encoding, bytes, status) in [
        ("application/json", None, b"{\"email\": ".as_slice(), 400),
        ("application/json", None, b"  \n", 400),
        ("application/json", None, b"null", 400),
        ("application/json", None, b"{\"a\xFF:1}", 400),
        ("application/json", Some("gzip"), LOGIN.as_bytes(), 400),
        ("application/json", Some("zstdx"), LOGIN.as_bytes(), 415),
        ("application/json; charset=latin1", None, LOGIN.as_bytes(), 415),
        ("application/x-www-form-urlencoded; charset=latin1", None, b"name=%E9", 415),
        (FORM, None, &[b'&'; 1000], 413),
    ] {
        let error = decode(&headers(content_type, encoding), bytes, &Limits::default()).unwrap_err();
        assert_eq!(error.status(), status, "{content_type} {encoding:?} {error}");
        assert!(!error.to_string().contains("admin"), "{error}");
    }
}

#[test]
fn invalid_utf8_in_a_string_is_replaced() {
    assert_eq!(decoded("application/json", b"{\"a\":\"x\xFF\"}"), Ok(json!({"a": "x\u{FFFD}"})));
    assert_eq!(decoded(FORM, b"a=x\xFF"), Ok(json!({"a": "x\u{FFFD}"})));
}

#[test]
fn in_a_latin_1_form_bytes_and_escapes_are_latin_1() {
    let form = format!("{FORM}; charset=ISO-8859-1");
    assert_eq!(decoded(&form, b"a=\xFC%FC"), Ok(json!({"a": "üü"})));
}

#[test]
fn a_body_with_an_invalid_media_type_has_no_fields() {
    for content_type in ["application/json;", "application/json; charset=", "application/json, text/plain"] {
        assert_eq!(decoded(content_type, LOGIN.as_bytes()), Ok(json!({})), "{content_type}");
    }
}

#[test]
fn limits_apply_to_sent_and_to_decompressed_bytes() {
    let limits = Limits { authorized_bytes: 1000, form_bytes: 100, ..Limits::default() };
    let body = format!("{{\"a\":\"{}\"}}", "a".repeat(992));
    let larger = format!("{body} ");
    let json = headers("application/json", None);
    let packed = headers("application/json", Some("gzip"));

    assert!(decode(&json, body.as_bytes(), &limits).is_ok());
    assert!(decode(&packed, &gzip(body.as_bytes()), &limits).is_ok());
    for (headers, bytes) in [(json, larger.clone().into_bytes()), (packed, gzip(larger.as_bytes()))] {
        assert_eq!(decode(&headers, &bytes, &limits), Err(BodyError::TooLarge { limit: 1000 }));
    }
    let form = headers(FORM, None);
    assert_eq!(decode(&form, &[b'a'; 101], &limits), Err(BodyError::TooLarge { limit: 100 }));
}

#[test]
fn by_default_two_megabytes_are_accepted_and_eleven_are_rejected() {
    let padded = |count: usize| format!("{{\"x\":\"{}\"}}", "a".repeat(count));
    assert!(decoded("application/json", padded(2 << 20).as_bytes()).is_ok());
    let error = decoded("application/json", padded(11 << 20).as_bytes()).unwrap_err();
    assert_eq!(error.status(), 413);
}

#[test]
fn the_bounds_of_a_body_depend_on_the_operation_the_format_and_the_credential() {
    let limits = Limits { authorized_bytes: 900, unauthorized_bytes: 100, form_bytes: 50, ..Limits::default() };
    for (is_secured, max_bytes, content_type, encoding, before, after) in [
        (true, None, "application/json", None, (100, 100), (900, 900)),
        (true, None, "application/json", Some("gzip"), (100, 100), (900, 900)),
        (true, Some(300), "application/json", None, (100, 100), (300, 300)),
        (true, Some(30), "application/json", None, (30, 30), (30, 30)),
        (true, None, FORM, None, (50, 50), (50, 50)),
        (false, None, "application/json", None, (100, 100), (100, 100)),
        (false, Some(300), "application/json", None, (300, 300), (300, 300)),
        (false, Some(300), "application/json", Some("br"), (100, 300), (300, 300)),
        (false, Some(300), FORM, None, (50, 50), (50, 50)),
    ] {
        let accepted = AcceptedBody { kind: BodyKind::Fields, is_secured, max_bytes };
        let format = Format::of(&headers(content_type, encoding), BodyKind::Fields).unwrap().unwrap();
        for (is_authorized, (sent, plain)) in [(false, before), (true, after)] {
            let bounds = limits.bounds(accepted, format, is_authorized);
            assert_eq!((bounds.sent, bounds.plain), (sent, plain), "{accepted:?} {content_type} {is_authorized}");
        }
    }
}
