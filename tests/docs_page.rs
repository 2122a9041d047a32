//! The files of the documentation page; `browser/` tests the page in a browser.

use std::io::Read as _;

use bytes::Bytes;
use flate2::read::GzDecoder;
use tokio::net::TcpStream;

use crate::harness::{Request, Response, Server};

const FILES: [(&str, &str); 6] = [
    ("/docs", "text/html; charset=utf-8"),
    ("/docs/docs.js", "text/javascript; charset=utf-8"),
    ("/docs/docs.css", "text/css; charset=utf-8"),
    ("/docs/swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
    ("/docs/swagger-ui.css", "text/css; charset=utf-8"),
    ("/docs/swagger-ui-bundle.js.LICENSE.txt", "text/plain; charset=utf-8"),
];

fn accepting(server: &Server, path: &str, encodings: &str) -> Request {
    server.get(path).header("Accept-Encoding", encodings)
}

/// The decompressed body.
fn decoded(response: &Response) -> Vec<u8> {
    let mut bytes = Vec::new();
    match response.header("content-encoding") {
        None => bytes.clone_from(&response.body),
        Some("br") => brotli::BrotliDecompress(&mut response.body.as_slice(), &mut bytes).unwrap(),
        Some("gzip") => drop(GzDecoder::new(response.body.as_slice()).read_to_end(&mut bytes).unwrap()),
        Some(other) => panic!("unexpected content encoding {other}"),
    }
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn every_file_has_its_media_type_and_a_policy_that_allows_only_this_server() {
    let server = Server::mock().start().await;
    for (path, media_type) in FILES {
        let response = server.get(path).await.must_be(200);
        assert_eq!(response.header("content-type"), Some(media_type), "{path}");
        assert_eq!(response.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(response.header("cache-control"), Some("no-cache"), "{path}");
        assert_eq!(
            response.header("content-security-policy"),
            Some(
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                 base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
            ),
            "{path}"
        );
        assert!(response.header("x-immich-cid").is_some(), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_file_is_sent_in_the_preferred_encoding_with_the_same_content() {
    let server = Server::mock().start().await;
    for (path, _) in FILES {
        let plain = accepting(&server, path, "identity").await.must_be(200);
        assert_eq!(plain.header("content-encoding"), None, "{path}");
        for (encodings, expected) in [("gzip, deflate, br", "br"), ("gzip, deflate", "gzip"), ("br;q=0, gzip", "gzip")]
        {
            let response = accepting(&server, path, encodings).await.must_be(200);
            // Small files are not compressed.
            let expected = (plain.body.len() >= 1024).then_some(expected);
            assert_eq!(response.header("content-encoding"), expected, "{path}");
            assert!(decoded(&response) == plain.body, "{path}, {encodings}");
            assert!(response.headers_named("vary").any(|name| name == "Accept-Encoding"), "{path}");
        }
    }
    let script = accepting(&server, "/docs/swagger-ui-bundle.js", "br").await;
    assert!(script.body.len() < 400_000, "{} bytes", script.body.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unchanged_file_is_not_sent_again() {
    let server = Server::mock().start().await;
    for (path, _) in FILES {
        let first = accepting(&server, path, "gzip, br").await.must_be(200);
        let tag = first.header("etag").expect("a file has an entity tag");
        let again = accepting(&server, path, "gzip, br").header("If-None-Match", tag).await.must_be(304);
        assert!(again.body.is_empty(), "{path}");
        let other = accepting(&server, path, "gzip, br").header("If-None-Match", "\"other\"").await.must_be(200);
        assert_eq!(other.body, first.body, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_that_do_not_read_share_the_bytes_of_a_file() {
    let server = Server::mock().start().await;
    let path = "/docs/swagger-ui-bundle.js";
    let size = u64::try_from(accepting(&server, path, "identity").await.must_be(200).body.len()).unwrap();
    let before = server.resident_memory();
    let stream = TcpStream::connect(server.address()).await.unwrap();
    let (mut client, connection) =
        h2::client::Builder::new().initial_window_size(0).handshake::<_, Bytes>(stream).await.unwrap();
    tokio::spawn(connection);

    let mut responses = Vec::new();
    for _ in 0..100 {
        client = client.ready().await.unwrap();
        let request = http::Request::get(format!("http://localhost/api{path}")).body(()).unwrap();
        responses.push(client.send_request(request, true).unwrap().0.await.unwrap());
    }

    assert!(responses.iter().all(|response| response.status() == 200));
    let grown = server.resident_memory().saturating_sub(before) * 1024;
    assert!(grown < 10 * size, "{grown} bytes for 100 times {size}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_read_only_and_has_no_other_files() {
    let server = Server::mock().start().await;
    server.call("HEAD", "/docs").await.must_be(200);
    let moved = server.get("/docs/").await.must_be(308);
    assert_eq!(moved.header("location"), Some("../docs"));
    for path in ["/docs/nope", "/docs/../docs", "/docs/README.md", "/docsx"] {
        server.get(path).await.must_be_error(404, &format!("Cannot GET /api{path}"));
    }
    server.post("/docs", serde_json::json!({})).await.must_be_error(404, "Cannot POST /api/docs");
}
