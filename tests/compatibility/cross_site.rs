//! Requests that pages of other sites make a browser send, and headers that restrict what browsers do with answers.

use serde_json::{Value, json};

use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Contract, Database, Request, Server, Session};

const REFUSED: &str = "A page of another site may not send this request";
const OTHER_ORIGIN: &str =
    "The Origin of this request is not the address that it was sent to; a reverse proxy has to forward both";
const SIGN_UP: &str = "email=evil%40example.com&password=evil-password&name=Evil";

trait FromPage {
    fn cookie(self, session: &Session) -> Request;
    fn site(self, site: &str) -> Request;
    fn form(self, body: &str) -> Request;
}

impl FromPage for Request {
    fn cookie(self, session: &Session) -> Request {
        self.header("Cookie", &format!("immich_access_token={}", session.token))
    }

    fn site(self, site: &str) -> Request {
        self.header("Sec-Fetch-Site", site)
    }

    fn form(self, body: &str) -> Request {
        self.header("Content-Type", "application/x-www-form-urlencoded").body(body.as_bytes().to_vec())
    }
}

fn key(server: &Server) -> Request {
    server.call("POST", "/api-keys").form("permissions[]=all")
}

fn sign_up(server: &Server) -> Request {
    server.call("POST", "/auth/admin-sign-up").form(SIGN_UP)
}

/// Method and path of every operation of the contract that is not a read, and whether it needs a credential.
fn changes() -> Vec<(String, String, bool)> {
    let document: Value = serde_json::from_str(include_str!("../../generated/openapi.json")).unwrap();
    let mut found = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap().iter().filter(|(method, _)| *method != "get") {
            let path = path.replace("{id}", "00000000-0000-4000-a000-000000000000");
            let secured = operation["security"].as_array().is_some_and(|schemes| !schemes.is_empty());
            found.push((method.to_uppercase(), path, secured));
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_site_can_change_nothing_with_the_cookie() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;

    let changes = changes();
    assert!(changes.len() > 10, "{changes:?}");
    for (method, path, secured) in changes {
        for site in ["cross-site", "same-site", "", "same-origin, cross-site", "unknown"] {
            let request = server.call(&method, &path).json(&json!({})).site(site);
            // What needs no credential is refused without the cookie, too.
            let request = if secured { request.cookie(&admin) } else { request };
            request.await.must_be_error(403, REFUSED);
        }
    }
    let form = "password=password&newPassword=evil-password";
    let change = server.call("POST", "/auth/change-password").form(form).cookie(&admin).site("cross-site");
    change.await.must_be_error(403, REFUSED);
    key(&server).cookie(&admin).site("cross-site").await.must_be_error(403, REFUSED);
    assert_eq!(server.database().count("api_key").await, 0);
    server.login(ADMIN_EMAIL, ADMIN_PASSWORD).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_the_server_and_the_user_change_things_with_the_cookie() {
    let server = Server::fresh().await;
    sign_up(&server).site("none").await.must_be(201);
    let login = server.try_login("evil@example.com", "evil-password").site("same-origin").await.must_be(201);
    let token = login.json()["accessToken"].as_str().unwrap().to_owned();
    let session = Session { token, user_id: String::new() };

    for site in ["same-origin", "none"] {
        key(&server).cookie(&session).site(site).await.must_be(201);
    }
    // No browser sends this request.
    key(&server).cookie(&session).await.must_be(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_site_can_read_nothing_new_and_reads_are_not_refused() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;

    for method in ["GET", "HEAD"] {
        let read = server.call(method, "/users/me").cookie(&admin);
        let read = read.site("cross-site").header("Origin", "https://evil.example").await.must_be(200);
        assert_eq!(read.header("access-control-allow-origin"), None);
    }
    server.call("POST", "/nope").cookie(&admin).site("cross-site").await.must_be(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_site_can_neither_sign_up_the_administrator_nor_log_in() {
    let server = Server::fresh().await;

    sign_up(&server).site("cross-site").await.must_be_error(403, REFUSED);
    // Browsers send no `Sec-Fetch-Site` over http to another machine.
    for origin in ["https://evil.example", "null"] {
        sign_up(&server).header("Origin", origin).await.must_be_error(403, OTHER_ORIGIN);
    }
    assert_eq!(server.database().count("\"user\"").await, 0);

    server.sign_up_admin().await;
    let sessions = server.database().count("session").await;
    let form = format!("email={ADMIN_EMAIL}&password={ADMIN_PASSWORD}");
    let login = || server.call("POST", "/auth/login").form(&form);
    login().site("cross-site").await.must_be_error(403, REFUSED);
    login().header("Origin", "https://evil.example").await.must_be_error(403, OTHER_ORIGIN);
    assert_eq!(server.database().count("session").await, sessions);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_in_json_with_another_origin_is_accepted_as_no_page_can_send_it() {
    let server = Server::fresh().await;
    server.sign_up_admin().await;

    // As in the recorded case login/cors-origin.
    server.try_login(ADMIN_EMAIL, ADMIN_PASSWORD).header("Origin", "https://evil.example").await.must_be(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_that_no_page_of_another_site_knows_is_accepted_from_any_page() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let secret = server.create_key(&admin, &["all"]).await.secret;

    let foreign = || key(&server).site("cross-site").header("Origin", "https://other.example");
    foreign().bearer(&admin.token).await.must_be(201);
    foreign().bearer(&admin.token).cookie(&admin).await.must_be(201);
    foreign().api_key(&secret).await.must_be(201);
    foreign().header("x-immich-user-token", &admin.token).await.must_be(201);
    // The cookie has precedence over a key, so that a key does not turn the check off.
    foreign().api_key(&secret).cookie(&admin).await.must_be_error(403, REFUSED);
    let in_query = server.call("POST", "/api-keys?apiKey=a").form("permissions[]=all").cookie(&admin);
    in_query.site("cross-site").await.must_be_error(403, REFUSED);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_sec_fetch_site_the_origin_must_be_the_address_of_the_server() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let from = |host: &str, origin: &str| key(&server).cookie(&admin).header("Host", host).header("Origin", origin);

    for (host, origin) in [
        ("photos.example:2283", "http://photos.example:2283"),
        ("Photos.Example", "http://photos.example"),
        ("photos.example:80", "http://photos.example"),
        ("[::1]:2283", "http://[::1]:2283"),
    ] {
        from(host, origin).await.must_be(201);
    }
    for (host, origin) in [
        ("photos.example:2283", "http://photos.example"),
        ("photos.example:2283", "http://photos.example:2284"),
        ("photos.example", "https://photos.example"),
        ("photos.example", "http://evil.example"),
        ("photos.example", "http://photos.example.evil.example"),
        ("photos.example", "null"),
        ("photos.example", ""),
        ("photos.example", "photos.example"),
    ] {
        from(host, origin).await.must_be_error(403, OTHER_ORIGIN);
    }
    // `Sec-Fetch-Site` decides where it is sent.
    from("photos.example", "http://evil.example").site("same-origin").await.must_be(201);
    let absolute = server.raw("POST", "http://photos.example/api/api-keys").form("permissions[]=all").cookie(&admin);
    absolute.header("Host", "other.example").header("Origin", "http://photos.example").await.must_be(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_trusted_proxy_the_origin_must_be_the_address_that_the_proxy_forwards() {
    let trusting = Server::on(&Database::new().await).with("IMMICH_TRUSTED_PROXIES", "loopback").start().await;
    let admin = trusting.sign_up_admin().await;
    let forwarded = |server: &Server, origin: &str| key(server).header("Host", "immich:2283").header("Origin", origin);
    let by_headers = |request: Request| {
        let request = request.header("X-Forwarded-Proto", "https").header("X-Forwarded-For", "203.0.113.7");
        request.header("X-Forwarded-Host", "photos.example, proxy.example")
    };
    let by_forwarded =
        |request: Request| request.header("Forwarded", "for=203.0.113.7;proto=https;host=\"photos.example\"");

    for add in [&by_headers as &dyn Fn(Request) -> Request, &by_forwarded] {
        add(forwarded(&trusting, "https://photos.example").cookie(&admin)).await.must_be(201);
        for origin in ["http://photos.example", "http://immich:2283", "https://immich:2283", "https://proxy.example"] {
            add(forwarded(&trusting, origin).cookie(&admin)).await.must_be_error(403, OTHER_ORIGIN);
        }
    }
    let host = forwarded(&trusting, "http://photos.example").cookie(&admin);
    host.header("X-Forwarded-Host", "photos.example").await.must_be(201);

    let strict = Server::on(trusting.database()).with("IMMICH_TRUSTED_PROXIES", "none").start().await;
    by_headers(forwarded(&strict, "https://photos.example").cookie(&admin)).await.must_be_error(403, OTHER_ORIGIN);
    by_headers(forwarded(&strict, "http://immich:2283").cookie(&admin)).await.must_be(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_development_pages_of_any_origin_log_in_but_use_no_cookie() {
    let server = Server::on(&Database::new().await).with("IMMICH_ENV", "development").start().await;
    let admin = server.sign_up_admin().await;

    let login = server.try_login(ADMIN_EMAIL, ADMIN_PASSWORD).site("same-site");
    let login = login.header("Origin", "http://localhost:3000").await.must_be(201);
    assert_eq!(login.header("access-control-allow-origin"), Some("*"));
    key(&server).bearer(&admin.token).site("same-site").await.must_be(201);
    let refused = key(&server).cookie(&admin).site("same-site").await.must_be_error(403, REFUSED);
    assert_eq!(refused.header("access-control-allow-origin"), Some("*"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mock_answers_pages_of_any_origin() {
    let server = Server::mock().start().await;

    for request in [key(&server).header("Cookie", "immich_access_token=any"), sign_up(&server)] {
        request.site("cross-site").header("Origin", "https://other.example").await.must_be(201);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_the_answers_with_a_secret_or_a_cookie_are_not_stored() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let other = server.login(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    let contract = Contract::read();

    for (operation, status, request) in [
        ("login", 201, server.try_login(ADMIN_EMAIL, ADMIN_PASSWORD)),
        ("createApiKey", 201, key(&server).bearer(&admin.token)),
        ("createSession", 201, server.post("/sessions", json!({})).bearer(&admin.token)),
        ("getSessions", 200, server.get("/sessions").bearer(&admin.token)),
        ("getApiKeys", 200, server.get("/api-keys").bearer(&admin.token)),
        ("getMyUser", 200, server.get("/users/me").bearer(&admin.token)),
        ("getServerConfig", 200, server.get("/server/config")),
        ("validateAccessToken", 200, server.call("POST", "/auth/validateToken").bearer(&admin.token)),
    ] {
        let response = request.await.must_be(status);
        let schema = contract.response_schema(operation, status).unwrap();
        let expected = contract.has_secret(schema).then_some("no-store");
        assert_eq!(response.header("cache-control"), expected, "{operation}");
        assert!(response.header("etag").is_some(), "{operation}");
    }
    let logout = server.call("POST", "/auth/logout").bearer(&other.token).await.must_be(200);
    assert_eq!(logout.header("cache-control"), Some("no-store"));
    assert_eq!(logout.headers_named("set-cookie").count(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_may_be_taken_for_another_type_of_content() {
    let server = Server::on(&Database::new().await).with("IMMICH_ENV", "development").start().await;
    for (request, status) in [
        (server.get("/server/ping"), 200),
        (server.call("HEAD", "/server/ping"), 200),
        (server.get("/users/me"), 401),
        (server.get("/nope"), 404),
        (server.raw("POST", "/nope"), 404),
        (server.post("/auth/login", json!({})), 400),
        (server.raw("GET", "/livez"), 200),
        (server.raw("GET", "/.well-known/immich"), 200),
        (server.get("/openapi.json"), 200),
        (server.get("/docs"), 200),
        (server.get("/docs/"), 308),
        (server.call("OPTIONS", "/users/me"), 204),
        (server.get("/users/me").header("x-padding", &"a".repeat(20_000)), 431),
    ] {
        let response = request.await.must_be(status);
        assert_eq!(response.header("x-content-type-options"), Some("nosniff"), "{response}");
    }
}
