//! Response headers: correlation id, entity tag, compression.

use std::io::Read as _;

use flate2::read::GzDecoder;
use serde_json::json;

use crate::harness::Server;

#[tokio::test(flavor = "multi_thread")]
async fn the_correlation_id_of_the_request_is_returned_unchanged() {
    let server = Server::fresh().await;
    let endless = "x".repeat(4000);

    for id in ["mine", "with spaces, \"quotes\" and <tags>", "é", &endless] {
        let answer = server.get("/nope").header("x-immich-cid", id).await.must_be(404);
        assert_eq!(answer.header("x-immich-cid"), Some(id));
        // Header values are ISO 8859-1.
        let expected: String = id.bytes().map(char::from).collect();
        assert_eq!(answer.json()["correlationId"], expected);
    }
    let twice = server.get("/nope").header("x-immich-cid", "a").header("x-immich-cid", "b").await;
    assert_eq!(twice.json()["correlationId"], "a, b");

    let empty = server.get("/nope").header("x-immich-cid", "").await;
    assert_eq!(empty.json()["correlationId"].as_str().map(str::len), Some(8));

    let log = server.stop();
    assert!(log.contains("mine") && !log.contains(&endless), "the log shows the beginning of a long one");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_body_has_a_strong_entity_tag_and_only_successful_reads_are_conditional() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    for request in [server.get("/server/ping"), server.get("/users/me"), server.post("/auth/login", json!({}))] {
        let first = request.clone().header("x-immich-cid", "same").await;
        let tag = first.header("etag").expect("an entity tag").to_owned();
        assert!(tag.starts_with('"') && tag.ends_with('"'), "{tag}");

        let second = request.header("x-immich-cid", "same").header("If-None-Match", &tag).await;

        let expected = if first.status == 200 { 304 } else { first.status };
        assert_eq!(second.status, expected, "{second}");
        assert_eq!(second.header("etag"), Some(tag.as_str()));
    }
    let empty = server.delete("/sessions").bearer(&admin.token).await.must_be_empty();
    assert_eq!(empty.header("etag"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conditional_read_compares_all_tags_in_if_none_match() {
    let server = Server::fresh().await;
    let tag = server.get("/server/ping").await.header("etag").unwrap().to_owned();
    let conditional = |condition: &str| server.get("/server/ping").header("If-None-Match", condition);

    for condition in [tag.clone(), format!("W/{tag}"), format!("\"a\", {tag}"), "*".to_owned()] {
        let answer = conditional(&condition).await.must_be(304);
        assert!(answer.body.is_empty());
        assert_eq!(answer.header("content-type"), None);
    }
    for condition in ["\"a\"", "", "\"a\", *"] {
        conditional(condition).await.must_be(200);
    }
    conditional(&tag).header("Cache-Control", "no-cache").await.must_be(200);
    conditional("\"a\"").header("If-None-Match", &tag).await.must_be(304);
    server.call("HEAD", "/server/ping").header("If-None-Match", &tag).await.must_be(304);
    let since = "Sat, 01 Jan 2050 00:00:00 GMT";
    server.get("/server/ping").header("If-Modified-Since", since).await.must_be(200);
}

/// RFC 9110, section 15.4.5.
#[tokio::test(flavor = "multi_thread")]
async fn a_304_has_the_vary_and_the_entity_tag_of_its_200() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    for request in [
        server.get("/server/ping"),
        server.get("/users/me").bearer(&admin.token),
        server.get("/openapi.json"),
        server.raw("GET", "/.well-known/immich"),
        server.get("/docs/docs.css"),
    ] {
        let whole = request.clone().await.must_be(200);
        assert_eq!(whole.header("vary"), Some("Accept-Encoding"), "{whole}");

        let known = request.header("If-None-Match", whole.header("etag").unwrap()).await.must_be(304);

        for name in ["vary", "etag", "cache-control"] {
            assert_eq!(known.header(name), whole.header(name), "{name} of {known}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn correlation_ids_of_one_connection_do_not_follow_each_other() {
    let server = Server::fresh().await;
    let mut connection = server.connect().await;
    let mut beginnings = std::collections::BTreeSet::new();

    for _ in 0..50 {
        let answer = server.get("/server/ping").over(&mut connection).await.unwrap();
        beginnings.insert(answer.header("x-immich-cid").unwrap()[..7].to_owned());
    }

    assert_eq!(beginnings.len(), 50, "no two differ in their last letter only");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_1024_bytes_or_more_is_compressed_if_the_client_accepts_it() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let name_of = |length: usize| json!({"name": "n".repeat(length)});
    let shortest = server.put("/users/me", name_of(1)).bearer(&admin.token).await.must_be(200).body.len();
    let me = || server.get("/users/me").bearer(&admin.token).header("Accept-Encoding", "gzip");

    server.put("/users/me", name_of(1024 - shortest)).bearer(&admin.token).await.must_be(200);
    let below = me().await.must_be(200);
    assert_eq!((below.body.len(), below.header("content-encoding")), (1023, None));
    assert_eq!(below.header("vary"), Some("Accept-Encoding"));

    server.put("/users/me", name_of(1025 - shortest)).bearer(&admin.token).await.must_be(200);
    let plain = server.get("/users/me").bearer(&admin.token).await.must_be(200);
    let packed = me().await.must_be(200);
    assert_eq!((plain.body.len(), plain.header("content-encoding")), (1024, None));
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    assert_eq!(packed.header("vary"), Some("Accept-Encoding"));
    assert_eq!(packed.header("etag"), plain.header("etag"));
    let mut unpacked = Vec::new();
    GzDecoder::new(packed.body.as_slice()).read_to_end(&mut unpacked).unwrap();
    assert_eq!(unpacked, plain.body);

    for (accepted, encoding) in [
        ("gzip, deflate, br", Some("br")),
        ("deflate", Some("deflate")),
        ("identity, deflate", None),
        ("gzip;q=0", None),
        ("zstd", None),
    ] {
        let answer = server.get("/users/me").bearer(&admin.token).header("Accept-Encoding", accepted).await;
        assert_eq!(answer.must_be(200).header("content-encoding"), encoding, "{accepted}");
    }
    let head = server.call("HEAD", "/users/me").bearer(&admin.token).header("Accept-Encoding", "gzip").await;
    assert_eq!(head.must_be(200).header("content-encoding"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_response_is_json_for_any_accept_header_and_does_not_name_the_server_software() {
    let server = Server::fresh().await;

    for accept in ["application/xml", "text/html", ""] {
        let answer = server.get("/server/ping").header("Accept", accept).await.must_be(200);
        assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
        assert_eq!(answer.header("x-powered-by"), None);
        assert_eq!(answer.header("server"), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_version_is_that_of_upstream() {
    let server = Server::fresh().await;

    let version = server.get("/server/version").await.must_be(200).json();

    assert_eq!(version, json!({"major": 2, "minor": 5, "patch": 6}));
}
