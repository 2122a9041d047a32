//! `Prefer` (RFC 7240) requests any response that the contract documents.

use std::time::{Duration, Instant};

use immich_api::Operation;

use super::{authorized, call};
use crate::harness::{Contract, Server, violations_of_error_shape};

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_returns_every_requested_error_for_any_request() {
    let mock = Server::mock().start().await;
    for operation in Operation::ALL {
        for status in [400, 401, 403, 404, 409, 413, 418, 422, 429, 451, 499, 500, 502, 503, 599] {
            let prefer = format!("code={status}");
            let response = call(&mock, operation).header("Prefer", &prefer).await.must_be(status);
            assert_eq!(violations_of_error_shape(&response.json(), status), [""; 0], "{response}");
            assert_eq!(response.json()["correlationId"].as_str(), response.header("x-immich-cid"), "{response}");
            assert_eq!(response.header("preference-applied"), Some(prefer.as_str()), "{response}");
            assert_eq!(response.header("retry-after").is_some(), matches!(status, 429 | 503), "{response}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requested_errors_have_the_messages_of_the_server() {
    let mock = Server::mock().start().await;
    let me = |code: &str| call(&mock, Operation::GetMyUser).header("Prefer", &format!("code={code}"));
    me("401").await.must_be_error(401, "Authentication required");
    me("403").await.must_be_error(403, "Missing required permission: user.read");
    me("404").await.must_be_error(404, "Not Found");
    me("500").await.must_be_error(500, "Failed to get my user");
    me("503").await.must_be_error(503, "The server is busy, try again later");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_requested_success_still_needs_a_valid_request() {
    let mock = Server::mock().start().await;
    let login = |body| mock.post("/auth/login", body).header("Prefer", "code=201, example=minimal");
    let good = login(serde_json::json!({"email": "a@example.com", "password": "x"})).await.must_be(201);
    assert_eq!(good.header("preference-applied"), Some("code=201, example=minimal"));
    let bad = login(serde_json::json!({})).await.must_be(400);
    assert_eq!(bad.header("preference-applied"), None, "{bad}");
    let refused = call(&mock, Operation::GetMyUser).header("Prefer", "code=200").await.must_be(401);
    assert_eq!(refused.header("preference-applied"), None, "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undocumented_preference_is_ignored_and_the_log_lists_the_supported_ones() {
    let mock = Server::mock().start().await;
    let me = |prefer| authorized(&mock, Operation::GetMyUser).header("Prefer", prefer);
    let usual = authorized(&mock, Operation::GetMyUser).await.must_be(200);
    for prefer in ["code=204", "code=302", "example=nope", "return=minimal", "code=abc", "delay=x"] {
        let response = me(prefer).await.must_be(200);
        assert_eq!(response.body, usual.body, "{prefer}");
        assert_eq!(response.header("preference-applied"), None, "{response}");
    }
    let log = mock.stop();
    assert!(
        log.contains(r#"ignoring Prefer: code=204: the contract documents ["200", "default"] for getMyUser"#),
        "{log}"
    );
    assert!(
        log.contains(
            r#"ignoring Prefer: example="nope": this response of getMyUser has the examples ["minimal", "full"]"#
        ),
        "{log}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn minimal_and_full_are_the_smallest_and_the_largest_valid_responses() {
    let mock = Server::mock().start().await;
    let contract = Contract::read();
    let about = |example| authorized(&mock, Operation::GetAboutInfo).header("Prefer", example);
    let keys = |value: serde_json::Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };
    let schema = &contract.response_schema("getAboutInfo", 200).expect("the contract has a schema")["$ref"];
    assert_eq!(schema, "#/components/schemas/ServerAboutResponseDto");
    assert_eq!(keys(about("example=minimal").await.json()), ["version", "versionUrl", "licensed"]);
    assert_eq!(keys(about("example=full").await.json()).len(), 21);

    let sessions = |example| authorized(&mock, Operation::GetSessions).header("Prefer", example);
    assert_eq!(sessions("example=minimal").await.text(), "[]");
    assert_eq!(sessions("example=full").await.json().as_array().map(Vec::len), Some(5));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_is_delayed_as_requested_and_delays_no_other() {
    let mock = Server::mock().start().await;
    let started = Instant::now();
    let late = call(&mock, Operation::PingServer).header("Prefer", "delay=400;code=503");
    let late = tokio::spawn(async move { late.await });
    call(&mock, Operation::PingServer).await.must_be(200);
    assert!(started.elapsed() < Duration::from_millis(400), "the other response was delayed");
    let response = late.await.unwrap().must_be(503);
    assert!(started.elapsed() >= Duration::from_millis(400), "after {:?}", started.elapsed());
    assert_eq!(response.header("preference-applied"), Some("code=503, delay=400"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_itself_ignores_prefer() {
    let server = Server::fresh().await;
    let response = server.get("/server/ping").header("Prefer", "code=503").await.must_be(200);
    assert_eq!(response.header("preference-applied"), None);
}
