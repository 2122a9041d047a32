//! Routing of requests to operations.

use serde_json::json;

use crate::harness::{Server, UNKNOWN_ID};

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_escape_in_a_parameter_is_reported_for_any_method_and_before_the_credential() {
    let server = Server::fresh().await;

    for path in ["/users/%zz", "/api-keys/%zz", "/sessions/%zz", "/USERS/%zz/", "/users/%zz?x=%yy"] {
        for method in ["GET", "PUT", "DELETE", "POST", "PATCH", "OPTIONS"] {
            server.call(method, path).await.must_be_error(400, "Failed to decode param '%zz'");
        }
        server.call("HEAD", path).await.must_be(400);
    }
    for (path, parameter) in [("/users/%", "%"), ("/users/a%4", "a%4"), ("/users/%C3%28", "%C3%28")] {
        let message = format!("Failed to decode param '{parameter}'");
        server.call("PATCH", path).await.must_be_error(400, &message);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_escape_elsewhere_is_an_unknown_route_or_ignored() {
    let server = Server::fresh().await;

    for path in ["/%zz", "/server/%zz", "/auth/%zz", "/users/%zz/x", "/users//%zz", "/nope/%zz"] {
        server.get(path).await.must_be_error(404, &format!("Cannot GET /api{path}"));
    }
    server.get("/server/ping?x=%zz").await.must_be(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn literals_match_in_any_case_with_one_trailing_slash_and_never_escaped() {
    let server = Server::fresh().await;

    for target in
        ["/api/server/ping", "/API/Server/PING", "/api/server/ping/", "/api/server/ping/?x", "/api/server/ping?"]
    {
        server.raw("GET", target).await.must_be(200);
    }
    for target in [
        "/api//server/ping",
        "//api/server/ping",
        "/api/server//ping",
        "/api/server/ping//",
        "/api/server/pin%67",
        "/%61pi/server/ping",
        "/api/server%2Fping",
        "/api/server/../server/ping",
        "/api/server/ping;v=1",
        "/api/server/ping%20",
        "/api/server\\ping",
    ] {
        let message = format!("Cannot GET {target}");
        server.raw("GET", target).await.must_be_error(404, &message);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_route_is_reported_as_it_was_sent() {
    let server = Server::fresh().await;

    for target in ["/api/nope?a=1&b=%20", "/api/N%C3%B6pe/", "/api", "/api/?x", "/apis/server/ping"] {
        server.raw("DELETE", target).await.must_be_error(404, &format!("Cannot DELETE {target}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn outside_the_base_path_an_error_does_not_repeat_the_correlation_id() {
    let server = Server::fresh().await;

    for (method, target) in [("GET", "/"), ("GET", "/photos"), ("POST", "/auth/login"), ("OPTIONS", "/")] {
        let answer = server.raw(method, target).header("x-immich-cid", "mine").await;
        let body = answer.must_be_error(404, &format!("Cannot {method} {target}")).json();
        assert_eq!(body.get("correlationId"), None);
    }
    let body = server.get("/nope").header("x-immich-cid", "mine").await.must_be(404).json();
    assert_eq!(body["correlationId"], "mine");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_well_known_document_is_outside_the_base_path_and_routed_like_any_path() {
    let server = Server::fresh().await;

    for target in ["/.well-known/immich", "/.well-known/immich/", "/.Well-Known/IMMICH?x=1"] {
        let document = server.raw("GET", target).await.must_be(200);
        assert_eq!(document.json(), json!({"api": {"endpoint": "/api"}}));
    }
    server.raw("HEAD", "/.well-known/immich").await.must_be(200);
    server.raw("POST", "/.well-known/immich").await.must_be(404);
    server.get("/.well-known/immich").await.must_be(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_escaped_slash_is_part_of_its_parameter() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;

    server.get("/users/a%2Fb").bearer(&admin.token).await.must_be_invalid(&["id must be a UUID"]);
    server.get("/users/%6De").bearer(&admin.token).await.must_be_invalid(&["id must be a UUID"]);
    let escaped = UNKNOWN_ID.replace('-', "%2D");
    server.get(&format!("/users/{escaped}")).bearer(&admin.token).await.must_be_error(400, "User not found");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_is_a_uuid_of_version_4_in_its_canonical_form() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let show = |id: &str| server.get(&format!("/users/{id}")).bearer(&admin.token);

    for id in [UNKNOWN_ID, "FFFFFFFF-FFFF-4FFF-BFFF-FFFFFFFFFFFF", "00000000-0000-4000-9000-00000000000f"] {
        show(id).await.must_be_error(400, "User not found");
    }
    for id in [
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "00000000-0000-1000-a000-000000000000",
        "00000000-0000-7000-a000-000000000000",
        "00000000-0000-4000-7000-000000000000",
        "00000000-0000-4000-c000-000000000000",
        "0000000000004000a000000000000000",
        "urn:uuid:00000000-0000-4000-a000-000000000000",
        "%2000000000-0000-4000-a000-000000000000",
        "00000000-0000-4000-a000-00000000000g",
    ] {
        show(id).await.must_be_invalid(&["id must be a UUID"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn options_is_an_unknown_route_unless_cors_is_enabled() {
    let server = Server::fresh().await;
    let preflight = |server: &Server| {
        server
            .call("OPTIONS", "/users/me")
            .header("Origin", "https://other.example")
            .header("Access-Control-Request-Method", "PUT")
    };
    let refused = preflight(&server).await.must_be_error(404, "Cannot OPTIONS /api/users/me");
    assert_eq!(refused.header("access-control-allow-origin"), None);
    assert_eq!(refused.header("allow"), None);

    let open = Server::on(server.database()).with("IMMICH_ENV", "development").start().await;
    let allowed = preflight(&open).await.must_be_empty();
    assert_eq!(allowed.header("access-control-allow-origin"), Some("*"));
    assert_eq!(allowed.header("access-control-allow-methods"), Some("GET,HEAD,PUT,PATCH,POST,DELETE"));
    let answer = open.get("/server/ping").await.must_be(200);
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
}

#[tokio::test(flavor = "multi_thread")]
async fn head_has_the_headers_of_get_and_no_body() {
    let server = Server::fresh().await;

    let get = server.get("/server/config").await.must_be(200);
    let head = server.call("HEAD", "/server/config").await.must_be(200);

    assert!(head.body.is_empty());
    for name in ["content-type", "content-length", "etag", "vary"] {
        assert!(get.header(name).is_some(), "{name}: {get}");
        assert_eq!(head.header(name), get.header(name), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_request_target_is_rejected() {
    let server = Server::fresh().await;

    for target in ["/api/users/<x>", "/api/nope?name=<x>", "/api/users/`x`"] {
        let refused = server.raw("GET", target).await.must_be(400);
        assert!(refused.body.is_empty(), "{refused}");
    }
    server.get("/server/ping").await.must_be(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn liveness_and_readiness_are_reported_outside_the_base_path() {
    let server = Server::fresh().await;

    for path in ["/livez", "/readyz"] {
        let answer = server.raw("GET", path).await.must_be(200);
        assert_eq!(answer.json(), json!({"status": "ok"}), "{path}");
        server.get(path).await.must_be_error(404, &format!("Cannot GET /api{path}"));
    }
}
