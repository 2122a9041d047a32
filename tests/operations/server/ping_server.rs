//! `GET /server/ping`, and the properties of every response.

use serde_json::json;

use crate::harness::{Response, Server};

#[tokio::test(flavor = "multi_thread")]
async fn ping_needs_no_credential() {
    let server = Server::fresh().await;

    let pong = server.get("/server/ping").bearer("no-such-token").api_key("no-such-key").await.must_be(200);

    assert_eq!(pong.json(), json!({"res": "pong"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_has_the_correlation_id_of_the_request_or_a_new_one() {
    let server = Server::fresh().await;

    let echoed = server.get("/server/ping").header("x-immich-cid", "my-own-id").await.must_be(200);
    assert_eq!(echoed.header("x-immich-cid"), Some("my-own-id"));

    let refused = server.get("/users/me").await.must_be(401);
    let given = refused.header("x-immich-cid").unwrap();
    assert_eq!(given.len(), 8);
    assert!(given.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()), "{given}");
    assert_eq!(refused.json()["correlationId"], given);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unchanged_response_is_not_sent_again() {
    let server = Server::fresh().await;
    let first = server.get("/server/ping").await.must_be(200);
    let tag = first.header("etag").expect("an entity tag");
    assert!(tag.starts_with('"') && tag.ends_with('"'), "a strong tag: {tag}");

    let second = server.get("/server/ping").header("If-None-Match", tag).await.must_be(304);

    assert!(second.body.is_empty());
}

/// The headers in alphabetical order, without those that differ between responses.
fn constant_headers(response: &Response) -> Vec<(String, String)> {
    let varying = ["x-immich-cid", "date"];
    let mut headers = response.headers.clone();
    headers.retain(|(name, _)| !varying.contains(&name.to_ascii_lowercase().as_str()));
    headers.sort();
    headers
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_request_gets_the_same_response_except_for_the_correlation_id() {
    let server = Server::fresh().await;
    for path in ["/server/ping", "/server/version"] {
        let first = server.get(path).await.must_be(200);
        let mut names = vec![first.header("x-immich-cid").unwrap().to_owned()];
        for request in [
            server.get(path),
            server.get(path).header("Accept-Encoding", "gzip, br").header("User-Agent", "a browser"),
            server.get(path).header("X-Made-Up", "1"),
            server.get(path).bearer("no-such-token"),
        ] {
            let answer = request.await.must_be(200);
            assert_eq!(answer.body, first.body);
            assert_eq!(constant_headers(&answer), constant_headers(&first));
            names.push(answer.header("x-immich-cid").expect("a correlation id").to_owned());
        }
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 5, "each response has its own correlation id");
        server.call("HEAD", path).await.must_be(200);
        server.post(path, json!({})).await.must_be(404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_requests_share_one_connection() {
    let server = Server::fresh().await;
    let mut connection = server.connect().await;

    for path in ["/server/ping", "/users/me", "/nope", "/server/ping"] {
        server.get(path).over(&mut connection).await.expect("the connection stays open");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_find_the_api_through_the_well_known_document() {
    let server = Server::fresh().await;

    let document = server.raw("GET", "/.well-known/immich").await.must_be(200);

    assert_eq!(document.json(), json!({"api": {"endpoint": "/api"}}));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_contract_is_served() {
    let server = Server::fresh().await;

    let document = server.get("/openapi.json").await.must_be(200).json();

    assert_eq!(document["paths"]["/server/ping"]["get"]["operationId"], "pingServer");
    assert!(document["paths"]["/server/ping"]["get"]["responses"]["default"].is_object());
}
