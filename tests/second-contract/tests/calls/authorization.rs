//! The order of the checks: the body is read, the caller is authorized, the body and then the parameters are validated.

use crate::client::{Answer, send};
use crate::gallery::ID;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request};
use second_contract::Operation;
use serde_json::json;

async fn by(caller: Option<&str>, method: Method, target: &str, body: &'static str) -> Answer {
    let mut request = Request::builder().method(method).uri(target).header(CONTENT_TYPE, "application/json");
    if let Some(caller) = caller {
        request = request.header(AUTHORIZATION, caller);
    }
    send(request.body(body).unwrap()).await
}

#[tokio::test]
async fn authorization_comes_before_validation_of_query_headers_and_bodies() {
    for (method, target) in [
        (Method::GET, "/v2/albums?page=x"),
        (Method::GET, "/v2/albums/x/cover"),
        (Method::POST, "/v2/albums"),
        (Method::DELETE, "/v2/albums"),
    ] {
        let answer = by(None, method.clone(), target, "").await;
        assert_eq!((answer.status, answer.message()), (401, json!("denied")), "{method} {target}");
    }
    assert_eq!(by(Some("reader"), Method::POST, "/v2/albums", "{}").await.status, 403);
    assert_eq!(by(Some("reader"), Method::GET, "/v2/albums", "").await.status, 400);
}

#[tokio::test]
async fn an_unreadable_body_is_reported_before_an_insufficient_credential() {
    assert_eq!(by(Some("reader"), Method::DELETE, "/v2/albums", "{").await.status, 400);
    // This operation takes bytes, but the request is JSON.
    let answer = by(Some("reader"), Method::PUT, &format!("/v2/albums/{ID}/cover"), "{}").await;
    assert_eq!(answer.status, 415);
}

#[tokio::test]
async fn without_a_credential_the_path_is_decoded_and_the_body_is_not_read() {
    for body in ["", "{"] {
        let answer = by(None, Method::GET, "/v2/albums/%zz/cover", body).await;
        assert_eq!((answer.status, answer.message()), (400, json!("Failed to decode param '%zz'")));
        for (method, target) in [(Method::DELETE, "/v2/albums"), (Method::GET, &format!("/v2/albums/{ID}/cover"))] {
            assert_eq!(by(None, method, target, body).await.status, 401);
        }
    }
}

#[tokio::test]
async fn violations_of_the_body_are_reported_before_those_of_parameters() {
    let target = "/v2/albums/me/note?append=perhaps";
    let mut request = Request::put(target).header(AUTHORIZATION, "writer").header(CONTENT_TYPE, "text/plain");
    let answer = send(request.body("elevenchars").unwrap()).await;
    assert_eq!(answer.violations(), ["body must be shorter than or equal to 10 characters"]);
    request = Request::put(target).header(AUTHORIZATION, "writer").header(CONTENT_TYPE, "text/plain");
    let answer = send(request.body("short").unwrap()).await;
    assert_eq!(answer.violations(), ["id must be a UUID", "append must be a boolean value"]);
}

#[tokio::test]
async fn public_operations_need_no_credential() {
    assert_eq!(by(None, Method::GET, "/v2/words", "").await.success(200), json!(true));
    assert_eq!(by(None, Method::HEAD, "/v2/words", "").await.operation, Some(Operation::Move));
}
