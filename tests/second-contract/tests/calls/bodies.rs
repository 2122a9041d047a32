//! Bodies that are no objects with fields, both ways.

use crate::client::{post, request, send, send_json};
use crate::gallery::ID;
use http::header::{CONTENT_TYPE, LOCATION};
use http::{Method, Request};
use serde_json::json;

fn put(target: &str, content_type: &str, body: &'static [u8]) -> Request<&'static [u8]> {
    request(Method::PUT, target).header(CONTENT_TYPE, content_type).body(body).unwrap()
}

#[tokio::test]
async fn text_is_read_and_written() {
    let target = format!("/v2/albums/{ID}/note?append=true");
    let answer = send(put(&target, "text/plain; charset=utf-8", "né".as_bytes())).await;
    assert_eq!((answer.status, answer.text()), (200, "true né"));
    assert_eq!(answer.headers[CONTENT_TYPE], "text/plain; charset=utf-8");

    let utf16 = send(put(&target, "text/plain; charset=utf-16le", b"n\0\xE9\0")).await;
    assert_eq!(utf16.text(), "true né");
    let nothing = send(request(Method::PUT, &target).body("").unwrap()).await;
    assert_eq!(nothing.text(), "true ");
}

#[tokio::test]
async fn a_text_that_is_too_long_or_has_another_media_type_is_rejected() {
    let target = format!("/v2/albums/{ID}/note?append=true");
    let long = send(put(&target, "text/plain", b"elevenchars")).await;
    assert_eq!(long.violations(), ["body must be shorter than or equal to 10 characters"]);
    for content_type in ["application/json", "text/html", "multipart/form-data; boundary=b"] {
        let answer = send(put(&target, content_type, b"x")).await;
        let essence = content_type.split(';').next().unwrap();
        let expected = json!(format!("Unsupported media type \"{essence}\" of request body"));
        assert_eq!((answer.status, answer.message()), (415, expected));
    }
    let latin = send(put(&target, "text/plain; charset=latin1", b"x")).await;
    assert_eq!((latin.status, latin.message()), (415, json!("Unsupported charset \"latin1\" of request body")));
}

#[tokio::test]
async fn bytes_are_read_unchanged() {
    let target = format!("/v2/albums/{ID}/cover");
    let answer = send(put(&target, "application/octet-stream", b"\0\xFF{")).await;
    assert_eq!((answer.status, answer.text()), (200, "3 bytes, 378 in all"));
    let unnamed = send(request(Method::PUT, &target).body(b"\x01".as_slice()).unwrap()).await;
    assert_eq!(unnamed.text(), "1 bytes, 1 in all");
    let empty = send(request(Method::PUT, &target).body("").unwrap()).await;
    assert_eq!(empty.text(), "0 bytes, 0 in all");
    assert_eq!(send(put(&target, "image/png", b"x")).await.status, 415);
}

#[tokio::test]
async fn bytes_are_sent_completely_in_part_and_not_at_all() {
    let cover = |headers: &'static [(&str, &str)]| {
        let start = request(Method::GET, &format!("/v2/albums/{ID}/cover"));
        send(headers.iter().fold(start, |request, (name, value)| request.header(*name, *value)).body("").unwrap())
    };
    let whole = cover(&[("x-size", "1")]).await;
    assert_eq!((whole.status, &whole.headers[CONTENT_TYPE]), (200, &"application/octet-stream".parse().unwrap()));

    let part = cover(&[("x-size", "1"), ("x-scale", "2")]).await;
    assert_eq!((part.status, part.body.is_empty()), (206, false));
    let types: Vec<_> = part.headers.get_all(CONTENT_TYPE).iter().collect();
    assert_eq!(types, ["image/webp"], "the implementation's type replaces the general one");

    let same = cover(&[("x-size", "0")]).await;
    assert_eq!((same.status, same.body.len(), same.headers.contains_key(CONTENT_TYPE)), (304, 0, false));

    let elsewhere = cover(&[("x-size", "1"), ("x-live", "true")]).await;
    assert_eq!((elsewhere.status, &elsewhere.headers[LOCATION]), (307, &"/elsewhere".parse().unwrap()));
}

#[tokio::test]
async fn a_body_may_be_a_list_and_a_response_a_map() {
    let answer = send_json(Method::DELETE, "/v2/albums", &json!([ID, ID])).await;
    assert_eq!(answer.success(200), json!({ID.to_string(): 2}));
}

#[tokio::test]
async fn violations_of_a_list_body_name_it_body() {
    for (body, violations) in [
        (json!([]), &["body must contain at least 1 elements"] as &[&str]),
        (json!([ID, ID, ID]), &["body must contain no more than 2 elements"]),
        (json!(["x"]), &["each value in body must be a UUID"]),
        (json!({"0": ID}), &["body must contain at least 1 elements", "body must be an array"]),
    ] {
        let answer = send_json(Method::DELETE, "/v2/albums", &body).await;
        assert_eq!(answer.violations(), violations, "{body}");
    }
    let absent = send(request(Method::DELETE, "/v2/albums").body("").unwrap()).await;
    assert_eq!(
        absent.violations(),
        ["body must contain at least 1 elements", "body should not be empty", "body must be an array"]
    );
}

#[tokio::test]
async fn a_map_has_any_keys_and_checked_values() {
    let labels = json!({"ü": 1, "": 0});
    assert_eq!(post("/v2/labels", &labels).await.success(200), labels);
    assert_eq!(
        post("/v2/labels", &json!({"a": -1, "b": "1"})).await.violations(),
        ["each value in body must not be less than 0", "each value in body must be an integer number"]
    );
    assert_eq!(post("/v2/labels", &json!([])).await.violations(), ["body must be an object"]);
}

#[tokio::test]
async fn any_json_is_read_and_written() {
    for body in [json!({"a": [null, {"b": 1.5}]}), json!([[], "x", true])] {
        assert_eq!(post("/v2/json", &body).await.success(200), body);
    }
    let absent = send(request(Method::POST, "/v2/json").body("").unwrap()).await;
    assert_eq!(absent.violations(), ["body should not be null or undefined"]);
    let object = json!({"a": {"b": [null]}});
    assert_eq!(post("/v2/objects", &object).await.success(200), object);
    assert_eq!(post("/v2/objects", &json!([1])).await.violations(), ["body must be an object"]);
}

#[tokio::test]
async fn the_size_of_a_body_is_limited_by_the_operation_and_by_its_credential() {
    // A list of bytes, and the same for an operation that needs a credential.
    let labels = |bytes: usize| Request::post("/v2/labels").body(padded("{\"a\":1}", bytes)).unwrap();
    let json = |bytes: usize| Request::post("/v2/json").body(padded("{}", bytes)).unwrap();
    let cover = |bytes: usize| request(Method::PUT, &format!("/v2/albums/{ID}/cover")).body(vec![b'a'; bytes]).unwrap();
    for (request, status) in
        [(labels(200_000), 200), (labels(200_001), 413), (json(100 * 1024), 200), (json(100 * 1024 + 1), 413)]
    {
        let (mut head, body) = request.into_parts();
        head.headers.insert(CONTENT_TYPE, "application/json".parse().unwrap());
        assert_eq!(send(Request::from_parts(head, body)).await.status, status);
    }
    assert_eq!(send(cover(10 * 1024 * 1024)).await.status, 200);
    assert_eq!(send(cover(10 * 1024 * 1024 + 1)).await.status, 413);
}

/// JSON with white space up to this many bytes.
fn padded(json: &str, bytes: usize) -> Vec<u8> {
    [json.as_bytes(), &vec![b' '; bytes - json.len()]].concat()
}

#[tokio::test]
async fn malformed_json_is_rejected() {
    for target in ["/v2/json", "/v2/shapes"] {
        let answer =
            send(request(Method::POST, target).header(CONTENT_TYPE, "application/json").body("{").unwrap()).await;
        let expected = json!("Malformed JSON in request body: EOF while parsing an object at line 1 column 1");
        assert_eq!((answer.status, answer.message()), (400, expected), "{target}");
    }
}
