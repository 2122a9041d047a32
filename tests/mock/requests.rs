//! The mock rejects the requests that the server rejects, with the same messages.

use immich_api::Operation;
use serde_json::json;

use super::{authorized, call};
use crate::harness::{Request, Response, Server};

/// The parts of a response that must be equal for two servers, without those that differ between requests.
fn comparable(response: &Response) -> (u16, serde_json::Value, Vec<(String, String)>) {
    let mut body = response.json();
    body["correlationId"] = json!(body["correlationId"].is_string());
    let compared = ["content-type", "x-immich-cid", "retry-after", "www-authenticate", "allow"];
    let headers = response.headers.iter().filter(|(name, _)| compared.contains(&name.as_str()));
    let headers = headers.map(|(name, value)| {
        let value = if name == "x-immich-cid" { "…" } else { value };
        (name.clone(), value.to_owned())
    });
    (response.status, body, headers.collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_request_is_rejected_as_by_the_server() {
    let (server, mock) = (Server::fresh().await, Server::mock().start().await);
    let admin = server.sign_up_admin().await;
    // `GET` operations have no body, and these two would end the session.
    let ends_session = |operation: &Operation| [Operation::Logout, Operation::DeleteAllSessions].contains(operation);
    let with_body = Operation::ALL.into_iter().filter(|operation| operation.method() != http::Method::GET);
    let mut compared = 0;
    for operation in with_body.filter(|operation| !ends_session(operation)) {
        let path = operation.path().replace("{id}", "no-uuid");
        let bodies: [&[u8]; 7] = [
            b"{}",
            br#"{"email": 1, "password": "", "name": 2, "newPassword": "short", "permissions": ["nope"], "duration": 0}"#,
            br#"{"email": null, "password": null, "name": "", "permissions": [], "duration": 1.5, "deviceType": 7}"#,
            br#"{"email": "no", "permissions": "all", "duration": "60", "invalidateSessions": "yes"}"#,
            b"[]",
            b"{",
            b"\xff",
        ];
        for body in bodies {
            let request = |server: &Server| -> Request {
                let call = server.call(operation.method().as_str(), &path);
                call.header("Content-Type", "application/json").body(body.to_vec()).bearer(&admin.token)
            };
            let by_server = request(&server).await;
            // An accepted request changes the server but not the mock, so its responses differ.
            if by_server.status != 400 {
                continue;
            }
            // The mock does not check whether a resource exists.
            if by_server.text().contains("not found") {
                continue;
            }
            let by_mock = request(&mock).await;
            assert_eq!(comparable(&by_mock), comparable(&by_server), "{}:\n{by_mock}\n{by_server}", operation.id());
            compared += 1;
        }
    }
    assert!(compared > 40, "only {compared} answers were compared");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_without_a_valid_credential_is_rejected_as_by_the_server() {
    let (server, mock) = (Server::fresh().await, Server::mock().start().await);
    let credentials: [fn(Request) -> Request; 9] = [
        |request| request,
        |request| request.bearer("invalid"),
        |request| request.api_key("invalid"),
        |request| request.header("Cookie", "immich_access_token=invalid"),
        |request| request.header("x-immich-session-token", "invalid"),
        |request| request.bearer("invalid").api_key("good"),
        |request| request.header("Authorization", "Basic Zm9v"),
        |request| request.header("x-immich-share-key", "any"),
        |request| request.header("x-immich-share-slug", "any"),
    ];
    for operation in Operation::ALL.into_iter().filter(|operation| operation.is_secured()) {
        for give in credentials {
            let (by_mock, by_server) = (give(call(&mock, operation)).await, give(call(&server, operation)).await);
            assert_eq!(by_mock.status, 401, "{by_mock}");
            assert_eq!(comparable(&by_mock), comparable(&by_server), "{by_mock}\n{by_server}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn any_other_credential_of_an_accepted_kind_is_valid() {
    let mock = Server::mock().start().await;
    for operation in Operation::ALL {
        for request in [
            call(&mock, operation).bearer("a"),
            call(&mock, operation).api_key("a"),
            call(&mock, operation).header("Cookie", "immich_access_token=a"),
        ] {
            let response = request.await;
            assert!((200..300).contains(&response.status), "{response}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn outside_the_operations_the_mock_responds_like_the_server() {
    let (server, mock) = (Server::fresh().await, Server::mock().start().await);
    let unknown = |server: &Server| server.get("/nope?x=1");
    assert_eq!(comparable(&unknown(&mock).await), comparable(&unknown(&server).await));

    let answer = authorized(&mock, Operation::GetMyUser).header("x-immich-cid", "mine").await.must_be(200);
    assert_eq!(answer.header("x-immich-cid"), Some("mine"));
    let tag = answer.header("etag").expect("an answer has an entity tag").to_owned();
    let unchanged = authorized(&mock, Operation::GetMyUser).header("If-None-Match", &tag).await.must_be(304);
    assert!(unchanged.body.is_empty(), "{unchanged}");

    let head = mock.call("HEAD", "/users/me").bearer("any").await.must_be(200);
    assert_eq!(head.header("etag"), Some(tag.as_str()));
    assert!(head.body.is_empty(), "{head}");

    for path in ["/api/openapi.json", "/.well-known/immich"] {
        let (by_mock, by_server) = (mock.raw("GET", path).await, server.raw("GET", path).await);
        assert_eq!((by_mock.status, &by_mock.body), (200, &by_server.body), "{by_mock}\n{by_server}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_any_origin_may_call() {
    let mock = Server::mock().start().await;
    let origin = "http://localhost:3000";
    let preflight = mock
        .call("OPTIONS", "/users/me")
        .header("Origin", origin)
        .header("Access-Control-Request-Method", "PUT")
        .header("Access-Control-Request-Headers", "authorization,content-type,prefer")
        .await
        .must_be(204);
    assert_eq!(preflight.header("access-control-allow-headers"), Some("authorization,content-type,prefer"));
    assert!(
        preflight.header("access-control-allow-methods").is_some_and(|methods| methods.contains("PUT")),
        "{preflight}"
    );

    let accepted = authorized(&mock, Operation::GetMyUser).header("Origin", origin).await.must_be(200);
    let rejected = call(&mock, Operation::GetMyUser).header("Origin", origin).await.must_be(401);
    for answer in [preflight, accepted, rejected] {
        assert_eq!(answer.header("access-control-allow-origin"), Some(origin), "{answer}");
        assert_eq!(answer.header("access-control-allow-credentials"), Some("true"), "{answer}");
        assert!(answer.headers_named("vary").any(|name| name == "Origin"), "{answer}");
    }
}
